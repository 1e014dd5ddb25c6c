using System.Buffers.Binary;
using System.Numerics;
using Subnet.Crypto.Lattice.Kernels;

namespace Subnet.Crypto.Lattice;

/// <summary>
/// The roots of unity of one prime q = 1 mod 2N in the order the butterflies read them, and the transform itself:
/// <c>A[i] = sum over k of a[k] psi^((2 rev(i) + 1) k)</c>, psi the numerically smallest primitive 2N-th root of unity, rev the
/// reversal of log2 N bits. Immutable and safe for concurrent use.
/// </summary>
public sealed partial class NttTables
{
    /// <summary>The largest transform: 2^17 points.</summary>
    public const int MaxLogDegree = 17;

    private readonly ulong[] _forward;
    private readonly ulong[] _forwardQuotients;
    private readonly ulong[] _inverse;
    private readonly ulong[] _inverseQuotients;
    private readonly ShoupOperand _inverseDegree;

    /// <summary>Finds the smallest root and fills the tables: 4N words.</summary>
    /// <param name="degree">N, a power of two from 2 to 2^17.</param>
    /// <param name="modulus">A prime that is 1 modulo 2N.</param>
    /// <exception cref="ArgumentException">The degree is no such power of two, or the prime has no primitive 2N-th root of unity.</exception>
    public NttTables(int degree, Modulus modulus)
    {
        if (degree < 2 || !BitOperations.IsPow2(degree) || degree > 1 << MaxLogDegree)
        {
            throw new ArgumentException($"the degree of a transform is a power of two from 2 to {1 << MaxLogDegree}, not {degree}", nameof(degree));
        }

        Degree = degree;
        LogDegree = BitOperations.Log2((uint)degree);
        Modulus = modulus;
        Root = MinimalRoot(degree, modulus);
        _inverseDegree = new ShoupOperand(modulus.Invert((ulong)degree), modulus);

        // forward[i] = psi^rev(i): stage m reads the m entries from index m on. The inverse reads the inverses the same way.
        (_forward, _forwardQuotients) = Powers(Root);
        (_inverse, _inverseQuotients) = Powers(modulus.Invert(Root));
        if (modulus.FitsDouble)
        {
            _forwardDouble = Balance(_forward, modulus);
            _inverseDouble = Balance(_inverse, modulus);
            _inverseDegreeDouble = Balance(_inverseDegree.Value, modulus);
            _scaledRootDouble = Balance(_inverseDegree.Multiply(_inverse[1], modulus), modulus);
        }

        Kernels = LimbKernels.For(this);
    }

    /// <summary>N.</summary>
    public int Degree { get; }

    /// <summary>log2 N.</summary>
    public int LogDegree { get; }

    /// <summary>q.</summary>
    public Modulus Modulus { get; }

    /// <summary>psi: the smallest primitive 2N-th root of unity modulo q.</summary>
    public ulong Root { get; }

    /// <summary>The smallest primitive 2N-th root of unity modulo a prime.</summary>
    /// <exception cref="ArgumentException">There is none: the modulus is not prime or not 1 modulo 2N.</exception>
    public static ulong MinimalRoot(int degree, Modulus modulus)
    {
        ulong order = 2 * (ulong)degree;
        ulong q = modulus.Value;
        if (q % order != 1 || !Primes.IsPrime(q))
        {
            throw new ArgumentException($"{q} is not a prime that is 1 modulo {order}, so it has no primitive {order}-th root of unity", nameof(modulus));
        }

        ulong cofactor = (q - 1) / order;
        ulong root = 0;
        for (ulong candidate = 2; root == 0; candidate++)
        {
            ulong power = modulus.Pow(candidate, cofactor);
            if (modulus.Pow(power, (ulong)degree) == q - 1)
            {
                root = power;
            }
        }

        // The primitive roots are the odd powers of any one of them.
        ShoupOperand square = new(modulus.Multiply(root, root), modulus);
        ulong minimal = root;
        for (int i = 1; i < degree; i++)
        {
            root = square.Multiply(root, modulus);
            minimal = Math.Min(minimal, root);
        }

        return minimal;
    }

    /// <summary>The low <paramref name="bits"/> bits of <paramref name="value"/> in reverse order.</summary>
    internal static int ReverseBits(int value, int bits)
    {
        uint v = (uint)value;
        v = ((v >> 1) & 0x55555555) | ((v & 0x55555555) << 1);
        v = ((v >> 2) & 0x33333333) | ((v & 0x33333333) << 2);
        v = ((v >> 4) & 0x0F0F0F0F) | ((v & 0x0F0F0F0F) << 4);
        return bits == 0 ? 0 : (int)(BinaryPrimitives.ReverseEndianness(v) >> (32 - bits));
    }

    private (ulong[] Powers, ulong[] Quotients) Powers(ulong root)
    {
        ulong[] powers = new ulong[Degree];
        ulong[] quotients = new ulong[Degree];
        ShoupOperand factor = new(root, Modulus);
        ulong power = 1;
        for (int i = 0; i < Degree; i++)
        {
            int position = ReverseBits(i, LogDegree);
            powers[position] = power;
            quotients[position] = Modulus.ShoupQuotient(power);
            power = factor.Multiply(power, Modulus);
        }

        return (powers, quotients);
    }

    private void CheckLength(int length)
    {
        if (length != Degree)
        {
            throw new ArgumentException($"a transform of degree {Degree} works on {Degree} words, not {length}");
        }
    }
}
