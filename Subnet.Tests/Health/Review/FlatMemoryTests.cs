using System.Globalization;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Crypto.Transparency.Tiles;
using Subnet.Health.Review.Sources;
using Subnet.Health.Review.Verification;

namespace Subnet.Tests.Health.Review;

/// <summary>What the verification puts aside, so that its memory does not grow with the log, gives the same answers as what it keeps in memory.</summary>
[TestFixture]
internal sealed class FlatMemoryTests
{
    private const string Origin = "audit.example/clinic-7";

    [Test]
    public void Queries_put_aside_meet_their_results_as_those_in_memory_do([Values(2, 1000)] int inMemory)
    {
        using OpenQueries queries = new(inMemory);
        List<AnsweredQuery> answered = [];
        for (int i = 0; i < 100; i++)
        {
            queries.Sent(Query(i, i, $"{i:x64}"));
        }

        for (int i = 0; i < 100; i++)
        {
            switch (i % 5)
            {
                case 0:
                    queries.Failed(Query(i, 100 + i, ""));
                    break;
                case 1:
                    break;
                default:
                    if (queries.Answered(Query(i, 100 + i, i == 42 ? $"{7:x64}" : $"{i:x64}")) is { } now)
                    {
                        answered.Add(now);
                    }

                    break;
            }
        }

        // A query that was answered before, and one that was never sent.
        answered.AddRange(new[] { queries.Answered(Query(3, 300, $"{3:x64}")), queries.Answered(Query(777, 301, $"{3:x64}")) }.OfType<AnsweredQuery>());
        AnsweredQuery[] wrong = [.. answered.Concat(queries.Late()).Where(each => each.Query?.In != each.Result.In).OrderBy(each => each.Result.Index)];
        Assert.That(wrong.Select(each => (each.Result.Index, each.Query?.Index)), Is.EqualTo(new (long, long?)[] { (142, 42), (300, null), (301, null) }));
        IReadOnlyList<OpenQuery> open = queries.Unanswered(3, out long count);
        Assert.That(count, Is.EqualTo(20));
        Assert.That(open.Select(query => query.Index), Is.EqualTo(new[] { 1L, 6L, 11L }));
    }

    [Test]
    public void Records_of_a_part_come_back_in_order_from_memory_and_from_files([Values(100, 1 << 20)] int inMemory)
    {
        using SpilledRecords records = new(2, partAt: 0, inMemory);
        for (int i = 0; i < 3000; i++)
        {
            records.Add([(byte)(i % 3), (byte)(i / 3)]);
        }

        Assert.That(records.Read(1).Select(record => record.Span[1]), Is.EqualTo(Enumerable.Range(0, 1000).Select(i => (byte)i)));
        Assert.That(records.Read(3), Is.Empty);
        Assert.That(() => records.Add([1]), Throws.ArgumentException);
    }

    [Test]
    public void Kept_checkpoints_are_read_one_by_one_in_order_of_their_size()
    {
        using SigningKey key = SigningKey.FromSeed(new byte[32]);
        NoteSigner signer = new(Origin, SignatureType.Ed25519, key);
        CheckpointSource source = new(signer, sizes: [90_000, 5, 65_000, 1, 99_999, 70], longer: 100_001, unusable: 44);
        VerificationReport report = new();
        using KeptCheckpoints kept = new(source, Origin, TrustPolicy.Threshold([signer.Verifier], [], 0), 100_000);
        List<long> seen = [];
        foreach (OpenedCheckpoint opened in kept.InOrder(report))
        {
            seen.Add(opened.Checkpoint!.Size);
            Assert.That(source.Reads, Is.LessThanOrEqualTo(seen.Count + 2), "read when it is its turn, not before");
        }

        Assert.That(seen, Is.EqualTo(new[] { 1L, 5, 70, 65_000, 90_000, 99_999 }));
        Assert.That(report.Findings.Select(finding => finding.Code), Is.EqualTo(new[] { "rollback", "earlier-checkpoint" }));
    }

    [Test]
    public void Memory_of_a_verification_does_not_grow_with_queries_that_nobody_answers()
    {
        const int Most = 1 << 10;
        const long Bound = 1 << 20;

        // What else this process does meanwhile is in the figure too: the least of some counts.
        long least = long.MaxValue;
        for (int measurement = 0; measurement < 4 && least >= Bound; measurement++)
        {
            using OpenQueries queries = new(Most);
            long before = 0;
            for (int i = 0; i < 40 * Most; i++)
            {
                queries.Sent(Query(i * unchecked((long)0x9E3779B97F4A7C15), i, $"{i:x64}"));
                before = i == 8 * Most ? GC.GetTotalMemory(true) : before;
            }

            least = Math.Min(least, GC.GetTotalMemory(true) - before);
            Assert.That(queries.Unanswered(1, out long count).Single().Index, Is.Zero);
            Assert.That(count, Is.EqualTo(40 * Most));
        }

        // 32 times as many again, at 88 bytes each, would be 3 MB.
        Assert.That(least, Is.LessThan(Bound));
    }

    private static OpenQuery Query(long name, long index, string bytes) =>
        new(new UInt128((ulong)name, (ulong)name), index, UInt256.OfHex(bytes.Length == 0 ? null : bytes), default);

    /// <summary>A source that has checkpoints and nothing else.</summary>
    private sealed class CheckpointSource(NoteSigner signer, long[] sizes, long longer, long unusable) : ILogSource
    {
        public string Name => "checkpoints";

        public int Reads { get; private set; }

        public string ReadCheckpoint() => throw new IOException("there is none");

        public IEnumerable<long> EarlierCheckpointSizes() => [.. sizes, longer, unusable];

        public string? ReadEarlierCheckpoint(long size)
        {
            Reads++;
            string text = new Checkpoint(Origin, size == unusable ? 45 : size, TreeHash.OfLeaf(BitConverter.GetBytes(size))).ToText();
            return SignedNote.Create(text, [signer.Sign(text)]).ToString();
        }

        public byte[]? Read(TileId tile) => throw new IOException(string.Create(CultureInfo.InvariantCulture, $"{tile}"));
    }
}
