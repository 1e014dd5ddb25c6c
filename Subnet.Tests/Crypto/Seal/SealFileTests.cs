using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Seal;
using Subnet.Tests.Support;

namespace Subnet.Tests.Crypto.Seal;

/// <summary>Files that Microsoft SEAL wrote, whole and damaged.</summary>
[TestFixture]
internal sealed class SealFileTests
{
    private const long Limit = 1L << 24;

    [Test]
    public void Vectors_are_there()
    {
        SharedFolder.Require("vectors", "seal");
        Assert.That(SealVectors.ObjectFiles(), Is.Not.Empty);
        Assert.That(SealVectors.MalformedFiles(), Is.Not.Empty);
    }

    [TestCaseSource(typeof(SealVectors), nameof(SealVectors.ObjectFiles))]
    public void File_of_seal_is_written_back_byte_for_byte(string set, string file, string type)
    {
        byte[] bytes = SealVectors.Read(set, file);
        object read = SealVectors.ReadObject(new SealReader(SealVectors.Parameters(set)), type, bytes);

        Assert.That(SealVectors.WriteObject(read, SealCompression.None), Is.EqualTo(SealEnvelope.Uncompress(bytes, Limit)));
    }

    [TestCaseSource(typeof(SealVectors), nameof(SealVectors.ObjectFiles))]
    public void File_of_seal_survives_zlib(string set, string file, string type)
    {
        byte[] bytes = SealVectors.Read(set, file);
        SealReader reader = new(SealVectors.Parameters(set));
        byte[] zlib = SealVectors.WriteObject(SealVectors.ReadObject(reader, type, bytes), SealCompression.Zlib);

        Assert.That(SealHeader.Read(zlib).Compression, Is.EqualTo(SealCompression.Zlib));
        Assert.That(
            SealVectors.WriteObject(SealVectors.ReadObject(reader, type, zlib), SealCompression.None),
            Is.EqualTo(SealEnvelope.Uncompress(bytes, Limit)));
    }

    [TestCaseSource(typeof(SealVectors), nameof(SealVectors.MalformedFiles))]
    public void Damaged_file_is_treated_as_expected(string file, string set, string type, string expectation)
    {
        byte[] bytes = SealVectors.Read("malformed", file);
        SealReader reader = new(Subnet.Crypto.Rlwe.Parameters.Create(
            SealReader.ReadParameters(SealVectors.Read("malformed", $"{set}.parms.none.seal"), SecurityLevel.None).Value));
        switch (expectation)
        {
            case "reject":
                Assert.That(() => SealVectors.ReadObject(reader, type, bytes), Throws.InstanceOf<SealFormatException>());
                Assert.That(() => SealVectors.ReadObject(reader, type, bytes, allowTrailing: true), Throws.InstanceOf<SealFormatException>());
                break;
            case "accept_from_stream":
                Assert.That(() => SealVectors.ReadObject(reader, type, bytes), Throws.InstanceOf<SealFormatException>());
                Assert.That(() => SealVectors.ReadObject(reader, type, bytes, allowTrailing: true), Throws.Nothing);
                break;
            case "accept_or_reject":
                TryRead(reader, type, bytes);
                break;
            default:
                Assert.That(expectation, Is.AnyOf("accept", "accept_value_garbage", "load_ok_use_refused"));
                Assert.That(() => SealVectors.ReadObject(reader, type, bytes), Throws.Nothing);
                break;
        }
    }

    [Test]
    public void Objects_may_stand_one_after_the_other()
    {
        SealReader reader = new(SealVectors.Parameters("bfv-64"));
        byte[] first = SealVectors.Read("bfv-64", "ct_a.zstd.seal");
        byte[] second = SealVectors.Read("bfv-64", "ct_b_seeded.none.seal");
        byte[] both = [.. first, .. second];

        SealReadResult<Ciphertext> one = reader.ReadCiphertext(both, allowTrailing: true);
        Assert.That(one.ByteCount, Is.EqualTo(first.Length));
        SealReadResult<Ciphertext> two = reader.ReadCiphertext(both.AsSpan(one.ByteCount));
        Assert.That(two.Seeds, Has.Count.EqualTo(1));
    }

