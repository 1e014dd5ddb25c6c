using Subnet.Crypto.Seal;
using Subnet.Crypto.Seal.Zstd;
using Subnet.Tests.Support;

namespace Subnet.Tests.Crypto.Seal.Zstd;

[TestFixture]
internal sealed class ZstdDecoderTests
{
    private const int MutationsPerFrame = 400;

    private static string Folder => Path.Combine(RepositoryFolder.Find(), "Subnet.Tests", "Crypto", "Seal", "Zstd", "Frames");

    private static IEnumerable<string> Frames => Directory.EnumerateFiles(Folder, "*.zst").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    [Test]
    public void Frames_are_there() => Assert.That(Frames, Has.Exactly(14).Items);

    [TestCaseSource(nameof(Frames))]
    public void Frame_of_the_reference_encoder_gives_its_content(string name)
    {
        byte[] expected = Content(name);
        using BoundedOutput output = new(expected.Length);
        ZstdDecoder.Decompress(File.ReadAllBytes(Path.Combine(Folder, name)), output);

        Assert.That(output.Written.SequenceEqual(expected));
    }

    [TestCaseSource(nameof(Frames))]
    public void Frame_larger_than_allowed_is_refused(string name)
    {
        byte[] expected = Content(name);
        if (expected.Length == 0)
        {
            return;
        }

        using BoundedOutput output = new(expected.Length - 1);
        Assert.That(() => Decode(File.ReadAllBytes(Path.Combine(Folder, name)), output), Throws.InstanceOf<SealFormatException>());
    }

    [TestCaseSource(nameof(Frames))]
    public void Cut_frame_is_refused(string name)
    {
        byte[] frame = File.ReadAllBytes(Path.Combine(Folder, name));
        int step = Math.Max(1, frame.Length / 300);
        for (int length = 0; length < frame.Length; length += step)
        {
            using BoundedOutput output = new(300_000);
            Assert.That(() => Decode(frame[..length], output), Throws.InstanceOf<SealFormatException>(), $"{length} bytes");
        }
    }

    [TestCaseSource(nameof(Frames))]
    public void Damaged_frame_is_decoded_or_refused(string name)
    {
        byte[] frame = File.ReadAllBytes(Path.Combine(Folder, name));
        byte[] expected = Content(name);
        bool hasChecksum = (frame[4] & 4) != 0;
        Random random = new(frame.Length);
        for (int i = 0; i < MutationsPerFrame; i++)
        {
            byte[] damaged = [.. frame];
            for (int changes = random.Next(1, 4); changes > 0; changes--)
            {
                damaged[random.Next(5, Math.Min(damaged.Length, 2000))] ^= (byte)random.Next(1, 256);
            }

            using BoundedOutput output = new(300_000);
            try
            {
                Decode(damaged, output);
                Assert.That(!hasChecksum || output.Written.SequenceEqual(expected), "damage passed the checksum");
            }
            catch (SealFormatException e)
            {
                Assert.That(e.Message, Is.Not.Empty);
            }
        }
    }

    [TestCase("28B52FFD2004210000610000", Description = "bytes after the last block")]
    [TestCase("28B52FFD2804010000", Description = "a reserved bit of the descriptor")]
    [TestCase("28B52FFD210104010000", Description = "a dictionary")]
    [TestCase("28B52FFD2004070000", Description = "a block of the reserved kind")]
    [TestCase("28B52FFD2004050000", Description = "a compressed block without content")]
    [TestCase("28B52FFD200415000003000000", Description = "literals that refer to a code that was never given")]
    [TestCase("27B52FFD2004010000", Description = "another magic number")]
    public void Frame_that_breaks_a_rule_is_refused(string hex)
    {
        using BoundedOutput output = new(1000);
        Assert.That(() => Decode(Convert.FromHexString(hex), output), Throws.InstanceOf<SealFormatException>());
    }

    private static void Decode(byte[] frame, BoundedOutput output) => ZstdDecoder.Decompress(frame, output);

    private static byte[] Content(string name)
    {
        string[] parts = name.Split('-');
        return ZstdContent.Make(parts[0], int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture));
    }
}
