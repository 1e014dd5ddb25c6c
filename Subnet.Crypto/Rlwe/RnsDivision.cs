using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Kernels;

namespace Subnet.Crypto.Rlwe;

/// <summary>
/// Division of a polynomial by the last prime p of its level with rounding (seal-format 10): with h = (p - 1) / 2 and
/// l = (x_last + h) mod p, the other residues become (x - (l - h)) / p.
/// </summary>
internal static class RnsDivision
{
    /// <summary>Divides; the limbs of the level below stand at the beginning of <paramref name="result"/>.</summary>
    /// <param name="level">Where <paramref name="x"/> is.</param>
    /// <param name="x">N L words.</param>
    /// <param name="isNtt">Whether x is in NTT form; the result is in the same form.</param>
    /// <param name="result">N (L - 1) words; may be the beginning of x.</param>
    public static void DivideByLast(Level level, ReadOnlySpan<ulong> x, bool isNtt, Span<ulong> result)
    {
        Parameters parameters = level.Parameters;
        int n = parameters.PolyModulusDegree;
        int last = level.PrimeCount - 1;
        using ScratchPool.Scratch scratch = parameters.Scratch.Rent(2 * n);
        Span<ulong> l = scratch.Span[..n];
        PrepareLast(parameters, last, x.Slice(last * n, n), isNtt, l);
        for (int i = 0; i < last; i++)
        {
            DivideLimb(parameters, last, i, x.Slice(i * n, n), l, isNtt, result.Slice(i * n, n), scratch.Span[n..]);
        }
    }

    /// <summary>l = (x_last + h) mod p in coefficient form.</summary>
    public static void PrepareLast(Parameters parameters, int last, ReadOnlySpan<ulong> xLast, bool isNtt, Span<ulong> l)
    {
        Modulus p = parameters.Moduli[last];
        if (isNtt)
        {
            parameters.Tables(last).Kernels.Inverse(xLast, l);
            xLast = l;
        }

        ModularVector.AddScalar(xLast, (p.Value - 1) / 2, l, p);
    }

    /// <summary>One limb of the quotient.</summary>
    public static void DivideLimb(
        Parameters parameters, int last, int prime, ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> l, bool isNtt, Span<ulong> result, Span<ulong> work)
    {
        LimbKernels kernels = parameters.Tables(prime).Kernels;
        Modulus p = parameters.Moduli[last];
        ulong inverse = parameters.InversesOf(last)[prime];
        if (isNtt)
        {
            kernels.DivideRoundValues(x, l, p, inverse, work, result);
        }
        else
        {
            kernels.DivideRound(x, l, p, inverse, result);
        }
    }
}
