using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Subnet.Crypto.Rlwe;
using Subnet.Health.SealFiles;

namespace Subnet.Health.Conformance.Seal;

/// <summary>What plaintexts of a set are the result of: encoding, one coefficient, a change of form.</summary>
internal static class SealPlaintextOperations
{
    // Another correct FFT rounds a few coefficients the other way (seal-format 9.2).
    private const long EncodingTolerance = 1;

    /// <summary>Carries out the operation and compares.</summary>
    public static void Check(SealSet set, SealEngine engine, Plaintext known, JsonElement op, string label, CaseReport cases)
    {
        string name = Json.Text(op, "name");
        switch (name)
        {
            case "encode":
                CheckEncoding(set, known, set.ReadFile(Json.Text(op, "values")), label, cases);
                break;
            case "monomial":
                ulong[] coefficients = new ulong[op.GetProperty("power").GetInt32() + 1];
                coefficients[^1] = op.GetProperty("coeff").GetUInt64();
                cases.CheckSequence<ulong>(label, coefficients, known.Words);
                break;
            case "transform_to_ntt":
                using (Plaintext transformed = new())
                {
                    Plaintext input = set.Find<Plaintext>(Json.Texts(op.GetProperty("in"))[0]);
                    Level level = known.Level ?? throw new InvalidOperationException("the plaintext is not in NTT form");
                    engine.TransformToNtt(input, level, transformed);
                    cases.CheckSequence<ulong>(label, known.Words, transformed.Words);
                }

                break;
            default:
                cases.Fail(label, "an operation of the schema", $"the unknown operation '{name}' on a plaintext");
                break;
        }
    }

    private static void CheckEncoding(SealSet set, Plaintext known, byte[] values, string label, CaseReport cases)
    {
        using Plaintext encoded = new();
        if (set.Parameters.Scheme == Scheme.Bfv)
        {
            SealSlots.EncodeIntegers(set.Parameters, MemoryMarshal.Cast<byte, ulong>(values), encoded);
            cases.CheckSequence<ulong>(label, known.Words, encoded.Words);
            return;
        }

        Level level = known.Level ?? throw new InvalidOperationException("the plaintext is not in NTT form");
        SealSlots.EncodeComplex(level, known.Scale, MemoryMarshal.Cast<byte, Complex>(values), encoded);
        long worst = 0;
        for (int i = 0; i < level.PrimeCount; i++)
        {
            worst = Math.Max(worst, LargestDifference(known.Limb(i), encoded.Limb(i), level, i));
        }

        cases.Check(label, worst <= EncodingTolerance, $"coefficients within {EncodingTolerance}", $"a difference of {worst}");
    }

    private static long LargestDifference(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Level level, int prime)
    {
        ulong q = level.Moduli[prime].Value;
        ulong[] difference = new ulong[left.Length];
        for (int i = 0; i < difference.Length; i++)
        {
            difference[i] = left[i] >= right[i] ? left[i] - right[i] : left[i] + (q - right[i]);
        }

        level.Tables(prime).Inverse(difference);
        ulong worst = 0;
        foreach (ulong word in difference)
        {
            worst = Math.Max(worst, Math.Min(word, q - word));
        }

        return (long)worst;
    }
}
