namespace Subnet.Crypto.Rlwe;

public abstract partial class Evaluator
{
    private const int StackElements = 256;

    /// <summary>
    /// Rotates one ciphertext by many steps and shares what the rotations have in common: word for word the results of single
    /// rotations, in a fraction of their time. Steps without a key of their own are rotated singly, by powers of two.
    /// </summary>
    private protected void RotateEach(Ciphertext a, IReadOnlyList<int> steps, GaloisKeys keys, IReadOnlyList<Ciphertext> destinations)
    {
        Check(a, nameof(a));
        CheckForm(a, nameof(a));
        ArgumentNullException.ThrowIfNull(keys);
        CheckKeys(keys.Parameters, nameof(keys));
        CheckDestinations(steps, destinations);
        if (a.Size != 2)
        {
            throw new ArgumentException($"an automorphism needs 2 polynomials, the ciphertext has {a.Size}; relinearize it first", nameof(a));
        }

        Span<int> elements = steps.Count <= StackElements ? stackalloc int[steps.Count] : new int[steps.Count];
        Span<int> places = steps.Count <= StackElements ? stackalloc int[steps.Count] : new int[steps.Count];
        int hoisted = 0;
        int last = -1;
        for (int i = 0; i < steps.Count; i++)
        {
            int element = steps[i] == 0 ? 1 : GaloisElement.FromStep(Parameters, steps[i]);
            if (ReferenceEquals(destinations[i], a))
            {
                last = i;
            }
            else if (steps[i] != 0 && keys.Find(element) is not null)
            {
                (elements[hoisted], places[hoisted]) = (element, i);
                hoisted++;
            }
            else
            {
                Rotate(a, steps[i], keys, destinations[i]);
            }
        }

        if (!TryHoist(a, elements[..hoisted], places[..hoisted], keys, destinations))
        {
            for (int j = 0; j < hoisted; j++)
            {
                Rotate(a, steps[places[j]], keys, destinations[places[j]]);
            }
        }

        // Only when nobody reads a any more.
        if (last >= 0)
        {
            Rotate(a, steps[last], keys, a);
        }
    }

    private bool TryHoist(Ciphertext a, ReadOnlySpan<int> elements, ReadOnlySpan<int> places, GaloisKeys keys, IReadOnlyList<Ciphertext> destinations)
    {
        if (elements.Length < 2)
        {
            return false;
        }

        foreach (int place in places)
        {
            Shape(a, 2, destinations[place]);
        }

        CiphertextSink sink = new(destinations, places);
        if (!HoistedRotation.TryApply(a, elements, keys, a.IsNttForm, exact: true, ref sink))
        {
            return false;
        }

        foreach (int place in places)
        {
            CheckResult(destinations[place]);
        }

        return true;
    }

    private static void CheckDestinations(IReadOnlyList<int> steps, IReadOnlyList<Ciphertext> destinations)
    {
        ArgumentNullException.ThrowIfNull(steps);
        ArgumentNullException.ThrowIfNull(destinations);
        if (steps.Count != destinations.Count)
        {
            throw new ArgumentException($"{steps.Count} rotations need as many destinations, not {destinations.Count}", nameof(destinations));
        }

        for (int i = 0; i < destinations.Count; i++)
        {
            ArgumentNullException.ThrowIfNull(destinations[i], nameof(destinations));
            for (int j = 0; j < i; j++)
            {
                if (ReferenceEquals(destinations[i], destinations[j]))
                {
                    throw new ArgumentException($"destinations {j} and {i} are the same ciphertext; give each rotation its own", nameof(destinations));
                }
            }
        }
    }

    /// <summary>Writes hoisted rotations to ciphertexts.</summary>
    private readonly ref struct CiphertextSink(IReadOnlyList<Ciphertext> destinations, ReadOnlySpan<int> places) : IRotationSink
    {
        private readonly ReadOnlySpan<int> _places = places;

        public void Accept(int rotation, int prime, ReadOnlySpan<ulong> c0, ReadOnlySpan<ulong> c1)
        {
            Ciphertext destination = destinations[_places[rotation]];
            c0.CopyTo(destination.Limb(0, prime));
            c1.CopyTo(destination.Limb(1, prime));
        }
    }
}
