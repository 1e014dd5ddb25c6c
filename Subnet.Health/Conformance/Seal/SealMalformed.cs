using System.Text.Json;
using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Seal;

namespace Subnet.Health.Conformance.Seal;

/// <summary>Replays damaged and unusual files: each is refused, accepted, or accepted and then unusable, as the manifest says.</summary>
internal static class SealMalformed
{
    private static readonly HashSet<string> KnownMembers = new(StringComparer.Ordinal)
    {
        "file", "case", "type", "change", "engine_expect", "seal_4_1_2", "seal_4_4_3", "note",
    };

    /// <summary>Replays the items of a folder.</summary>
    public static void Replay(string folder, JsonElement items, CaseReport cases, HashSet<string> known, CancellationToken cancellationToken)
    {
        Dictionary<string, SealKeyRing> rings = new(StringComparer.Ordinal);
        int index = 0;
        foreach (JsonElement item in items.EnumerateArray())
        {
            cancellationToken.ThrowIfCancellationRequested();
            cases.Guard($"manifest.json items[{index++}]", () => Replay(folder, item, cases, known, rings));
        }

        foreach (SealKeyRing ring in rings.Values)
        {
            ring.Dispose();
        }
    }

    private static void Replay(string folder, JsonElement item, CaseReport cases, HashSet<string> known, Dictionary<string, SealKeyRing> rings)
    {
        string file = Json.Text(item, "file");
        string set = Json.Text(item, "case");
        known.Add(file);
        known.UnionWith(SealKeyRing.FileNames(folder, set));
        cases.CheckMembers($"{file} members", item, KnownMembers);
        cases.Guard(file, () =>
        {
            if (!rings.TryGetValue(set, out SealKeyRing? ring))
            {
                rings.Add(set, ring = SealKeyRing.Open(folder, set));
            }

            Check(item, file, File.ReadAllBytes(Path.Combine(folder, file)), ring, cases);
        });
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
                CheckEither(file, value, answer, ring, cases);
                break;
            case "accept_value_garbage":
                // The values mean nothing, but reading them must go as with any others.
                cases.Check(file, value is not null && ring.TryUse(value, out answer), "accepted and readable", answer);
                break;
            case "load_ok_use_refused":
                cases.Check(file, value is null || !ring.TryUse(value, out answer), "use refused", answer);
                break;
            default:
                cases.Fail(file, "an expectation of the schema", $"the unknown '{expectation}'");
                break;
        }

        (value as IDisposable)?.Dispose();
    }

    /// <summary>What is accepted must be usable, parameters excepted, and hold what SEAL found in it.</summary>
    private static void CheckAccepted(JsonElement item, string file, object? value, string answer, SealKeyRing ring, CaseReport cases)
    {
        if (value is null)
        {
            cases.Fail(file, "accepted", answer);
            return;
        }

        if (value is ParametersLiteral)
        {
            // Loading says nothing of whether a context can be made of them (seal-format 3); trying must be orderly.
            CheckEither(file, value, answer, ring, cases);
            return;
        }

        string? found = SealAnswers.Accepted(item);
        if (found is not null && SealAnswers.HasValues(found, value))
        {
            SealAnswers.Check(file, found, value, ring, cases);
        }
        else
        {
            cases.Check(file, ring.TryUse(value, out answer), "accepted and usable", answer);
        }
    }

    /// <summary>Harmless either way: refused with the reader's own error, or accepted and then used or refused in an orderly way.</summary>
    private static void CheckEither(string file, object? value, string answer, SealKeyRing ring, CaseReport cases)
    {
        if (value is not null)
        {
            // Anything but a refusal escapes to the guard of the case.
            _ = ring.TryUse(value, out answer);
        }

        cases.Check(file, answer.Length > 0, "a refusal or a use", "neither");
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
