using System.Numerics;
using Subnet.Crypto.Lattice;

namespace Subnet.Crypto.Rlwe;

public abstract partial class Evaluator
{
    /// <summary>destination = a under the automorphism X to X^element, under the same key.</summary>
    /// <exception cref="ArgumentException">Parameters or form do not fit, there are more than two polynomials, or the key is missing.</exception>
    public void ApplyGalois(Ciphertext a, int element, GaloisKeys keys, Ciphertext destination)
    {
        Check(a, nameof(a));
        CheckForm(a, nameof(a));
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(destination);
        CheckKeys(keys.Parameters, nameof(keys));
        GaloisElement.Check(Parameters, element);
        if (a.Size != 2)
        {
            throw new ArgumentException($"an automorphism needs 2 polynomials, the ciphertext has {a.Size}; relinearize it first", nameof(a));
        }

        KeySwitchKey key = keys.Find(element)
            ?? throw new ArgumentException($"there is no key for Galois element {element}; create one for it", nameof(keys));
        ApplyGalois(a, element, key, destination);
    }

    /// <summary>
    /// Rotates every row of slots to the left (negative steps: to the right). Where the keys have no element for the step, it is
    /// composed of the powers of two of its non-adjacent form, from the lowest up.
    /// </summary>
    private protected void Rotate(Ciphertext a, int step, GaloisKeys keys, Ciphertext destination)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(destination);
        if (step == 0)
        {
            Check(a, nameof(a));
            destination.CopyFrom(a);
            return;
        }

        int element = GaloisElement.FromStep(Parameters, step);
        if (keys.Find(element) is not null || BitOperations.IsPow2(Math.Abs(step)))
        {
            ApplyGalois(a, element, keys, destination);
            return;
        }

        Ciphertext source = a;
        for (int rest = step, power = 1; rest != 0; rest /= 2, power *= 2)
        {
            // The digit of the non-adjacent form is 0, or the one of 1 and -1 that leaves a multiple of 4.
            int digit = (rest & 1) == 0 ? 0 : 2 - (rest & 3);
            rest -= digit;
            if (digit == 0 || power == Parameters.PolyModulusDegree / 2)
            {
                continue;
            }

            ApplyGalois(source, GaloisElement.FromStep(Parameters, digit * power), keys, destination);
            source = destination;
        }
    }

    private void ApplyGalois(Ciphertext a, int element, KeySwitchKey key, Ciphertext destination)
    {
        Level level = a.Level;
        int n = Parameters.PolyModulusDegree;
        int words = level.PolynomialWords;
        bool isNtt = a.IsNttForm;
        using ScratchPool.Scratch scratch = Rent(2 * words);
        for (int polynomial = 0; polynomial < 2; polynomial++)
        {
            for (int prime = 0; prime < level.PrimeCount; prime++)
            {
                Span<ulong> moved = scratch.Span.Slice((polynomial * words) + (prime * n), n);
                if (isNtt)
                {
                    Parameters.Automorphisms.ApplyToValues(a.Limb(polynomial, prime), element, moved);
                }
                else
                {
                    Parameters.Automorphisms.ApplyToCoefficients(a.Limb(polynomial, prime), element, moved, level.Moduli[prime]);
                }
            }
        }

        Shape(a, 2, destination);
        scratch.Span[..words].CopyTo(destination.Polynomial(0));
        destination.Polynomial(1).Clear();
        SwitchKey(level, scratch.Span[words..], isNtt, key, destination.Polynomial(0), destination.Polynomial(1));
        CheckResult(destination);
    }
}
