using System.Numerics;

namespace Subnet.Crypto.Lattice;

/// <summary>
/// The auxiliary primes that SEAL itself takes for BFV products at a level (seal-format 10): the largest of 61 bits that are 1 modulo 2N.
/// The engine carries the same exact integers on primes of 50 bits, so its words are those of this base too; here it is for comparison.
/// </summary>
public sealed class SealAuxiliaryBase
{
    /// <summary>m~, the correction modulus of the extension.</summary>
    public const ulong MTilde = BehzBase.MTilde;

    private const int PrimeBits = 61;
    private const int MTildeBits = 32;

    private SealAuxiliaryBase(ulong[] bsk, ulong gamma)
    {
        Bsk = bsk;
        Gamma = gamma;
    }

    /// <summary>B, then m_sk.</summary>
    public IReadOnlyList<ulong> Bsk { get; }

    /// <summary>m_sk.</summary>
    public ulong Msk => Bsk[^1];

    /// <summary>The prime that SEAL's decryption corrects with.</summary>
    public ulong Gamma { get; }

    /// <summary>The primes for a level.</summary>
    /// <param name="degree">N, a power of two.</param>
    /// <param name="coeffModulus">The primes of the level.</param>
    /// <param name="plainModulus">t.</param>
    /// <exception cref="ArgumentException">There are not enough primes for this degree.</exception>
    public static SealAuxiliaryBase Choose(int degree, ReadOnlySpan<ulong> coeffModulus, ulong plainModulus)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(degree, 2);
        BigInteger q = BigInteger.One;
        foreach (ulong prime in coeffModulus)
        {
            q *= prime;
        }

        int plainBits = 64 - BitOperations.LeadingZeroCount(plainModulus);
        bool oneMore = MTildeBits + plainBits + (int)q.GetBitLength() >= PrimeBits * (coeffModulus.Length + 1);
        int count = oneMore ? coeffModulus.Length + 1 : coeffModulus.Length;
        ulong[] descending = Primes.Descending(2 * (ulong)degree, PrimeBits, count + 2);
        return new SealAuxiliaryBase([.. descending.AsSpan(2), descending[0]], descending[1]);
    }
}
