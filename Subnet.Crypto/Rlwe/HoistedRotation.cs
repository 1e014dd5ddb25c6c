using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Kernels;

namespace Subnet.Crypto.Rlwe;

/// <summary>
/// Many automorphisms of one ciphertext. What a single one costs most, the decomposition of c_1 and the transforms of its digits,
/// is done once; each automorphism then only permutes the transformed digits, multiplies them by its key and divides by the special
/// prime (Halevi and Shoup, "Faster homomorphic linear transformations in HElib").
/// </summary>
internal static class HoistedRotation
{
    /// <summary>Applies automorphisms.</summary>
    /// <param name="a">Two polynomials; in NTT form only if the results are.</param>
    /// <param name="elements">Galois elements, all with a key.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="toNtt">Whether the results are in NTT form.</param>
    /// <param name="exact">
    /// Whether the results must be the words of single automorphisms. Otherwise digits keep their signs, which is as good an encryption with
    /// no larger noise and saves the offsets.
    /// </param>
    /// <param name="sink">Takes the results.</param>
    /// <returns>
    /// False if nothing was done because exact results cannot be had: a residue of c_1 is zero, which an automorphism that changes signs
    /// leaves zero where the offsets would make it q_i. One random ciphertext in 2^28 or fewer is like that.
    /// </returns>
    public static bool TryApply<TSink>(
        Ciphertext a, scoped ReadOnlySpan<int> elements, GaloisKeys keys, bool toNtt, bool exact, scoped ref TSink sink)
        where TSink : struct, IRotationSink, allows ref struct
    {
        Level level = a.Level;
        Parameters parameters = level.Parameters;
        int n = parameters.PolyModulusDegree;
        int digits = level.PrimeCount;
        int words = level.PolynomialWords;
        int special = parameters.Moduli.Length - 1;
        using ScratchPool.Scratch scratch = parameters.Scratch.Rent((3 * words) + (digits * n) + (3 * n) + (2 * n * elements.Length));
        Span<ulong> c0 = scratch.Span[..words];
        Span<ulong> coefficients = scratch.Span.Slice(words, words);
        Span<ulong> values = scratch.Span.Slice(2 * words, words);
        Span<ulong> working = scratch.Span.Slice(3 * words, digits * n);
        Span<ulong> rest = scratch.Span[((3 * words) + (digits * n))..];
        Span<ulong> r0 = rest[..n];
        Span<ulong> r1 = rest.Slice(n, n);
        Span<ulong> work = rest.Slice(2 * n, n);
        Span<ulong> last = rest[(3 * n)..];
        Prepare(a, toNtt, c0, coefficients, values);
        if (exact && coefficients.Contains(0UL))
        {
            return false;
        }

        for (int step = -1; step < digits; step++)
        {
            int target = step < 0 ? special : step;
            LimbKernels kernels = parameters.Tables(target).Kernels;
            ReadOnlySpan<ulong> offsets = exact ? parameters.HoistingOffsets.For(target)[..(digits * n)] : [];
            for (int i = 0; i < digits; i++)
            {
                Span<ulong> digit = working.Slice(i * n, n);
                if (a.IsNttForm && i == target)
                {
                    kernels.ImportDigit(values.Slice(i * n, n), digit);
                }
                else
                {
                    kernels.ExtendDigit(coefficients.Slice(i * n, n), parameters.Moduli[i], digit);
                }

                if (exact && i != target)
                {
                    kernels.SubtractWorking(digit, offsets.Slice(i * n, n));
                }
            }

            for (int j = 0; j < elements.Length; j++)
            {
                LanePermutation permutation = parameters.Automorphisms.OfValues(elements[j]);
                MultiplyByKey(kernels, working, permutation, offsets, keys.Find(elements[j])!, digits, target, r0, r1, accumulate: false);
                Span<ulong> last0 = last.Slice(2 * j * n, n);
                Span<ulong> last1 = last.Slice(((2 * j) + 1) * n, n);
                if (step < 0)
                {
                    RnsDivision.PrepareLast(parameters, special, r0, isNtt: true, last0);
                    RnsDivision.PrepareLast(parameters, special, r1, isNtt: true, last1);
                    continue;
                }

                Divide(parameters, target, toNtt, r0, last0, work);
                Divide(parameters, target, toNtt, r1, last1, work);
                if (toNtt)
                {
                    parameters.Automorphisms.ApplyToValues(c0.Slice(target * n, n), elements[j], work);
                }
                else
                {
                    parameters.Automorphisms.ApplyToCoefficients(c0.Slice(target * n, n), elements[j], work, parameters.Moduli[target]);
                }

                ModularVector.Add(r0, work, r0, parameters.Moduli[target]);
                sink.Accept(j, target, r0, r1);
            }
        }

        return true;
    }

    /// <summary>(r0, r1) = or += the moved digits times a key, modulo one prime.</summary>
    public static void MultiplyByKey(
        LimbKernels kernels, ReadOnlySpan<ulong> working, LanePermutation permutation, ReadOnlySpan<ulong> offsets, KeySwitchKey key, int digits, int target,
        Span<ulong> r0, Span<ulong> r1, bool accumulate)
    {
        Span<nint> key0 = stackalloc nint[digits];
        Span<nint> key1 = stackalloc nint[digits];
        for (int i = 0; i < digits; i++)
        {
            key0[i] = key.Digit(i).LimbAddress(0, target);
            key1[i] = key.Digit(i).LimbAddress(1, target);
        }

        kernels.GadgetProduct(working, permutation, offsets, key0, key1, r0, r1, accumulate);
        GC.KeepAlive(key);
    }

    // c_0 in the form of the results, c_1 as coefficients and, where it was given so, as values. Copies, so that a result may be written over a.
    private static void Prepare(Ciphertext a, bool toNtt, Span<ulong> c0, Span<ulong> coefficients, Span<ulong> values)
    {
        Parameters parameters = a.Level.Parameters;
        int n = parameters.PolyModulusDegree;
        a.Polynomial(0).CopyTo(c0);
        a.Polynomial(1).CopyTo(coefficients);
        for (int prime = 0; prime < a.Level.PrimeCount; prime++)
        {
            LimbKernels kernels = parameters.Tables(prime).Kernels;
            Span<ulong> limb = c0.Slice(prime * n, n);
            if (toNtt && !a.IsNttForm)
            {
                kernels.Forward(limb, limb);
            }

            if (a.IsNttForm)
            {
                Span<ulong> c1 = coefficients.Slice(prime * n, n);
                c1.CopyTo(values.Slice(prime * n, n));
                kernels.Inverse(c1, c1);
            }
        }
    }

    private static void Divide(Parameters parameters, int target, bool toNtt, Span<ulong> r, ReadOnlySpan<ulong> last, Span<ulong> work)
    {
        if (!toNtt)
        {
            parameters.Tables(target).Kernels.Inverse(r, r);
        }

        RnsDivision.DivideLimb(parameters, parameters.Moduli.Length - 1, target, r, last, toNtt, r, work);
    }
}
