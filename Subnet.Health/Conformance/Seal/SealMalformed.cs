using System.Globalization;
using System.Text.Json;
using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Seal;

namespace Subnet.Health.Conformance.Seal;

/// <summary>Replays damaged and unusual files: each is refused, accepted, or accepted and then unusable, as the manifest says.</summary>
internal static class SealMalformed
{
    private const string AcceptedPrefix = "ok: ";

    /// <summary>Replays the items of a folder.</summary>
    public static void Replay(string folder, JsonElement items, CaseReport cases, HashSet<string> known, CancellationToken cancellationToken)
    {
        Dictionary<string, SealKeyRing> rings = new(StringComparer.Ordinal);
        foreach (JsonElement item in items.EnumerateArray())
        {
            cancellationToken.ThrowIfCancellationRequested();
            string file = Json.Text(item, "file");
            string set = Json.Text(item, "case");
            known.Add(file);
            known.UnionWith(SealKeyRing.FileNames(set));
            cases.Guard(file, () =>
            {
                if (!rings.TryGetValue(set, out SealKeyRing? ring))
                {
                    rings.Add(set, ring = SealKeyRing.Open(folder, set));
                }

                Check(item, file, File.ReadAllBytes(Path.Combine(folder, file)), ring, cases);
            });
        }

        foreach (SealKeyRing ring in rings.Values)
        {
            ring.Dispose();
        }
    }

    private static void Check(JsonElement item, string file, byte[] bytes, SealKeyRing ring, CaseReport cases)
    {
        string expectation = Json.Text(item, "engine_expect");
        string type = Json.Text(item, "type");
        (object? value, string answer) = TryRead(type, bytes, ring, allowTrailing: expectation == "accept_from_stream");
        switch (expectation)
        {
            case "reject":
                (object? trailing, _) = TryRead(type, bytes, ring, allowTrailing: true);
                cases.Check(file, value is null && trailing is null, "refused", answer);
                break;
            case "accept" or "accept_from_stream":
                CheckAccepted(item, file, value, answer, ring, cases);
                break;
            case "accept_or_reject":
                cases.Pass(file);
                break;
            case "accept_value_garbage":
                cases.Check(file, value is not null, "accepted", answer);
                break;
            case "load_ok_use_refused":
                cases.Check(file, value is null || !ring.TryUse(value, out answer), "use refused", answer);
                break;
            default:
                cases.Fail(file, "an expectation of the schema", $"the unknown '{expectation}'");
                break;
        }
    }

    private static void CheckAccepted(JsonElement item, string file, object? value, string answer, SealKeyRing ring, CaseReport cases)
    {
        if (value is null)
        {
            cases.Fail(file, "accepted", answer);
            return;
        }

        // What SEAL found inside, where the manifest tells: the hash of the slots, or the first complex slot.
        string? seal = Json.OptionalText(item, "seal_4_4_3");
        if (value is not Ciphertext ciphertext || seal is null || !seal.StartsWith(AcceptedPrefix, StringComparison.Ordinal))
        {
            cases.Pass(file);
            return;
        }

        string found = seal[AcceptedPrefix.Length..];
        if (ring.Parameters.Scheme == Scheme.Bfv)
        {
            cases.Check(file, found, Fnv1a64.Hash(ring.Slots.DecryptIntegers(ciphertext)));
            return;
        }

        double[] parts = [.. found.Split(';')[0].Split(',').Select(part => double.Parse(part, CultureInfo.InvariantCulture))];
        SealExpectations.CheckComplex(file, [new System.Numerics.Complex(parts[0], parts[1])], ring.Slots.DecryptComplex(ciphertext), SealExpectations.SameWordsTolerance, cases);
    }

    private static (object? Value, string Answer) TryRead(string type, byte[] bytes, SealKeyRing ring, bool allowTrailing)
    {
        SealReader reader = ring.Reader;
        try
        {
            object value = type switch
            {
                "parms" => SealReader.ReadParameters(bytes, SecurityLevel.None, allowTrailing: allowTrailing).Value,
                "plaintext" => reader.ReadPlaintext(bytes, allowTrailing).Value,
                "ciphertext" => reader.ReadCiphertext(bytes, allowTrailing).Value,
                "secret_key" => reader.ReadSecretKey(bytes, allowTrailing).Value,
                "public_key" => reader.ReadPublicKey(bytes, allowTrailing).Value,
                "relin_keys" => reader.ReadRelinearizationKeys(bytes, allowTrailing).Value,
                "galois_keys" => reader.ReadGaloisKeys(bytes, allowTrailing).Value,
                _ => throw new JsonException($"the type '{type}' is unknown"),
            };
            return (value, "accepted");
        }
        catch (SealFormatException e)
        {
            return (null, $"refused: {e.Message}");
        }
    }
}
