using System.Security.Cryptography;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Crypto.Rlwe;

/// <summary>
/// Hides from the key holder how a BFV ciphertext was computed: a fresh encryption of zero makes c_1 a new ring-LWE sample, and
/// flooding drowns what the noise of c_0 says (parameters 1). Safe for concurrent use.
/// </summary>
/// <remarks>
/// Without it, a reply to a known query gives the private factors away: they are c_1' / c_1. The encryption of zero protects only
/// if the uniform half of the public key is uniform, so a public key from outside must have been expanded from its seed by the
/// receiver. Coefficients that are not flooded still carry the noise of the computation: send only flooded ones.
/// </remarks>
public sealed class Rerandomizer
{
    private readonly PublicKey _publicKey;

    /// <summary>A re-randomiser under a client's public key.</summary>
    /// <exception cref="ArgumentException">The scheme is not BFV.</exception>
    public Rerandomizer(PublicKey publicKey)
    {
        ArgumentNullException.ThrowIfNull(publicKey);
        if (publicKey.Parameters.Scheme != Scheme.Bfv)
        {
            throw new ArgumentException($"re-randomisation is for BFV, not for {publicKey.Parameters}", nameof(publicKey));
        }

        _publicKey = publicKey;
    }

    /// <summary>
    /// destination = a + Enc_pk(0), made at the level of a with u, e_1, e_2 drawn in this order. Its noise grows by at most
    /// <see cref="NoiseBounds.ZeroAtDataModulus"/>.
    /// </summary>
    /// <param name="a">A ciphertext of two polynomials or more in coefficient form.</param>
    /// <param name="random">A stream that serves nothing else; of the operating system, or a committed seed where a transcript is replayed.</param>
    /// <param name="destination">May be a.</param>
    /// <exception cref="ArgumentException">The ciphertext belongs to other parameters or is in NTT form.</exception>
    public void AddZero(Ciphertext a, IRandomSource random, Ciphertext destination)
    {
        Check(a);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentNullException.ThrowIfNull(destination);
        using TemporariesPool.Lease temporaries = a.Level.Parameters.Temporaries.Rent();
        Ciphertext zero = temporaries.Set.Next();
        ZeroEncryption.Asymmetric(a.Level, _publicKey, isNtt: false, divide: false, random, zero);
        destination.CopyFrom(a);
        for (int polynomial = 0; polynomial < 2; polynomial++)
        {
            for (int prime = 0; prime < a.Level.PrimeCount; prime++)
            {
                Span<ulong> limb = destination.Limb(polynomial, prime);
                ModularVector.Add(limb, zero.Limb(polynomial, prime), limb, a.Level.Moduli[prime]);
            }
        }
    }

    /// <summary>
    /// Adds an integer uniform on [-2^f, 2^f) to each of the chosen coefficients of c_0, in their order: ceil((f + 1)/8) bytes of the
    /// stream each, little-endian, the low f + 1 bits, minus 2^f.
    /// </summary>
    /// <param name="ciphertext">A ciphertext in coefficient form, changed in place.</param>
    /// <param name="coefficients">Indices below N.</param>
    /// <param name="floodBits">f, as <see cref="NoiseBounds.FloodBits"/> gives it.</param>
    /// <param name="random">A stream that serves nothing else.</param>
    /// <exception cref="ArgumentException">The ciphertext belongs to other parameters or is in NTT form, or 2^(f+1) is not below the modulus of its level.</exception>
    public void Flood(Ciphertext ciphertext, ReadOnlySpan<int> coefficients, int floodBits, IRandomSource random)
    {
        Check(ciphertext);
        ArgumentNullException.ThrowIfNull(random);
        Level level = ciphertext.Level;
        if (floodBits < 1 || floodBits + 1 >= level.TotalBits)
        {
            throw new ArgumentException($"flooding with {floodBits} bits does not fit the {level.TotalBits} bits of {level}", nameof(floodBits));
        }

        int byteCount = (floodBits + 8) / 8;
        Span<byte> bytes = stackalloc byte[byteCount];
        foreach (int coefficient in coefficients)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)coefficient, (uint)level.Parameters.PolyModulusDegree, nameof(coefficients));
            random.Fill(bytes);
            int usedInLast = floodBits + 1 - (8 * (byteCount - 1));
            bytes[^1] &= (byte)((1 << usedInLast) - 1);
            for (int prime = 0; prime < level.PrimeCount; prime++)
            {
                Modulus q = level.Moduli[prime];
                ulong sum = q.Subtract(Residue(bytes, q), q.Pow(2, (ulong)floodBits));
                ref ulong word = ref ciphertext.Limb(0, prime)[coefficient];
                word = q.Add(word, sum);
            }
        }

        CryptographicOperations.ZeroMemory(bytes);
    }

    // Horner over the bytes: constant time, unlike arbitrary-precision division.
    private static ulong Residue(ReadOnlySpan<byte> littleEndian, Modulus q)
    {
        ulong residue = 0;
        for (int i = littleEndian.Length - 1; i >= 0; i--)
        {
            residue = q.Reduce(((UInt128)residue << 8) + littleEndian[i]);
        }

        return residue;
    }

    private void Check(Ciphertext ciphertext)
    {
        ArgumentNullException.ThrowIfNull(ciphertext);
        if (!ciphertext.Level.Parameters.Equals(_publicKey.Parameters) || !ciphertext.Level.IsDataLevel)
        {
            throw new ArgumentException(
                $"the ciphertext is at {ciphertext.Level} of {ciphertext.Level.Parameters}, the public key belongs to {_publicKey.Parameters}", nameof(ciphertext));
        }

        if (ciphertext.IsNttForm || ciphertext.Size < 2)
        {
            throw new ArgumentException("re-randomisation needs a ciphertext of at least two polynomials in coefficient form", nameof(ciphertext));
        }
    }
}
