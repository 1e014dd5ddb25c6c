using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Subnet.Crypto.Rlwe;

namespace Subnet.Health.Conformance.Seal;

/// <summary>
/// What SEAL printed of a file that it accepted: <c>ok: </c> and, for what holds values, the hash of the integers or the first complex
/// slots as <c>re,im;re,im;...</c>.
/// </summary>
internal static class SealAnswers
{
    private const string AcceptedPrefix = "ok: ";
    private const string NoValues = "loaded";

    private static readonly string[] Versions = ["seal_4_4_3", "seal_4_1_2"];

    /// <summary>What the newest SEAL that accepted the file found in it, or null if none did or none was asked.</summary>
    public static string? Accepted(JsonElement item) =>
        Versions.Select(version => Json.OptionalText(item, version))
            .FirstOrDefault(answer => answer?.StartsWith(AcceptedPrefix, StringComparison.Ordinal) == true)?[AcceptedPrefix.Length..];

    /// <summary>Whether SEAL printed values of such an object: a BFV plaintext in NTT form has none that anybody decodes.</summary>
    public static bool HasValues(string answer, object value) =>
        answer != NoValues && (value is Ciphertext || (value is Plaintext plaintext && (!plaintext.IsNttForm || plaintext.Level!.Parameters.Scheme == Scheme.Ckks)));

    /// <summary>Passes if the object holds these values.</summary>
    public static void Check(string file, string found, object value, SealKeyRing ring, CaseReport cases)
    {
        if (ring.Parameters.Scheme == Scheme.Bfv)
        {
            ulong[] integers = value is Ciphertext ciphertext ? ring.Slots.DecryptIntegers(ciphertext) : ring.Slots.Integers((Plaintext)value);
            SealExpectations.CheckHash(file, found, integers, ring.Parameters.SupportsBatching, cases);
            return;
        }

        Complex[] slots = value is Ciphertext approximate ? ring.Slots.DecryptComplex(approximate) : ring.Slots.Complex((Plaintext)value);
        SealExpectations.CheckComplex(file, Parse(found), slots, SealExpectations.SameWordsTolerance, cases);
    }

    // The text may be cut off inside of a pair; whole pairs count, at least one.
    private static Complex[] Parse(string found)
    {
        List<Complex> values = [];
        foreach (string pair in found.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] parts = pair.Split(',');
            if (parts.Length == 2 && double.TryParse(parts[0], CultureInfo.InvariantCulture, out double real)
                && double.TryParse(parts[1], CultureInfo.InvariantCulture, out double imaginary))
            {
                values.Add(new Complex(real, imaginary));
            }
        }

        // A last pair without its ';' may have lost digits.
        if (values.Count > 1 && !found.TrimEnd().EndsWith(';'))
        {
            values.RemoveAt(values.Count - 1);
        }

        return values.Count > 0 ? [.. values] : throw new FormatException($"'{found}' is no list of complex numbers");
    }
}
