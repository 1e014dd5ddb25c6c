using System.Numerics;
using System.Text.Json;
using Subnet.Crypto.Rlwe;
using Subnet.Health.SealFiles;

namespace Subnet.Health.Conformance.Seal;

/// <summary>Compares what objects decrypt or decode to with what SEAL found in them.</summary>
internal static class SealExpectations
{
    /// <summary>For values that two floating-point programs computed from the same words.</summary>
    public const double SameWordsTolerance = 1e-9;

    // Seventeen times the standard deviation of a slot under the widest fresh noise: that of a public key without a special prime, whose
    // coefficients have 3.2 sqrt(4N/3), times sqrt(N) for the embedding.
    private const double SlotNoisePerDegree = 64;

    /// <summary>Checks the members <c>expect</c> and <c>noise_budget</c> of an object, where it has them.</summary>
    public static void Check(SealSet set, SealObject item, CaseReport cases)
    {
        bool hasBudget = item.Entry.TryGetProperty("noise_budget", out JsonElement budget);
        if (!item.Entry.TryGetProperty("expect", out JsonElement expect) && !hasBudget)
        {
            return;
        }

        using SealSlots slots = new(set.Parameters, set.FindOnly<SecretKey>());
        if (hasBudget)
        {
            Ciphertext noisy = item.Value as Ciphertext ?? throw new InvalidOperationException($"a {item.Type} has no noise budget");
            cases.Check($"{item.File} noise_budget", budget.GetInt32(), slots.NoiseBudget(noisy));
        }

        if (expect.ValueKind == JsonValueKind.Undefined)
        {
            return;
        }

        foreach (JsonProperty member in expect.EnumerateObject())
        {
            string label = $"{item.File} {member.Name}";
            switch (member.Name, set.Parameters.Scheme)
            {
                case ("slots_head", Scheme.Bfv):
                    ulong[] head = Json.Words(member.Value);
                    cases.CheckSequence<ulong>(label, head, Integers(slots, item).AsSpan(0, head.Length));
                    break;
                case ("slots_fnv1a64", Scheme.Bfv):
                    CheckHash(label, member.Value.GetString(), Integers(slots, item), set.Parameters.SupportsBatching, cases);
                    break;
                case ("slots_head", Scheme.Ckks):
                    Complex[] known = [.. member.Value.EnumerateArray().Select(pair => new Complex(pair[0].GetDouble(), pair[1].GetDouble()))];
                    CheckComplex(label, known, Complexes(slots, item), SameWordsTolerance, cases);
                    break;
                default:
                    cases.Fail(label, "an expectation of the schema", "an unknown one");
                    break;
            }
        }
    }

    /// <summary>
    /// Passes if the hash is that of the integers. Where there are no slots, the coefficients of a plaintext may have been hashed with or
    /// without the zeros above the highest one: the vectors at hand have no such set that would tell.
    /// </summary>
    public static void CheckHash(string label, string? known, ReadOnlySpan<ulong> integers, bool batching, CaseReport cases)
    {
        string all = Fnv1a64.Hash(integers);
        int significant = Math.Max(1, integers.LastIndexOfAnyExcept(0UL) + 1);
        cases.Check(label, known, !batching && known == Fnv1a64.Hash(integers[..significant]) ? known : all);
    }

    /// <summary>How far slots of a fresh encryption may be from those of the plaintext.</summary>
    public static double NoiseTolerance(Parameters parameters, double scale) =>
        SameWordsTolerance + (SlotNoisePerDegree * parameters.PolyModulusDegree / scale);

    /// <summary>Passes if two ciphertexts hold the same message.</summary>
    public static void CheckSameMessage(string label, SealSlots slots, Ciphertext known, Ciphertext actual, CaseReport cases)
    {
        if (known.Level.Parameters.Scheme == Scheme.Bfv)
        {
            cases.CheckSequence<ulong>(label, slots.DecryptIntegers(known), slots.DecryptIntegers(actual));
        }
        else
        {
            double tolerance = NoiseTolerance(known.Level.Parameters, known.Scale);
            CheckComplex(label, slots.DecryptComplex(known), slots.DecryptComplex(actual), tolerance, cases);
        }
    }

    /// <summary>Passes if the slots agree with as many known ones, relative to the largest of all.</summary>
    public static void CheckComplex(
        string label, ReadOnlySpan<Complex> known, ReadOnlySpan<Complex> actual, double tolerance, CaseReport cases)
    {
        double largest = 1;
        foreach (Complex value in known)
        {
            largest = Math.Max(largest, value.Magnitude);
        }

        foreach (Complex value in actual)
        {
            largest = Math.Max(largest, value.Magnitude);
        }

        for (int i = 0; i < known.Length; i++)
        {
            if (i >= actual.Length || !((known[i] - actual[i]).Magnitude <= tolerance * largest))
            {
                cases.Fail(label, $"{known[i]} in slot {i}", i < actual.Length ? $"{actual[i]}" : "no such slot");
                return;
            }
        }

        cases.Pass(label);
    }

    private static ulong[] Integers(SealSlots slots, SealObject item) => item.Value switch
    {
        Ciphertext ciphertext => slots.DecryptIntegers(ciphertext),
        Plaintext plaintext => slots.Integers(plaintext),
        _ => throw new InvalidOperationException($"a {item.Type} has no slots"),
    };

    private static Complex[] Complexes(SealSlots slots, SealObject item) => item.Value switch
    {
        Ciphertext ciphertext => slots.DecryptComplex(ciphertext),
        Plaintext plaintext => slots.Complex(plaintext),
        _ => throw new InvalidOperationException($"a {item.Type} has no slots"),
    };
}
