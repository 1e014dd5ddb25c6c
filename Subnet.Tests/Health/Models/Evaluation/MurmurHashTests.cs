using Subnet.Health.Models.Evaluation;

namespace Subnet.Tests.Health.Models.Evaluation;

[TestFixture]
internal sealed class MurmurHashTests
{
    // Known answers of MurmurHash3_x86_32 (SMHasher's reference and its common test table).
    [TestCase("", 0u, 0u)]
    [TestCase("", 1u, 0x514E28B7u)]
    [TestCase("test", 0u, 0xBA6BD213u)]
    [TestCase("test", 0x9747B28Cu, 0x704B81DCu)]
    [TestCase("Hello, world!", 0u, 0xC0363E43u)]
    [TestCase("The quick brown fox jumps over the lazy dog", 0x9747B28Cu, 0x2FA826CDu)]
    public void Ascii_text_hashes_as_the_published_algorithm(string text, uint seed, uint hash) =>
        Assert.That(MurmurHash.Text(seed, text), Is.EqualTo(hash));

    [Test]
    public void A_number_hashes_as_its_bytes() =>
        Assert.That(MurmurHash.Finish(MurmurHash.Round(0, 0x74736574), 4), Is.EqualTo(MurmurHash.Text(0, "test")));
}
