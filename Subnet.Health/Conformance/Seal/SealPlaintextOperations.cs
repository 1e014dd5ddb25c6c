using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Seal;
using Subnet.Health.SealFiles;

namespace Subnet.Health.Conformance.Seal;

/// <summary>What plaintexts of a set are the result of: encoding, one coefficient, decryption, a change of form or level.</summary>
internal sealed class SealPlaintextOperations(SealSet set, SealEngine engine)
{
    // Another correct FFT rounds a few coefficients the other way (seal-format 9.2).
    private const long EncodingTolerance = 1;

    /// <summary>Carries out the operation and compares.</summary>
    public void Check(Plaintext known, JsonElement op, string label, CaseReport cases)
    {
        string name = Json.Text(op, "name");
        using Plaintext result = new();
        switch (name)
        {
            case "encode":
                CheckEncoding(known, Json.Text(op, "values"), label, cases);
                return;
            case "monomial":
                Monomial(op, result);
                break;
            case "transform_to_ntt":
                engine.TransformToNtt(Input<Plaintext>(op), LevelOf(known), result);
                break;
            case "mod_switch" or "mod_switch_to_next":
                Plaintext input = Input<Plaintext>(op);
                engine.ModSwitchTo(input, LevelOf(input).Next ?? throw new InvalidOperationException("there is no lower level"), result);
                break;
            case "mod_switch_to":
                engine.ModSwitchTo(Input<Plaintext>(op), LevelOf(known), result);
                break;
            case "mod_switch_to_last":
                engine.ModSwitchTo(Input<Plaintext>(op), set.Parameters.LastLevel, result);
                break;
            case "decrypt":
                using (Decryptor decryptor = new(set.FindOnly<SecretKey>()))
                {
                    decryptor.Decrypt(Input<Ciphertext>(op), result);
                }

                break;
            default:
                cases.Fail(label, "an operation of the schema", $"the unknown operation '{name}' on a plaintext");
                return;
        }

        // The whole object: form, level, number of coefficients, scale and words.
        cases.CheckSequence<byte>(label, SealWriter.Write(known), SealWriter.Write(result));
    }

    private static Level LevelOf(Plaintext plaintext) =>
        plaintext.Level ?? throw new InvalidOperationException("the plaintext is in coefficient form, which has no level");

    private static void Monomial(JsonElement op, Plaintext destination)
    {
        Span<ulong> coefficients = destination.ResizeCoefficients(op.GetProperty("power").GetInt32() + 1);
        coefficients.Clear();
        coefficients[^1] = op.GetProperty("coeff").GetUInt64();
    }

    // The key of a decryption may be named; everything else is one input.
    private T Input<T>(JsonElement op)
        where T : class
    {
        string[] names = [.. Json.Texts(op.GetProperty("in")).Where(name => set.TryFind(name) is not SecretKey)];
        return names.Length == 1
            ? set.Find<T>(names[0])
            : throw new InvalidOperationException($"{Json.Text(op, "name")} takes one object, {names.Length} are named");
    }

    private void CheckEncoding(Plaintext known, string file, string label, CaseReport cases)
    {
        using Plaintext encoded = new();
        byte[] values = set.ReadFile(file);
        if (set.Parameters.Scheme == Scheme.Bfv)
        {
            SealSlots.EncodeIntegers(set.Parameters, Cast<ulong>(values, file, ".u64"), encoded);
            CheckCoefficients(known, encoded, label, cases);
            return;
        }

        Level level = LevelOf(known);
        SealSlots.EncodeComplex(level, known.Scale, Cast<Complex>(values, file, ".c128"), encoded);
        long worst = 0;
        for (int i = 0; i < level.PrimeCount; i++)
        {
            worst = Math.Max(worst, LargestDifference(known.Limb(i), encoded.Limb(i), level, i));
        }

        cases.Check(label, worst <= EncodingTolerance, $"coefficients within {EncodingTolerance}", $"a difference of {worst}");
    }

    // Without batching, values are coefficients, and zeros above the highest one may be stored or not.
    private void CheckCoefficients(Plaintext known, Plaintext encoded, string label, CaseReport cases)
    {
        ulong[] left = new ulong[set.Parameters.PolyModulusDegree];
        ulong[] right = new ulong[set.Parameters.PolyModulusDegree];
        known.Words.CopyTo(left);
        encoded.Words.CopyTo(right);
        bool sameLength = !set.Parameters.SupportsBatching || known.Count == encoded.Count;
        cases.Check($"{label} coefficient count", sameLength, $"{known.Count}", $"{encoded.Count}");
        cases.CheckSequence<ulong>(label, left, right);
    }

    private static ReadOnlySpan<T> Cast<T>(byte[] values, string file, string extension)
        where T : struct
    {
        if (!file.EndsWith(extension, StringComparison.Ordinal) || values.Length % Marshal.SizeOf<T>() != 0)
        {
            throw new FormatException($"'{file}' of {values.Length} bytes is no list of {extension[1..]} values of this scheme");
        }

        return MemoryMarshal.Cast<byte, T>(values);
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
