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
        MultiplyModulo(level, special, polynomial, coefficients, isNtt, key, working, r0, r1);
        RnsDivision.PrepareLast(parameters, special, r0, isNtt: true, last0);
        RnsDivision.PrepareLast(parameters, special, r1, isNtt: true, last1);
        for (int target = 0; target < digits; target++)
        {
            MultiplyModulo(level, target, polynomial, coefficients, isNtt, key, working, r0, r1);
            AddQuotient(parameters, special, target, isNtt, r0, last0, work, c0.Slice(target * n, n));
            AddQuotient(parameters, special, target, isNtt, r1, last1, work, c1.Slice(target * n, n));
        }
    }

    /// <summary>The same words as <see cref="Add"/>, the primes of the level on several threads.</summary>
    public static unsafe void AddParallel(
        Level level, ReadOnlySpan<ulong> polynomial, bool isNtt, KeySwitchKey key, Span<ulong> c0, Span<ulong> c1, int parallelism)
    {
        Parameters parameters = level.Parameters;
        int n = parameters.PolyModulusDegree;
        int digits = level.PrimeCount;
        int special = parameters.Moduli.Length - 1;
        int words = level.PolynomialWords;
        ParallelOptions options = new() { MaxDegreeOfParallelism = parallelism };
        using ScratchPool.Scratch shared = parameters.Scratch.Rent(words + (2 * n));
        fixed (ulong* source = polynomial, sum0 = c0, sum1 = c1, own = shared.Span)
        {
            // Pinned for the whole block, so that the threads may use them.
            (nint given, nint into0, nint into1, nint inverse) = ((nint)source, (nint)sum0, (nint)sum1, (nint)own);
            if (isNtt)
            {
                Parallel.For(0, digits, options, i =>
                    parameters.Tables(i).Kernels.Inverse(Limb(given, i, n), Limb(inverse, i, n)));
            }

            nint coefficients = isNtt ? inverse : given;
            Multiply(special, (r0, r1, _) =>
            {
                RnsDivision.PrepareLast(parameters, special, r0, isNtt: true, Limb(inverse, digits, n));
                RnsDivision.PrepareLast(parameters, special, r1, isNtt: true, Limb(inverse, digits + 1, n));
            });
            Parallel.For(0, digits, options, target => Multiply(target, (r0, r1, work) =>
            {
                AddQuotient(parameters, special, target, isNtt, r0, Limb(inverse, digits, n), work, Limb(into0, target, n));
                AddQuotient(parameters, special, target, isNtt, r1, Limb(inverse, digits + 1, n), work, Limb(into1, target, n));
            }));

            void Multiply(int target, Finish finish)
            {
                using ScratchPool.Scratch scratch = parameters.Scratch.Rent((digits + 3) * n);
                Span<ulong> r0 = scratch.Span[..n];
                Span<ulong> r1 = scratch.Span.Slice(n, n);
                MultiplyModulo(
                    level, target, new ReadOnlySpan<ulong>((ulong*)given, words), new ReadOnlySpan<ulong>((ulong*)coefficients, words), isNtt, key,
                    scratch.Span[(3 * n)..], r0, r1);
                finish(r0, r1, scratch.Span.Slice(2 * n, n));
            }
        }
    }

    private delegate void Finish(Span<ulong> r0, Span<ulong> r1, Span<ulong> work);

    private static unsafe Span<ulong> Limb(nint words, int index, int n) => new((ulong*)words + ((long)index * n), n);

    // The digits modulo one prime, transformed and multiplied by the key.
    private static void MultiplyModulo(
        Level level, int target, ReadOnlySpan<ulong> polynomial, ReadOnlySpan<ulong> coefficients, bool isNtt, KeySwitchKey key,
        Span<ulong> working, Span<ulong> r0, Span<ulong> r1)
    {
        Parameters parameters = level.Parameters;
        int n = parameters.PolyModulusDegree;
        LimbKernels kernels = parameters.Tables(target).Kernels;
        for (int i = 0; i < level.PrimeCount; i++)
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

        MultiplyByKey(kernels, working, key, level.PrimeCount, target, r0, r1);
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
