using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Identity;
using Subnet.Health.Scoring;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Scoring;

/// <summary>
/// A changed byte anywhere in a transcript: by anybody; by anybody who makes the file's digest anew; and by the party itself, which also makes hashes and its own signature anew.
/// </summary>
[TestFixture]
internal sealed class TranscriptChangeTests
{
    private ScoringFixture fixture = null!;
    private ScoringTranscript transcript = null!;
    private byte[] file = null!;
    private IReadOnlyList<TranscriptField> fields = null!;

    [OneTimeSetUp]
    public async Task RunBatchAsync()
    {
        fixture = new ScoringFixture();
        transcript = await fixture.RunAsync();
        file = await ScoringFixture.WriteAsync(transcript);
        fields = TranscriptField.Of(file, transcript.Messages);
        Assert.That(Difference(file), Is.Null, "the transcript itself is sound");
    }

    [OneTimeTearDown]
    public async Task DisposeAsync() => await fixture.DisposeAsync();

    [Test]
    public void Fields_of_every_kind_of_message_are_listed()
    {
        Assert.That(
            transcript.Messages.Select(message => message.Signed.Domain).Distinct(),
            Is.EquivalentTo(new[] { ScoringDomains.Window, ScoringDomains.Batch, ScoringDomains.Outputs, ScoringDomains.Score, ScoringDomains.Seed, ScoringDomains.Public }));
        Assert.That(fields.Where(field => field.Attachment == -1).Select(field => field.Message).Distinct().Count(), Is.EqualTo(7), "commitment and opening share a domain");
    }

    [Test]
    public void Changed_byte_of_any_field_is_found_and_named()
    {
        foreach (TranscriptField field in fields)
        {
            Assert.That(Difference(field.Change(file)), Is.Not.Null.And.Not.Empty, field.Name);
        }
    }

    [Test]
    public void Changed_byte_of_any_field_under_a_new_digest_is_found_and_named()
    {
        foreach (TranscriptField field in fields.Where(field => field.Name != "digest"))
        {
            Assert.That(Difference(TranscriptField.Reseal(field.Change(file))), Is.Not.Null.And.Not.Empty, field.Name);
        }
    }

    /// <summary>
    /// The signer of a message lies afterwards: it changes a byte of its statement or of what hangs on it, puts the new hashes into the statement and signs again. Only the batch's time
    /// can be another: nothing that is computed follows from it, it counts for deadlines while the batch runs, and the log has the hash of the statement that was sent.
    /// </summary>
    [Test]
    public async Task Changed_byte_that_its_signer_hashes_and_signs_anew_is_found_except_the_time_of_a_batch()
    {
        List<string> unfound = [];
        foreach (TranscriptField field in fields.Where(field => field.Message >= 0 && field.Attachment >= -1))
        {
            ScoringMessage own = transcript.Messages[field.Message];
            ScoringMessage changed = Resign(own, field.Change(own));
            List<ScoringMessage> messages = [.. transcript.Messages];
            messages[field.Message] = changed;
            byte[] written = await ScoringFixture.WriteAsync(transcript with { Messages = messages });
            if (Difference(written) is null)
            {
                unfound.Add(field.Name);
            }
        }

        Assert.That(string.Join("; ", unfound.Distinct()), Is.EqualTo("subnet-batch/1 statement time"));
    }

    [Test]
    public async Task Command_ends_with_1_and_names_the_difference_in_each_stage_of_a_replay()
    {
        using TemporaryFolder folder = new();
        string path = folder.Combine("batch.transcript");
        foreach (TranscriptField field in fields.Where(field => field.Name is "subnet-batch/1 statement eta" or "subnet-score-out/1 attachment 0 byte 0" or "digest"))
        {
            await File.WriteAllBytesAsync(path, field.Change(file));
            CommandRun run = await CommandRun.Of(folder.Path, ["validator", "replay", path, "--json"]);
            Assert.That(run.ExitCode, Is.EqualTo(1), field.Name);
            using JsonDocument document = JsonDocument.Parse(run.Output);
            Assert.That(document.RootElement.GetProperty("difference").GetString(), Is.Not.Empty, field.Name);
        }
    }

    private static string? Difference(byte[] bytes) =>
        !ScoringTranscript.IsTranscript(bytes) ? "no transcript"
        : ScoringTranscript.TryRead(bytes, out ScoringTranscript? read, out string? error) ? TranscriptReplay.Run(read).Difference : error;

    /// <summary>Hashes of attachments put into the statement anew, and the signature of whoever signed before.</summary>
    private ScoringMessage Resign(ScoringMessage own, ScoringMessage changed)
    {
        string statement = Encoding.UTF8.GetString(changed.Signed.Statement.Span);
        for (int i = 0; i < own.Attachments.Count; i++)
        {
            statement = statement.Replace(Hash(own.Attachments[i]), Hash(changed.Attachments[i]), StringComparison.Ordinal);
        }

        if (own.Signed.Domain == ScoringDomains.Batch)
        {
            statement = statement.Replace(HashOfCiphertexts(own), HashOfCiphertexts(changed), StringComparison.Ordinal);
        }

        byte[] bytes = Encoding.UTF8.GetBytes(statement);
        SigningKey key = fixture.ValidatorKeys.Append(fixture.ClinicKey).Single(one => one.PublicKey.SequenceEqual(own.Signed.Signer.Span));
        return changed with { Signed = own.Signed with { Statement = bytes, Signature = DomainSignature.Sign(key, own.Signed.Domain, bytes) } };
    }

    private static string Hash(ReadOnlyMemory<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes.Span));

    private static string HashOfCiphertexts(ScoringMessage batch) =>
        Hash(ScoringList.Write([.. batch.Attachments.Skip(4).Select(bytes => (CanonicalValue)Hash(bytes))]));
}
