using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using System.Text.Json;
using Subnet.Crypto.Comparison;
using Subnet.Health.Scoring;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Scoring;

/// <summary><c>subnet validator replay</c> as processes of their own, since a vector width is chosen when the runtime starts.</summary>
[TestFixture]
internal sealed class ReplayProcessTests
{
    /// <summary>The switches of the runtime that make vectors narrower. The widest that the machine has is that of this process, which makes the transcript.</summary>
    private static readonly string[] Narrower = [.. Avx512F.IsSupported ? ["DOTNET_EnableAVX512"] : Array.Empty<string>(), "DOTNET_EnableAVX2", "DOTNET_EnableHWIntrinsic"];

    // What the clinic, the validators and the batch draw follows from fixed seeds, so these digests of all outputs change only where scoring does: then every transcript ever
    // written would no longer replay, and that needs a new version of the protocol, not new constants here. Of the measures that take seconds one validator opens its seed: the other
    // computes the same function.
    [TestCase("brier-8", true, "fa5b6cb0c974a29fa82f3f5ff34f894e726ceeae62b4064980f0ee0302ca7f6b")]
    [TestCase("counts-8-128", false, "d3d879b07caae3e85df56c2b04b1a61f9411aa539e2da6864268898be71354fb")]
    [TestCase("argmax-3-3", false, "2f8749fce41aa9add84876ec4384d5adde0222d27695dbb1651b1fe05e7581db")]
    [TestCase("auc-6", false, "e8ab1d017bc788db3883b7927129512f71491d2cbf9ec4c85acb0d8274b15388")]
    [TestCase("auc-7", false, "77595d33c157066267e1344fa5df63817e1e119cf946c0015f36485997557764")]
    public async Task Transcript_replays_with_equal_bytes_under_every_vector_width(string word, bool isOpened, string digest)
    {
        Assert.That(ScoringMeasure.TryParse(word, out ScoringMeasure? measure), Is.True);
        using TemporaryFolder folder = new();
        string path = folder.Combine("batch.transcript");
        await using (ScoringFixture fixture = new(measure: measure))
        {
            ScoringTranscript transcript = isOpened ? await fixture.RunAsync() : await fixture.RunWithoutOpeningAsync();
            await File.WriteAllBytesAsync(path, await ScoringFixture.WriteAsync(transcript));
            Assert.That(DigestOf(transcript), Is.EqualTo(digest), "the widest, of this process");
        }

        await Task.WhenAll(Narrower.Select(async without =>
        {
            (int code, string output) = await RunAsync(path, without);
            Assert.That(code, Is.Zero, without);
            using JsonDocument document = JsonDocument.Parse(output);
            Assert.That(document.RootElement.GetProperty("digest").GetString(), Is.EqualTo(digest), without);
        }));
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

    /// <summary>The digest that a replay computes: all outputs whose seed is open, in the order in which the validators were drawn.</summary>
    private static string DigestOf(ScoringTranscript transcript)
    {
        ScoreBatchOpen batch = ScoreBatchOpen.TryRead(transcript.Messages[1])!;
        ILookup<string, ScoringMessage> sent = transcript.Messages.ToLookup(message => message.Signed.Domain + Convert.ToHexString(message.Signed.Signer.Span));
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string validator in batch.Drawn(transcript.Beacon.Hash).Select(seed => Convert.ToHexString(seed.Validator.Span)).Where(validator => sent[ScoringDomains.Seed + validator].Any()))
        {
            hash.AppendData(ScoreOutputsMessage.TryRead(sent[ScoringDomains.Outputs + validator].Single())!.Outputs.Span);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static async Task<(int Code, string Output)> RunAsync(string path, string? without)
    {
        Dictionary<string, string> variables = without is null ? [] : new() { [without] = "0" };
        (int code, string output, _) = await SubnetProcess.RunAsync(Path.GetDirectoryName(path)!, ["validator", "replay", path, "--json"], variables);
        return (code, output);
    }
}
