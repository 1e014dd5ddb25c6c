using Subnet.Crypto.Comparison;
using Subnet.Health.Rpc.ScoringV1;
using Subnet.Health.Scoring;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Scoring;

/// <summary>Bytes from outside: whatever they are, readers answer no, and never throw.</summary>
[TestFixture]
internal sealed class ScoringFuzzTests
{
    [Test]
    public async Task Damaged_transcripts_windows_and_anchors_are_refused_without_an_exception()
    {
        await using ScoringFixture fixture = new();
        await fixture.OpenWindowAsync();
        ScoringMessage window = fixture.Transcript[0];
        byte[] transcript = await ScoringFixture.WriteAsync(new ScoringTranscript(fixture.Beacon, fixture.Transcript));
        byte[] anchor = new WindowAnchor("subnet/test/clinic/x", 1, 2, new byte[] { 0x7b, 0x7d }, [new Subnet.Crypto.Transparency.TreeHash(new byte[32])]).Write();
        Random random = new(17);
        int read = 0;
        for (int i = 0; i < 4000; i++)
        {
            byte[] changed = Mutation.Apply(transcript, random);
            read += ScoringTranscript.TryRead(changed, out ScoringTranscript? whole, out _) ? 1 : 0;
            Assert.That(whole is null || !whole.IsIntact || changed.AsSpan().SequenceEqual(transcript), Is.True);
            WindowAnchor.TryRead(Mutation.Apply(anchor, random));
            int place = random.Next(2);
            ReadOnlyMemory<byte>[] attachments = [.. window.Attachments];
            attachments[place] = Mutation.Apply(attachments[place].ToArray(), random);
            bool same = attachments[place].Span.SequenceEqual(window.Attachments[place].Span);
            Assert.That(ScoreWindow.TryRead(window with { Attachments = attachments }) is null, Is.EqualTo(!same));
        }

        Assert.That(read, Is.GreaterThan(0), "some damage leaves the frame whole, so that what is inside is reached");
        Assert.That(WindowAnchor.TryRead(anchor), Is.Not.Null);
    }

    [Test]
    public void Lists_words_and_keys_of_random_bytes_are_refused_without_an_exception()
    {
        Random random = new(23);
        for (int i = 0; i < 3000; i++)
        {
            byte[] bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            string text = string.Concat(bytes.Select(value => "brieraucountsgmx-0123456789"[value % 27]));
            Assert.That(ScoringMeasure.TryParse(text, out ScoringMeasure? measure), Is.EqualTo(measure is not null));
            Assert.That(ScorePublication.Parse(text), Is.Null);
            Assert.That(ScoringKeys.TryParse(bytes), Is.Null);
            Assert.That(ScoringInput.TryParse(ScoringSet.SquaredError, bytes), Is.Null);
            Assert.That(ScoreWindow.ReadPanel(bytes), Is.Null);
            Assert.That(ScoreWindow.ReadCases(bytes, 1), Is.Null);
        }
    }

    [Test]
    public async Task Chunks_in_any_order_or_of_any_size_never_make_a_message_that_was_not_sent()
    {
        await using ScoringFixture fixture = new();
        await fixture.OpenWindowAsync();
        ScoringChunk[] chunks = [.. ScoringChunks.Split([fixture.Transcript[0], fixture.Transcript[0]])];
        byte[] hash = fixture.Transcript[0].Signed.Hash;
        Random random = new(29);
        for (int i = 0; i < 200; i++)
        {
            ScoringAssembler assembler = new(1 << 20, _ => true);
            foreach (ScoringChunk chunk in chunks.OrderBy(_ => random.Next()).Take(random.Next(chunks.Length + 1)))
            {
                if (!assembler.TryTake(chunk))
                {
                    break;
                }
            }

            Assert.That(assembler.Messages.Select(message => message.Signed.Hash.AsSpan().SequenceEqual(hash)), Is.All.True);
        }
    }
}
