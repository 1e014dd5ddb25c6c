using System.Text.Json;
using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Seal;

namespace Subnet.Health.Conformance.Seal;

/// <summary>One object file of a manifest, read and checked against what the manifest says of it.</summary>
internal sealed class SealObject
{
    private static readonly HashSet<string> KnownMembers = new(StringComparer.Ordinal)
    {
        "name", "type", "file", "compr", "seeded", "galois_steps", "galois_elts", "key_count", "op", "deterministic", "poly_count", "is_ntt_form",
        "chain_index", "parms_id", "scale", "noise_budget", "coeff_count", "expect", "note",
    };

    private SealObject(JsonElement entry)
    {
        Entry = entry;
        Name = Json.Text(entry, "name");
        File = Json.Text(entry, "file");
        Type = Json.Text(entry, "type");
    }

    /// <summary>Its member of the manifest.</summary>
    public JsonElement Entry { get; }

    /// <summary>Its name, which other files may share.</summary>
    public string Name { get; }

    /// <summary>Its file.</summary>
    public string File { get; }

    /// <summary>Its type in the manifest.</summary>
    public string Type { get; }

    /// <summary>The object; null if it could not be read.</summary>
    public object? Value { get; private set; }

    /// <summary>The uncompressed, unseeded form, to compare with other files of the name and with recomputed results.</summary>
    public byte[]? Words { get; private set; }

    /// <summary>The file of clear values that it was encoded from.</summary>
    public string? ValuesFile => Entry.TryGetProperty("op", out JsonElement op) ? Json.OptionalText(op, "values") : null;

    /// <summary>Reads a file and checks it; every aspect is a case.</summary>
    public static SealObject Open(string folder, JsonElement entry, SealReader reader, CaseReport cases)
    {
        SealObject item = new(entry);
        cases.CheckMembers($"{item.File} members", entry, KnownMembers);
        cases.Guard($"{item.File} load", () => item.Load(System.IO.File.ReadAllBytes(Path.Combine(folder, item.File)), reader, cases));
        return item;
    }

    private void Load(byte[] bytes, SealReader reader, CaseReport cases)
    {
        switch (Type)
        {
            case "parms":
                SealReadResult<ParametersLiteral> literal = SealReader.ReadParameters(bytes, reader.Parameters.Security);
                Keep(bytes, literal, compression => SealWriter.Write(literal.Value, compression), cases);
                cases.Check($"{File} parameters", reader.Parameters.KeyLevel.Id.ToString(), Parameters.Create(literal.Value).KeyLevel.Id.ToString());
                break;
            case "plaintext":
                SealReadResult<Plaintext> plaintext = reader.ReadPlaintext(bytes);
                Keep(bytes, plaintext, compression => SealWriter.Write(plaintext.Value, compression), cases);
                CheckPlaintext(plaintext.Value, cases);
                break;
            case "ciphertext":
                SealReadResult<Ciphertext> ciphertext = reader.ReadCiphertext(bytes);
                Keep(bytes, ciphertext, compression => SealWriter.Write(ciphertext.Value, compression, ciphertext.Seeds.SingleOrDefault()), cases);
                Words = SealWriter.Write(ciphertext.Value);
                CheckCiphertext(ciphertext.Value, cases);
                break;
            case "secret_key":
                SealReadResult<SecretKey> secret = reader.ReadSecretKey(bytes);
                Keep(bytes, secret, compression => SealWriter.Write(secret.Value, compression), cases);
                break;
            case "public_key":
                SealReadResult<PublicKey> key = reader.ReadPublicKey(bytes);
                Keep(bytes, key, compression => SealWriter.Write(key.Value, compression, key.Seeds.SingleOrDefault()), cases);
                Words = SealWriter.Write(key.Value);
                break;
            case "relin_keys":
                SealReadResult<RelinearizationKeys> relin = reader.ReadRelinearizationKeys(bytes);
                Keep(bytes, relin, compression => SealWriter.Write(relin.Value, compression, relin.Seeds.Count == 0 ? null : relin.Seeds), cases);
                Words = SealWriter.Write(relin.Value);
                CheckCount("key_count", Enumerable.Range(2, relin.Value.Count).Count(power => relin.Value.Find(power) is not null), cases);
                break;
            case "galois_keys":
                SealReadResult<GaloisKeys> galois = reader.ReadGaloisKeys(bytes);
                Keep(bytes, galois, compression => SealWriter.Write(galois.Value, compression, galois.Seeds.Count == 0 ? null : galois.Seeds), cases);
                Words = SealWriter.Write(galois.Value);
                CheckGaloisKeys(galois.Value, cases);
                break;
            default:
                cases.Fail($"{File} load", "a type of the schema", $"the unknown type '{Type}'");
                break;
        }
    }

