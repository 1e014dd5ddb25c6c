using System.Text.Json;
using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Seal;

namespace Subnet.Tests.Interop;

/// <summary>Objects that Microsoft SEAL makes now are read here, and what is written here is read by Microsoft SEAL.</summary>
[TestFixture]
internal sealed class SealFormatInteropTests : SealOracleFixture
{
    private static readonly string[] Compressions = ["none", "zlib", "zstd"];

    [Test]
    public async Task Keys_of_seal_are_read_and_come_back_unchanged(
        [Values(Scheme.Bfv, Scheme.Ckks)] Scheme scheme, [Values] bool seeded, [ValueSource(nameof(Compressions))] string compression)
    {
        Parameters parameters = InteropParameters.Small(scheme);
        byte[] parms = SealWriter.Write(parameters);
        JsonElement keys = await Oracle.AskAsync(new { op = "keys", parms, security = "none", seeded, compression, steps = new[] { 1, -3 } });
        SealReader reader = new(parameters);

        SealReadResult<SecretKey> secret = reader.ReadSecretKey(Bytes(keys, "secret_key"));
        SealReadResult<PublicKey> publicKey = reader.ReadPublicKey(Bytes(keys, "public_key"));
        SealReadResult<RelinearizationKeys> relin = reader.ReadRelinearizationKeys(Bytes(keys, "relin_keys"));
        SealReadResult<GaloisKeys> galois = reader.ReadGaloisKeys(Bytes(keys, "galois_keys"));
        Assert.Multiple(() =>
        {
            Assert.That(publicKey.Seeds, Has.Count.EqualTo(seeded ? 1 : 0));
            Assert.That(galois.Value.Elements, Is.EquivalentTo(new[] { GaloisElement.FromStep(parameters, 1), GaloisElement.FromStep(parameters, -3) }));
        });

        // SEAL expands the seeds itself; its uncompressed, unseeded form must be the one written here.
        foreach ((string type, byte[] object_, byte[] full) in new[]
        {
            ("secret_key", Bytes(keys, "secret_key"), SealWriter.Write(secret.Value)),
            ("public_key", Bytes(keys, "public_key"), SealWriter.Write(publicKey.Value)),
            ("relin_keys", Bytes(keys, "relin_keys"), SealWriter.Write(relin.Value)),
            ("galois_keys", Bytes(keys, "galois_keys"), SealWriter.Write(galois.Value)),
        })
        {
            byte[] theirs = await Oracle.AskForAsync("object", new { op = "reload", parms, security = "none", type, @object = object_ });
            Assert.That(theirs, Is.EqualTo(full), type);
        }
    }

    [Test]
    public async Task Keys_written_here_are_accepted_by_seal([Values(Scheme.Bfv, Scheme.Ckks)] Scheme scheme, [Values] bool zlib)
    {
        Parameters parameters = InteropParameters.Small(scheme);
        byte[] parms = SealWriter.Write(parameters, zlib ? SealCompression.Zlib : SealCompression.None);
        JsonElement keys = await Oracle.AskAsync(new { op = "keys", parms, security = "none", seeded = true, steps = new[] { 1 } });
        SealReader reader = new(parameters);
        SealCompression compression = zlib ? SealCompression.Zlib : SealCompression.None;
        SealReadResult<RelinearizationKeys> relin = reader.ReadRelinearizationKeys(Bytes(keys, "relin_keys"));
        byte[] ours = SealWriter.Write(relin.Value, compression, relin.Seeds);

        byte[] theirs = await Oracle.AskForAsync("object", new { op = "reload", parms, security = "none", type = "relin_keys", @object = ours });
        Assert.That(theirs, Is.EqualTo(SealWriter.Write(relin.Value)));
    }

    private static byte[] Bytes(JsonElement answer, string member) => answer.GetProperty(member).GetBytesFromBase64();
}
