using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Kernels;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Bfv;

/// <summary>
/// The second half of a matrix product: the partial sums, each rotated by its giant step, added up. The key switchings are added
/// modulo Q P and divided by the special prime P once (Bossuat, Mouchet, Troncoso-Pastoriza and Hubaux, EUROCRYPT 2021).
/// </summary>
internal static class GiantSteps
{
    /// <summary>destination = the sum over groups g of rotation(g, sum g).</summary>
    /// <param name="matrix">Names the steps and the level.</param>
    /// <param name="sums">Prime by prime, group by group, polynomial by polynomial: N words in NTT form. Overwritten.</param>
    /// <param name="keys">A key for every step.</param>
    /// <param name="destination">Two polynomials in coefficient form.</param>
    public static void Add(EncodedMatrix matrix, Span<ulong> sums, GaloisKeys keys, Ciphertext destination)
    {
        Level level = matrix.Level;
        Parameters parameters = level.Parameters;
        int n = parameters.PolyModulusDegree;
        int digits = level.PrimeCount;
        int special = parameters.Moduli.Length - 1;
        ReadOnlySpan<int> steps = matrix.GroupSteps;
        int perPrime = 2 * n * steps.Length;

        // Switched sums modulo the data primes and, at place digits, the special prime; sums that are not switched; one step's digits.
        using ScratchPool.Scratch scratch = parameters.Scratch.Rent((2 * (digits + 1) * n) + (4 * digits * n) + (3 * n));
        Span<ulong> switched = scratch.Span[..(2 * (digits + 1) * n)];
        Span<ulong> direct = scratch.Span.Slice(switched.Length, 2 * digits * n);
        Span<ulong> coefficients = scratch.Span.Slice(switched.Length + direct.Length, digits * n);
        Span<ulong> working = scratch.Span.Slice(switched.Length + direct.Length + coefficients.Length, digits * n);
        Span<ulong> rest = scratch.Span[^(3 * n)..];
        switched.Clear();
        direct.Clear();
        for (int group = 0; group < steps.Length; group++)
        {
            int element = steps[group] == 0 ? 1 : GaloisElement.FromStep(parameters, steps[group]);
            LanePermutation permutation = parameters.Automorphisms.OfValues(element);
            for (int prime = 0; prime < digits; prime++)
            {
                Modulus q = parameters.Moduli[prime];
                Span<ulong> c0 = sums.Slice((perPrime * prime) + (2 * n * group), n);
                Span<ulong> c1 = sums.Slice((perPrime * prime) + (2 * n * group) + n, n);
                Span<ulong> moved = rest[..n];
                parameters.Automorphisms.ApplyToValues(c0, element, moved);
                ModularVector.Add(direct.Slice(2 * prime * n, n), moved, direct.Slice(2 * prime * n, n), q);
                if (element == 1)
                {
                    ModularVector.Add(direct.Slice(((2 * prime) + 1) * n, n), c1, direct.Slice(((2 * prime) + 1) * n, n), q);
                }
                else
                {
                    parameters.Tables(prime).Kernels.Inverse(c1, coefficients.Slice(prime * n, n));
                }
            }

            if (element == 1)
            {
                continue;
            }

            for (int place = 0; place <= digits; place++)
            {
                int target = place == digits ? special : place;
                LimbKernels kernels = parameters.Tables(target).Kernels;
                for (int i = 0; i < digits; i++)
                {
                    Span<ulong> digit = working.Slice(i * n, n);
                    if (i == target)
                    {
                        kernels.ImportDigit(sums.Slice((perPrime * i) + (2 * n * group) + n, n), digit);
                    }
                    else
                    {
                        kernels.ExtendDigit(coefficients.Slice(i * n, n), parameters.Moduli[i], digit);
                    }
                }

                HoistedRotation.MultiplyByKey(
                    kernels, working, permutation, [], keys.Find(element)!, digits, target,
                    switched.Slice(2 * place * n, n), switched.Slice(((2 * place) + 1) * n, n), accumulate: true);
            }
        }

        for (int polynomial = 0; polynomial < 2; polynomial++)
        {
            Finish(level, polynomial, switched, direct, rest, destination);
        }
    }

    // (switched + P direct) / P, rounded, in coefficient form.
    private static void Finish(Level level, int polynomial, Span<ulong> switched, Span<ulong> direct, Span<ulong> rest, Ciphertext destination)
    {
        Parameters parameters = level.Parameters;
        int n = parameters.PolyModulusDegree;
        int special = parameters.Moduli.Length - 1;
        Span<ulong> last = rest[..n];
        Span<ulong> work = rest.Slice(n, n);
        RnsDivision.PrepareLast(parameters, special, switched.Slice(((2 * level.PrimeCount) + polynomial) * n, n), isNtt: true, last);
        for (int prime = 0; prime < level.PrimeCount; prime++)
        {
            Modulus q = parameters.Moduli[prime];
            LimbKernels kernels = parameters.Tables(prime).Kernels;
            Span<ulong> sum = switched.Slice(((2 * prime) + polynomial) * n, n);
            kernels.MultiplyScalar(direct.Slice(((2 * prime) + polynomial) * n, n), q.Reduce(parameters.Moduli[special].Value), work);
            ModularVector.Add(sum, work, sum, q);
            kernels.Inverse(sum, sum);
            RnsDivision.DivideLimb(parameters, special, prime, sum, last, isNtt: false, destination.Limb(polynomial, prime), work);
        }
    }
}
