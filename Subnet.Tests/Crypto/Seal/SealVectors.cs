using System.Text.Json;
using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Seal;
using Subnet.Tests.Support;

namespace Subnet.Tests.Crypto.Seal;

/// <summary>The outside vectors as test cases.</summary>
internal static class SealVectors
{
    /// <summary>The small sets that damaged files were derived from.</summary>
    public static readonly string[] SmallSets = ["bfv-64", "ckks-64"];

    /// <summary>Every object file of every set: set, file and type.</summary>
    public static IEnumerable<TestCaseData> ObjectFiles()
    {
        foreach (string manifest in Manifests("objects"))
        {
            string set = Path.GetFileName(Path.GetDirectoryName(manifest)!);
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(manifest));
            foreach (JsonElement item in document.RootElement.GetProperty("objects").EnumerateArray())
            {
                string file = item.GetProperty("file").GetString()!;
                yield return new TestCaseData(set, file, item.GetProperty("type").GetString()!).SetArgDisplayNames(set, file);
            }
        }
    }

    /// <summary>Every damaged file: file, set, type, expectation.</summary>
    public static IEnumerable<TestCaseData> MalformedFiles()
    {
        foreach (string manifest in Manifests("items"))
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(manifest));
            foreach (JsonElement item in document.RootElement.GetProperty("items").EnumerateArray())
            {
                string file = item.GetProperty("file").GetString()!;
                yield return new TestCaseData(
                    file,
                    item.GetProperty("case").GetString()!,
                    item.GetProperty("type").GetString()!,
                    item.GetProperty("engine_expect").GetString()!).SetArgDisplayNames(file);
            }
        }
    }

    /// <summary>The bytes of a file of a set.</summary>
    public static byte[] Read(string set, string file) => File.ReadAllBytes(SharedFolder.Require("vectors", "seal", set, file));

    /// <summary>The parameters of a set.</summary>
    public static Parameters Parameters(string set) => Subnet.Crypto.Rlwe.Parameters.Create(
        SealReader.ReadParameters(Read(set, "parms.none.seal"), SecurityLevel.None).Value);

    /// <summary>Reads an object of a type of the manifest.</summary>
    public static object ReadObject(SealReader reader, string type, ReadOnlySpan<byte> bytes, bool allowTrailing = false) => type switch
    {
        "parms" => SealReader.ReadParameters(bytes, SecurityLevel.None, allowTrailing: allowTrailing),
        "plaintext" => reader.ReadPlaintext(bytes, allowTrailing),
        "ciphertext" => reader.ReadCiphertext(bytes, allowTrailing),
        "secret_key" => reader.ReadSecretKey(bytes, allowTrailing),
        "public_key" => reader.ReadPublicKey(bytes, allowTrailing),
        "relin_keys" => reader.ReadRelinearizationKeys(bytes, allowTrailing),
        "galois_keys" => reader.ReadGaloisKeys(bytes, allowTrailing),
        _ => throw new ArgumentException($"unknown type {type}", nameof(type)),
    };

    /// <summary>Writes what <see cref="ReadObject"/> returned, seeds as they were.</summary>
    public static byte[] WriteObject(object read, SealCompression compression) => read switch
    {
        SealReadResult<ParametersLiteral> r => SealWriter.Write(r.Value, compression),
        SealReadResult<Plaintext> r => SealWriter.Write(r.Value, compression),
        SealReadResult<Ciphertext> r => SealWriter.Write(r.Value, compression, r.Seeds.SingleOrDefault()),
        SealReadResult<SecretKey> r => SealWriter.Write(r.Value, compression),
        SealReadResult<PublicKey> r => SealWriter.Write(r.Value, compression, r.Seeds.SingleOrDefault()),
        SealReadResult<RelinearizationKeys> r => SealWriter.Write(r.Value, compression, r.Seeds.Count == 0 ? null : r.Seeds),
        SealReadResult<GaloisKeys> r => SealWriter.Write(r.Value, compression, r.Seeds.Count == 0 ? null : r.Seeds),
        _ => throw new ArgumentException($"unknown object {read}", nameof(read)),
    };

    private static IEnumerable<string> Manifests(string member)
    {
        string? shared = SharedFolder.TryFind();
        if (shared is null)
        {
            yield break;
        }

        foreach (string manifest in Directory.EnumerateFiles(
            Path.Combine(shared, "vectors", "seal"), "manifest.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(manifest));
            if (document.RootElement.TryGetProperty(member, out _))
            {
                yield return manifest;
            }
        }
    }
}