    [Test]
    public void Relinearization_keys_refuse_galois_keys()
    {
        SealReader reader = new(SealVectors.Parameters("bfv-64"));
        Assert.That(
            () => reader.ReadRelinearizationKeys(SealVectors.Read("bfv-64", "glk.none.seal")),
            Throws.InstanceOf<SealFormatException>().With.Message.Contains("at most 14"));
    }

    [Test]
    public void More_galois_keys_than_allowed_are_refused()
    {
        SealReader reader = new(SealVectors.Parameters("bfv-64"), maxGaloisKeyCount: 3);
        Assert.That(
            () => reader.ReadGaloisKeys(SealVectors.Read("bfv-64", "glk.none.seal")),
            Throws.InstanceOf<SealFormatException>().With.Message.Contains("more than the 3"));
    }

    [Test]
    public void Zlib_bomb_stops_at_the_size_of_the_object()
    {
        Parameters parameters = SealVectors.Parameters("bfv-64");
        byte[] bomb = Wrap(SealCompression.Zlib, ZlibPayload.Compress(new byte[1 << 26]));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(
            () => new SealReader(parameters).ReadCiphertext(bomb),
            Throws.InstanceOf<SealFormatException>().With.Message.Contains("larger than"));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(2_000_000));
    }

    [Test]
    public void Zstandard_bomb_stops_at_the_size_of_the_object()
    {
        // Frame without content size, then blocks that each repeat one byte 128 KiB times.
        byte[] frame = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x58, .. Enumerable.Repeat<byte[]>([0x02, 0x00, 0x10, 0x00], 1000).SelectMany(b => b)];
        byte[] bomb = Wrap(SealCompression.Zstandard, frame);
        SealReader reader = new(SealVectors.Parameters("bfv-64"));
        Assert.That(
            () => reader.ReadCiphertext(bomb),
            Throws.InstanceOf<SealFormatException>().With.Message.Contains("larger than"));
    }

    [Test]
    public void Sizes_are_those_of_the_files()
    {
        Parameters parameters = SealVectors.Parameters("bfv-64");
        Assert.Multiple(() =>
        {
            Assert.That(SealSize.Parameters(4), Is.EqualTo(SealVectors.Read("bfv-64", "parms.none.seal").Length));
            Assert.That(SealSize.Plaintext(64), Is.EqualTo(SealVectors.Read("bfv-64", "pt_a.none.seal").Length));
            Assert.That(SealSize.SecretKey(parameters), Is.EqualTo(SealVectors.Read("bfv-64", "sk.none.seal").Length));
            Assert.That(SealSize.Ciphertext(parameters.FirstDataLevel, 3), Is.EqualTo(SealVectors.Read("bfv-64", "mul.none.seal").Length));
            Assert.That(SealSize.SeededCiphertext(parameters.FirstDataLevel), Is.EqualTo(SealVectors.Read("bfv-64", "ct_b_seeded.none.seal").Length));
            Assert.That(SealSize.PublicKey(parameters, seeded: true), Is.EqualTo(SealVectors.Read("bfv-64", "pk_seeded.none.seal").Length));
            Assert.That(SealSize.RelinearizationKeys(parameters, 1, seeded: false), Is.EqualTo(SealVectors.Read("bfv-64", "rlk.none.seal").Length));
            Assert.That(SealSize.GaloisKeys(parameters, 4, seeded: false), Is.EqualTo(SealVectors.Read("bfv-64", "glk.none.seal").Length));
        });
    }

    private static void TryRead(SealReader reader, string type, byte[] bytes)
    {
        try
        {
            Assert.That(SealVectors.ReadObject(reader, type, bytes), Is.Not.Null);
        }
        catch (SealFormatException e)
        {
            Assert.That(e.Message, Is.Not.Empty);
        }
    }

    private static byte[] Wrap(SealCompression compression, byte[] payload)
    {
        byte[] result = new byte[SealHeader.ByteCount + payload.Length];
        SealHeader.Write(result, compression, (ulong)result.Length);
        payload.CopyTo(result, SealHeader.ByteCount);
        return result;
    }
}
