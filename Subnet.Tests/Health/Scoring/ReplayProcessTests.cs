using System.Text.Json;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Scoring;

/// <summary><c>subnet validator replay</c> as processes of their own, since a vector width is chosen when the runtime starts.</summary>
[TestFixture]
internal sealed class ReplayProcessTests
{
    // What the clinic, the validators and the batch draw follows from fixed seeds, so these bytes change only where scoring does: then every transcript ever written
    // would no longer replay, and that needs a new version of the protocol, not a new constant here.
    private const string Digest = "fa5b6cb0c974a29fa82f3f5ff34f894e726ceeae62b4064980f0ee0302ca7f6b";

    [Test]
    public async Task Transcript_replays_with_equal_bytes_under_every_vector_width_and_a_changed_one_ends_with_1()
    {
        using TemporaryFolder folder = new();
        string path = folder.Combine("batch.transcript");
        await using (ScoringFixture fixture = new())
        {
            await File.WriteAllBytesAsync(path, await ScoringFixture.WriteAsync(await fixture.RunAsync()));
        }

        foreach (string? without in new[] { null, "DOTNET_EnableAVX512", "DOTNET_EnableAVX2", "DOTNET_EnableHWIntrinsic" })
        {
            (int code, string output) = await RunAsync(path, without);
            Assert.That(code, Is.Zero, without);
            using JsonDocument document = JsonDocument.Parse(output);
            Assert.That(document.RootElement.GetProperty("digest").GetString(), Is.EqualTo(Digest), without);
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
