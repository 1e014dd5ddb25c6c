using System.Buffers.Binary;
using System.Diagnostics;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Merkle;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Crypto.Transparency.Tiles;

namespace Subnet.Tests.Crypto.Transparency.Storage;

/// <summary>A log on a disk that is full for a while: it says so, and goes on by itself, with every entry that it answered, once.</summary>
[TestFixture]
internal sealed class FullDiskLogTests
{
    private const int Entries = 60;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly SigningKey key = SigningKey.FromSeed(new byte[32]);

    [OneTimeTearDown]
    public void DisposeKey() => key.Dispose();

    [Test]
    public async Task Full_at_any_operation_it_goes_on_when_there_is_room_and_has_lost_doubled_and_reordered_nothing()
    {
        int hit = 0;
        for (int operation = 1; operation <= 120; operation++)
        {
            MemoryLogFiles files = new(operation);
            long[] places;
            await using (TransparencyLog log = TransparencyLog.Open(files, Options(), TimeProvider.System))
            {
                files.FullFrom = files.Operations + operation;
                places = await AppendAllAsync(files, log);
                files.FullFrom = null;
                await UntilAsync(() => log.Failure is null, "it goes on");
                await log.FlushAsync();
                await log.PublishAsync();
            }

            hit += files.Refused > 0 ? 1 : 0;
            await using TransparencyLog again = TransparencyLog.Open(files, Options(), TimeProvider.System);
            Assert.That((again.Size, again.Failure), Is.EqualTo(((long)Entries, (string?)null)), $"operation {operation}");
            AssertHolds(files, places, $"operation {operation}");
        }

        Assert.That(hit, Is.GreaterThan(40), "most of them met a full disk");
    }

    [Test]
    public async Task While_the_disk_is_full_nothing_is_answered_and_the_failure_says_that_it_goes_on()
    {
        MemoryLogFiles files = new();
        await using TransparencyLog log = TransparencyLog.Open(files, Options(), TimeProvider.System);
        await log.AppendAsync(Entry(0));
        files.FullFrom = 0;
        byte[] large = [.. Entry(500), .. new byte[16_000]];
        for (int i = 0; i < 8; i++)
        {
            // The first ones may have their room in the write-ahead file yet.
            try
            {
                await log.AppendAsync((byte[])[.. Entry(1 + i), .. new byte[16_000]]);
            }
            catch (LogStoreException refused)
            {
                Assert.That(refused.Fault, Is.EqualTo(LogStoreFault.Stopped));
            }
        }

        await UntilAsync(() => log.Failure is not null, "it stopped");
        Assert.That(async () => await log.AppendAsync(large), Throws.InstanceOf<LogStoreException>().With.Message.Contains("goes on when there is room"));
        long size = log.Size;
        int refusals = files.Refused;
        await UntilAsync(() => files.Refused > refusals + 3, "it looks again and again whether there is room");
        Assert.That((log.Size, log.Failure is null), Is.EqualTo((size, false)));
        files.FullFrom = null;
        await UntilAsync(() => log.Failure is null, "it goes on");
        Assert.That((await log.AppendAsync(Entry(1000))).Index, Is.GreaterThanOrEqualTo(size));
    }

    [Test]
    public async Task Another_failure_than_a_full_disk_stays_until_the_log_is_opened_again()
    {
        MemoryLogFiles files = new();
        await using TransparencyLog log = TransparencyLog.Open(files, Options(), TimeProvider.System);
        await log.AppendAsync(Entry(0));
        await log.FlushAsync();
        files.FailNext();
        Assert.That(async () => { await log.AppendAsync(Entry(1)); await log.FlushAsync(); }, Throws.InstanceOf<LogStoreException>());

        // What was under way on another lane ends; a log that tried again would do so every millisecond.
        int operations = -1;
        for (int look = 0; look < 200 && operations != files.Operations; look++)
        {
            operations = files.Operations;
            await Task.Delay(50);
        }

        Assert.That((log.Failure is null, files.Operations), Is.EqualTo((false, operations)), "nothing is tried");
        Assert.That(async () => await log.AppendAsync(Entry(2)), Throws.InstanceOf<LogStoreException>().With.Message.Contains("open it again"));
    }

    private static async Task<long[]> AppendAllAsync(MemoryLogFiles files, TransparencyLog log)
    {
        long[] places = new long[Entries];
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < Entries; i++)
        {
            while (true)
            {
                try
                {
                    places[i] = (await log.AppendAsync(Entry(i))).Index;
                    break;
                }
                catch (LogStoreException) when (Stopwatch.GetElapsedTime(started) < Patience)
                {
                    files.FullFrom = null;
                    await Task.Delay(1);
                }
            }
        }

        return places;
    }

    private static void AssertHolds(MemoryLogFiles files, long[] places, string what)
    {
        FileTileSource source = new(files);
        MemoryTree tree = new();
        List<byte[]> entries = [];
        foreach (TileId bundle in TileLayout.EntryBundles(Entries))
        {
            foreach (ReadOnlyMemory<byte> entry in EntryBundle.ParsePrefix(source.Read(bundle)!, bundle.Width))
            {
                entries.Add(entry.ToArray());
                tree.Append(TreeHash.OfLeaf(entry.Span));
            }
        }

        Assert.That(places, Is.Ordered.And.Unique, what);
        Assert.That(places.Select(place => entries[(int)place]), Is.EqualTo(Enumerable.Range(0, Entries).Select(Entry)), what);
        Assert.That(MerkleTree.Root(new TileTree(source, Entries), Entries), Is.EqualTo(MerkleTree.Root(tree, Entries)), what);
    }

    private static async Task UntilAsync(Func<bool> condition, string what)
    {
        long started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.That(Stopwatch.GetElapsedTime(started), Is.LessThan(Patience), what);
            await Task.Delay(1);
        }
    }

    private static byte[] Entry(int i)
    {
        byte[] entry = new byte[24];
        BinaryPrimitives.WriteUInt128BigEndian(entry, (UInt128)(uint)i + 1);
        return entry;
    }

    private TransparencyLogOptions Options() => new()
    {
        Signers = [new NoteSigner("audit.example/clinic-7", SignatureType.Ed25519, key)],
        IntegrationInterval = TimeSpan.Zero,
        CheckpointInterval = TimeSpan.FromMilliseconds(5),
        ResumeInterval = TimeSpan.FromMilliseconds(1),
        IdentitySegment = 8,
        Identity = entry => BinaryPrimitives.ReadUInt128BigEndian(entry.Span),
    };
}
