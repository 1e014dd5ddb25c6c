using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Kernels;

namespace Subnet.Crypto.Rlwe;

/// <summary>
/// Key switching with one special prime P and one digit per prime (seal-format 10): for every prime p of the level and P,
/// acc_h[p] = sum over i of NTT_p(d_i mod p) key_i.c_h[p]; the accumulators are divided by P with rounding and added.
/// </summary>
internal static class KeySwitching
{
    /// <summary>Adds the switched polynomial to (c_0, c_1).</summary>
    /// <param name="level">The data level of all three.</param>
    /// <param name="polynomial">The polynomial that belongs to the other secret, N L words.</param>
    /// <param name="isNtt">Whether the polynomial and (c_0, c_1) are in NTT form.</param>
    /// <param name="key">The key from that secret.</param>
    /// <param name="c0">N L words, added to.</param>
    /// <param name="c1">N L words, added to.</param>
    public static void Add(Level level, ReadOnlySpan<ulong> polynomial, bool isNtt, KeySwitchKey key, Span<ulong> c0, Span<ulong> c1)
    {
        Parameters parameters = level.Parameters;
        int n = parameters.PolyModulusDegree;
        int digits = level.PrimeCount;
        int special = parameters.Moduli.Length - 1;
        using ScratchPool.Scratch scratch = parameters.Scratch.Rent(((isNtt ? 2 : 1) * digits * n) + (5 * n));
        Span<ulong> r0 = scratch.Span[..n];
        Span<ulong> r1 = scratch.Span.Slice(n, n);
        Span<ulong> last0 = scratch.Span.Slice(2 * n, n);
        Span<ulong> last1 = scratch.Span.Slice(3 * n, n);
        Span<ulong> work = scratch.Span.Slice(4 * n, n);
        Span<ulong> working = scratch.Span.Slice(5 * n, digits * n);
        ReadOnlySpan<ulong> coefficients = polynomial;
        if (isNtt)
        {
            Span<ulong> inverse = scratch.Span.Slice((5 + digits) * n, digits * n);
            for (int i = 0; i < digits; i++)
            {
                parameters.Tables(i).Kernels.Inverse(polynomial.Slice(i * n, n), inverse.Slice(i * n, n));
            }

            coefficients = inverse;
        }

        // The special prime comes first: every other prime needs its accumulators.
        for (int step = -1; step < digits; step++)
        {
            int target = step < 0 ? special : step;
            LimbKernels kernels = parameters.Tables(target).Kernels;
            for (int i = 0; i < digits; i++)
            {
                if (isNtt && i == target)
                {
                    kernels.ImportDigit(polynomial.Slice(i * n, n), working.Slice(i * n, n));
                }
                else
                {
                    kernels.ExtendDigit(coefficients.Slice(i * n, n), parameters.Moduli[i], working.Slice(i * n, n));
                }
            }

            MultiplyByKey(kernels, working, key, digits, target, r0, r1);
            if (step < 0)
            {
                RnsDivision.PrepareLast(parameters, special, r0, isNtt: true, last0);
                RnsDivision.PrepareLast(parameters, special, r1, isNtt: true, last1);
                continue;
            }

            AddQuotient(parameters, special, target, isNtt, r0, last0, work, c0.Slice(target * n, n));
            AddQuotient(parameters, special, target, isNtt, r1, last1, work, c1.Slice(target * n, n));
        }
    }

    private static void MultiplyByKey(
        LimbKernels kernels, ReadOnlySpan<ulong> working, KeySwitchKey key, int digits, int target, Span<ulong> r0, Span<ulong> r1)
    {
        Span<nint> key0 = stackalloc nint[digits];
        Span<nint> key1 = stackalloc nint[digits];
        for (int i = 0; i < digits; i++)
        {
            key0[i] = key.Digit(i).LimbAddress(0, target);
            key1[i] = key.Digit(i).LimbAddress(1, target);
        }

        kernels.GadgetProduct(working, key0, key1, r0, r1);
        GC.KeepAlive(key);
    }

    private static void AddQuotient(
        Parameters parameters, int special, int target, bool isNtt, Span<ulong> r, ReadOnlySpan<ulong> last, Span<ulong> work, Span<ulong> c)
    {
        if (!isNtt)
        {
            parameters.Tables(target).Kernels.Inverse(r, r);
        }

        RnsDivision.DivideLimb(parameters, special, target, r, last, isNtt, r, work);
        ModularVector.Add(c, r, c, parameters.Moduli[target]);
    }
}
