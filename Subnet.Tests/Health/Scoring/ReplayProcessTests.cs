using System.Text.Json;
using Subnet.Crypto.Comparison;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Scoring;

/// <summary><c>subnet validator replay</c> as processes of their own, since a vector width is chosen when the runtime starts.</summary>
[TestFixture]
internal sealed class ReplayProcessTests
{
    /// <summary>The switches of the runtime; without one, the widest that the machine has.</summary>
    private static readonly string?[] Widths = [null, "DOTNET_EnableAVX512", "DOTNET_EnableAVX2", "DOTNET_EnableHWIntrinsic"];

    // What the clinic, the validators and the batch draw follows from fixed seeds, so these digests of all outputs change only where scoring does: then every transcript ever
    // written would no longer replay, and that needs a new version of the protocol, not new constants here.
    [TestCase("brier-8", 256, "fa5b6cb0c974a29fa82f3f5ff34f894e726ceeae62b4064980f0ee0302ca7f6b")]
    [TestCase("counts-8-128", 256, "733f3fb9784c76a19d0535a0890d3c2d34439012490b548196c35d369d8238b2")]
    [TestCase("argmax-3-3", 256, "d1b727c50c3c575ac792cba51ff5157034da6a7a4c55fc98915c5e3ff582c2ae")]
    [TestCase("auc-6", 256, "f9bf401397929d1a9ec4d82e0db6e90c0dfed28d89a3057ddd2e465fa1881610")]
    [TestCase("auc-7", 256, "2438277ab65dfb060dcde155b470fa2691f52b3986957ab688f224b208978267")]
    public async Task Transcript_replays_with_equal_bytes_under_every_vector_width(string word, int patients, string digest)
    {
        Assert.That(ScoringMeasure.TryParse(word, out ScoringMeasure? measure), Is.True);
        using TemporaryFolder folder = new();
        string path = folder.Combine("batch.transcript");
        await using (ScoringFixture fixture = new(measure: measure, patients: patients))
        {
            await File.WriteAllBytesAsync(path, await ScoringFixture.WriteAsync(await fixture.RunAsync()));
        }

        foreach (string? without in Widths)
        {
            (int code, string output) = await RunAsync(path, without);
            Assert.That(code, Is.Zero, without);
            using JsonDocument document = JsonDocument.Parse(output);
            Assert.That(document.RootElement.GetProperty("digest").GetString(), Is.EqualTo(digest), without);
        }
    }

    [Test]
    public async Task Changed_transcript_ends_with_1_and_its_first_difference_and_anything_else_with_3()
    {
        using TemporaryFolder folder = new();
        string path = folder.Combine("batch.transcript");
        await using (ScoringFixture fixture = new())
        {
            await File.WriteAllBytesAsync(path, await ScoringFixture.WriteAsync(await fixture.RunAsync()));
        }

        byte[] bytes = await File.ReadAllBytesAsync(path);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        (int changed, string answer) = await RunAsync(path, null);
        Assert.That(changed, Is.EqualTo(1));
        Assert.That(answer, Does.Contain("\"difference\""));
        await File.WriteAllTextAsync(path, "something else");
        Assert.That((await RunAsync(path, null)).Code, Is.EqualTo(3));
    }

    private static async Task<(int Code, string Output)> RunAsync(string path, string? without)
    {
        Dictionary<string, string> variables = without is null ? [] : new() { [without] = "0" };
        (int code, string output, _) = await SubnetProcess.RunAsync(Path.GetDirectoryName(path)!, ["validator", "replay", path, "--json"], variables);
        return (code, output);
    }
}