    /// <summary>Takes the object; checks how it was written, and that writing it gives the same bytes (but for the version) and survives zlib.</summary>
    private void Keep<T>(byte[] bytes, SealReadResult<T> read, Func<SealCompression, byte[]> write, CaseReport cases)
        where T : class
    {
        Value = read.Value;
        cases.Pass($"{File} load");
        cases.Check($"{File} compression", Json.Text(Entry, "compr"), read.Header.Compression switch
        {
            SealCompression.None => "none",
            SealCompression.Zlib => "zlib",
            _ => "zstd",
        });
        cases.Check($"{File} seeded", Json.Flag(Entry, "seeded"), read.Seeds.Count > 0);

        byte[] written = write(SealCompression.None);
        Words = written;
        byte[] plain = SealEnvelope.Uncompress(bytes, Math.Max(written.Length, bytes.Length));
        SealVersions.ToWritten(plain, read.Header.Minor, written);
        cases.CheckSequence<byte>($"{File} write", plain, written);
        cases.CheckSequence<byte>($"{File} zlib", written, SealEnvelope.Uncompress(write(SealCompression.Zlib), written.Length));
    }

    private void CheckPlaintext(Plaintext plaintext, CaseReport cases)
    {
        CheckCount("coeff_count", plaintext.Count, cases);
        CheckForm(plaintext.IsNttForm, plaintext.ParametersId, plaintext.Scale, cases);
    }

    private void CheckCiphertext(Ciphertext ciphertext, CaseReport cases)
    {
        CheckCount("poly_count", ciphertext.Size, cases);
        CheckCount("chain_index", ciphertext.Level.ChainIndex, cases);
        CheckForm(ciphertext.IsNttForm, ciphertext.Level.Id, ciphertext.Scale, cases);
    }

    private void CheckForm(bool isNttForm, ParametersId id, double scale, CaseReport cases)
    {
        cases.Check($"{File} is_ntt_form", Entry.GetProperty("is_ntt_form").GetBoolean(), isNttForm);
        cases.Check($"{File} parms_id", Json.Text(Entry, "parms_id"), id.ToString());
        cases.Check($"{File} scale", Entry.GetProperty("scale").GetDouble(), scale);
    }

    private void CheckCount(string member, int actual, CaseReport cases)
    {
        if (Json.OptionalInteger(Entry, member) is { } expected)
        {
            cases.Check($"{File} {member}", expected, actual);
        }
    }

    private void CheckGaloisKeys(GaloisKeys keys, CaseReport cases)
    {
        CheckCount("key_count", keys.Elements.Count, cases);
        if (Entry.TryGetProperty("galois_steps", out JsonElement steps))
        {
            int[] elements = [.. Json.Integers(steps).Select(step => GaloisElement.FromStep(keys.Parameters, step)).Distinct().Order()];
            cases.CheckSequence($"{File} galois_steps", elements, [.. keys.Elements]);
        }

        if (Entry.TryGetProperty("galois_elts", out JsonElement known))
        {
            int[] elements = [.. Json.Integers(known).Distinct().Order()];
            cases.CheckSequence($"{File} galois_elts", elements, [.. keys.Elements]);
        }
    }
}
