using System.Numerics;
using Subnet.Crypto.Lattice.Kernels;

namespace Subnet.Crypto.Lattice;

/// <summary>
/// The auxiliary residues of exact BFV multiplication (Bajard, Eynard, Hasan and Zucca, 2016; seal-format 10) for one level:
/// products are computed modulo q and modulo auxiliary primes B and m_sk, divided by q/t there, and brought back.
/// </summary>
/// <remarks>
/// The auxiliary residues stand for exact integers, so the result does not depend on which primes carry them as long as they are
/// wide enough: SEAL takes primes of 61 bits, here they have 50 so that double precision is exact. Every step is a linear
/// combination with constants; factors that follow one another are folded into one. With x the input residues modulo q_i and
/// m~ = 2^32:
/// <list type="bullet">
/// <item>extension: y_i = [x_i m~ (q/q_i)^-1]; r = [-sum y_i / q_i] modulo m~, centred; x_p = (sum y_i q/q_i + q r) / m~ mod p.</item>
/// <item>floor: y_i = [w_i t (q/q_i)^-1]; z_p = (t w_p - sum y_i q/q_i) / q mod p.</item>
/// <item>return: v_j = [z_j (B/b_j)^-1]; alpha = (sum v_j B/b_j - z) / B modulo m_sk, centred; result = sum v_j B/b_j - alpha B mod q_i.</item>
/// </list>
/// Immutable and safe for concurrent use.
/// </remarks>
internal sealed class BehzBase
{
    /// <summary>m~, the correction modulus of the extension.</summary>
    public const ulong MTilde = 1UL << 32;

    // z is at most 4 t N q for products of up to 16 polynomials each (size 31), and half of the product of B and m_sk bounds it.
    private const int HeadroomBits = 5;

    private readonly NttTables[] _auxiliary;
    private readonly BehzKernels _kernels;

    /// <summary>Chooses the auxiliary primes of a level and precomputes the constants.</summary>
    /// <param name="degree">N.</param>
    /// <param name="moduli">The primes of the level.</param>
    /// <param name="plainModulus">t.</param>
    /// <param name="auxiliaryTables">Makes or finds the transform of an auxiliary prime.</param>
    public BehzBase(int degree, ReadOnlySpan<Modulus> moduli, ulong plainModulus, Func<Modulus, NttTables> auxiliaryTables)
        : this(degree, moduli, plainModulus, ChooseAuxiliary(degree, moduli, plainModulus), auxiliaryTables)
    {
    }

    /// <summary>Precomputes the constants for given auxiliary primes.</summary>
    /// <param name="degree">N.</param>
    /// <param name="moduli">The primes of the level.</param>
    /// <param name="plainModulus">t.</param>
    /// <param name="auxiliary">B, then m_sk: at least two primes, wide enough together for the products, none of the level.</param>
    /// <param name="auxiliaryTables">Makes or finds the transform of an auxiliary prime.</param>
    public BehzBase(int degree, ReadOnlySpan<Modulus> moduli, ulong plainModulus, IReadOnlyList<ulong> auxiliary, Func<Modulus, NttTables> auxiliaryTables)
    {
        _auxiliary = [.. auxiliary.Select(p => auxiliaryTables(new Modulus(p)))];
        Constants = new BehzConstants(moduli, [.. _auxiliary.Select(t => t.Modulus)], plainModulus);
        _kernels = BehzKernels.For(degree, Constants);
    }

    /// <summary>The constants of the conversions.</summary>
    public BehzConstants Constants { get; }

    /// <summary>Number of auxiliary primes, m_sk included.</summary>
    public int AuxiliaryCount => _auxiliary.Length;

    /// <summary>The transform of an auxiliary prime; the last one is m_sk.</summary>
    public NttTables Auxiliary(int index) => _auxiliary[index];

    /// <summary>Extends a polynomial in coefficient form from the primes of the level to the auxiliary primes.</summary>
    public void Extend(ReadOnlySpan<ulong> x, Span<ulong> auxiliary) => _kernels.Extend(x, auxiliary);

    /// <summary>round(t w / q) of a product in coefficient form, modulo the primes of the level, up to the error of the conversions.</summary>
    public void ScaleDown(ReadOnlySpan<ulong> w, ReadOnlySpan<ulong> auxiliary, Span<ulong> result) =>
        _kernels.ScaleDown(w, auxiliary, result);

    /// <summary>The exact product of moduli.</summary>
    internal static BigInteger Product(ReadOnlySpan<Modulus> moduli)
    {
        BigInteger product = BigInteger.One;
        foreach (Modulus modulus in moduli)
        {
            product *= modulus.Value;
        }

        return product;
    }

    private static List<ulong> ChooseAuxiliary(int degree, ReadOnlySpan<Modulus> moduli, ulong plainModulus)
    {
        BigInteger needed = (BigInteger)plainModulus * degree * Product(moduli) << HeadroomBits;
        HashSet<ulong> taken = [];
        foreach (Modulus modulus in moduli)
        {
            taken.Add(modulus.Value);
        }

        // At least one prime of B besides m_sk. Primes of the level may be among the largest of 50 bits; those are passed over.
        List<ulong> primes = [];
        BigInteger product = BigInteger.One;
        int candidates = moduli.Length + 2 + (int)(needed.GetBitLength() / (Modulus.MaxDoubleBitLength - 1)) + 1;
        foreach (ulong prime in Primes.Descending(2 * (ulong)degree, Modulus.MaxDoubleBitLength, candidates))
        {
            if (primes.Count >= 2 && product > needed)
            {
                break;
            }

            if (!taken.Contains(prime) && plainModulus % prime != 0)
            {
                primes.Add(prime);
                product *= prime;
            }
        }

        return primes;
    }
}
