using System.Globalization;
using System.Text;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Merkle;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Crypto.Transparency.Tiles;

namespace Subnet.Tests.Crypto.Transparency.Storage;

[TestFixture]
internal sealed class LogStoreFaultTests
{
    private const int Batches = 6;

    [Test]
    public void Every_operation_that_fails_stops_or_tears_once_loses_no_answered_entry([Values] bool powerLoss)
    {
        MemoryLogFiles trial = new();
        Assert.That(Run(trial, 0), Is.EqualTo(Total()));
        int operations = trial.Operations;
        Assert.That(operations, Is.GreaterThan(100));
        foreach (MemoryLogFiles.Fault fault in (MemoryLogFiles.Fault[])[MemoryLogFiles.Fault.Fail, MemoryLogFiles.Fault.Stop, MemoryLogFiles.Fault.Tear])
        {
            for (int operation = 1; operation <= operations; operation++)
            {
                MemoryLogFiles files = new(operation) { Plan = (operation, fault) };
                long answered = Run(files, 0);
                files.Crash(keepEverything: !powerLoss);
                CheckThenContinue(files, answered, $"{fault} at operation {operation}");
            }
        }
    }

    [Test]
    public void Every_operation_of_a_pruning_that_fails_stops_or_tears_once_loses_no_kept_entry_and_leaves_no_removed_one([Values] bool powerLoss)
    {
        MemoryLogFiles trial = Filled(600);
        int before = trial.Operations;
        Assert.That(PruneAndGoOn(trial), Is.EqualTo((true, 630)));
        Assert.That(trial.Operations - before, Is.GreaterThan(20));
        foreach (MemoryLogFiles.Fault fault in (MemoryLogFiles.Fault[])[MemoryLogFiles.Fault.Fail, MemoryLogFiles.Fault.Stop, MemoryLogFiles.Fault.Tear])
        {
            for (int operation = before + 1; operation <= trial.Operations; operation++)
            {
                MemoryLogFiles files = Filled(600);
                files.Plan = (operation, fault);
                (bool pruned, long answered) = PruneAndGoOn(files);
                files.Crash(keepEverything: !powerLoss);
                CheckPruned(files, pruned, answered, $"{fault} at operation {operation}");
            }
        }
    }

    [Test]
    public void Batch_damaged_in_the_write_ahead_file_before_a_whole_one_is_not_cut_off()
    {
        MemoryLogFiles files = new();
        using (LogStore store = LogStore.Open(files))
        {
            store.Commit([Entry(0), Entry(1)]);
            store.Commit([Entry(2)]);
            store.Commit([Entry(3)]);
        }

        files.Tamper("state/wal", bytes => Flip(bytes, 70));
        Assert.That(() => LogStore.Open(files), Throws.InstanceOf<LogStoreException>().With.Property("Fault").EqualTo(LogStoreFault.Corrupt));
    }

    [Test]
    public void Write_ahead_file_that_a_crash_left_emptied_in_places_is_no_damage([Values(0, 1, 2, 3)] int emptied)
    {
        MemoryLogFiles files = new();
        byte[] full;
        using (LogStore store = LogStore.Open(files))
        {
            for (int batch = 0; batch < 4; batch++)
            {
                store.Commit([.. Enumerable.Range(25 * batch, 25).Select(i => Entry(i))]);
            }

            full = files.Read("state/wal")!;
            store.Integrate();
        }

        files.Tamper("state/wal", _ => Zeroed(full, 512 * emptied, 512));
        using LogStore opened = LogStore.Open(files);
        Assert.That(opened.CommittedSize, Is.EqualTo(100));
        CheckSound(files, 100, "emptied in places");
    }

    [Test]
    public void Last_batch_that_did_not_reach_the_disk_in_places_is_cut_off_and_the_ones_before_it_stay([Range(0, 40)] int place)
    {
        MemoryLogFiles files = new();
        using (LogStore store = LogStore.Open(files))
        {
            store.Commit([Entry(0), Entry(1)]);
            store.Commit([.. Enumerable.Range(2, 25).Select(i => Entry(i))]);
        }

        // Zeros of every alignment, also such as begin and end where a record does.
        const int FirstBatch = (2 * 15) + 48;
        files.Tamper("state/wal", bytes => Zeroed(bytes, FirstBatch + (8 * place), 64));
        using LogStore opened = LogStore.Open(files);
        Assert.That(opened.CommittedSize, Is.EqualTo(2));
        CheckSound(files, 2, "torn");
    }

    [Test]
    public void Any_flipped_bit_of_the_right_edge_or_the_state_is_seen_at_the_start()
    {
        foreach (string path in (string[])["state/tree", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/001.p/44", "checkpoint", "state/signed"])
        {
            for (int bit = 3; bit < 8 * 40; bit += 37)
            {
                MemoryLogFiles files = Filled(300);
                files.Tamper(path, bytes => Flip(bytes, bit));
                Assert.That(() => Reopen(files), Throws.InstanceOf<LogStoreException>(), $"{path} bit {bit}");
            }
        }
    }

    [Test]
    public void Any_truncated_file_of_the_right_edge_or_the_state_is_seen_at_the_start()
    {
        foreach (string path in (string[])["state/tree", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/001.p/44", "checkpoint", "state/signed"])
        {
            foreach (int cut in (int[])[1, 7, 32])
            {
                MemoryLogFiles files = Filled(300);
                files.Tamper(path, bytes => bytes[..^cut]);
                Assert.That(() => Reopen(files), Throws.InstanceOf<LogStoreException>(), $"{path} cut by {cut}");
            }
        }
    }

    [Test]
    public void Full_tile_with_other_bytes_stops_the_log_instead_of_being_overwritten()
    {
        MemoryLogFiles files = Filled(250);
        files.Write("tile/0/000", new byte[8192]);
        using LogStore store = LogStore.Open(files);
        store.Commit([.. Enumerable.Range(250, 10).Select(i => Entry(i))]);
        Assert.That(store.Integrate, Throws.InstanceOf<LogStoreException>().With.Property("Fault").EqualTo(LogStoreFault.Corrupt));
        Assert.That(() => store.Commit([Entry(260)]), Throws.InstanceOf<LogStoreException>().With.Property("Fault").EqualTo(LogStoreFault.Stopped));
    }

    [Test]
    public void Folder_restored_from_an_older_state_is_not_written_to()
    {
        MemoryLogFiles files = Filled(300);
        MemoryLogFiles old = Filled(200);
        old.Write("state/signed", files.Read("state/signed")!);
        Assert.That(() => Reopen(old), Throws.InstanceOf<LogStoreException>().With.Property("Fault").EqualTo(LogStoreFault.Behind));
        MemoryLogFiles published = Filled(200);
        published.Write("checkpoint", files.Read("checkpoint")!);
        Assert.That(() => Reopen(published), Throws.InstanceOf<LogStoreException>().With.Property("Fault").EqualTo(LogStoreFault.Behind));
    }

    [Test]
    public void Tree_of_another_history_is_not_signed()
    {
        MemoryLogFiles files = Filled(300);
        MemoryLogFiles other = Filled(400, "other");
        other.Write("state/signed", files.Read("state/signed")!);
        Assert.That(() => Reopen(other), Throws.InstanceOf<LogStoreException>().With.Property("Fault").EqualTo(LogStoreFault.Fork));
    }

    [Test]
    public void Log_of_another_name_is_told_from_a_damaged_one()
    {
        MemoryLogFiles files = Filled(300);
        using LogStore store = LogStore.Open(files);
        using SigningKey key = SigningKey.FromSeed(Enumerable.Repeat((byte)9, 32).ToArray());
        Assert.That(
            () => new CheckpointPublisher(files, store, Options(key, "audit.example/clinic-8"), TimeProvider.System),
            Throws.InstanceOf<LogStoreException>().With.Property("Fault").EqualTo(LogStoreFault.Foreign).And.Message.Contains("holds the log audit.example/clinic-7, which is not audit.example/clinic-8"));
        Assert.That(
            () => new CheckpointPublisher(files, store, Options(key), TimeProvider.System),
            Throws.InstanceOf<LogStoreException>().With.Property("Fault").EqualTo(LogStoreFault.Corrupt), "the right name under another key");
    }

    [Test]
    public void Second_writer_of_a_folder_is_refused()
    {
        MemoryLogFiles files = new();
        using LogStore store = LogStore.Open(files);
        Assert.That(() => LogStore.Open(files), Throws.InstanceOf<IOException>());
    }

    private static int Total() => Enumerable.Range(0, Batches).Sum(BatchSize);

    // The first batch fills a tile, so that a crash can leave full tiles before any state that counts them.
    private static int BatchSize(int batch) => batch == 0 ? 280 : batch * 41;

    private static ReadOnlyMemory<byte> Entry(long i, string word = "entry") => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{word} {i}"));

    private static byte[] Zeroed(byte[] bytes, int start, int length)
    {
        byte[] zeroed = [.. bytes];
        zeroed.AsSpan(start, length).Clear();
        return zeroed;
    }

    private static byte[] Flip(byte[] bytes, int bit)
    {
        byte[] flipped = [.. bytes];
        flipped[bit / 8 % flipped.Length] ^= (byte)(1 << (bit % 8));
        return flipped;
    }

    /// <summary>Commits batches, integrates now and then, signs now and then; returns how many entries were answered before the fault.</summary>
    private static long Run(MemoryLogFiles files, long from)
    {
        long answered = from;
        try
        {
            using LogStore store = LogStore.Open(files);
            answered = store.CommittedSize;
            using SigningKey key = SigningKey.FromSeed(new byte[32]);
            CheckpointPublisher publisher = new(files, store, Options(key), TimeProvider.System);
            for (int batch = 0; batch < Batches; batch++)
            {
                store.Commit([.. Enumerable.Range(0, BatchSize(batch)).Select(i => Entry(answered + i))]);
                answered += BatchSize(batch);
                if (batch % 2 == 1)
                {
                    store.Integrate();
                    publisher.PublishAsync(CancellationToken.None).GetAwaiter().GetResult();
                }
            }
        }
        catch (IOException)
        {
            return answered;
        }

        return answered;
    }

    private static void CheckThenContinue(MemoryLogFiles files, long answered, string what)
    {
        using (LogStore store = LogStore.Open(files))
        {
            Assert.That(store.CommittedSize, Is.GreaterThanOrEqualTo(answered), what);
            Assert.That(store.IntegratedSize, Is.EqualTo(store.CommittedSize), what);
            CheckSound(files, store.CommittedSize, what);
        }

        long before = Size(files);
        Assert.That(Run(files, before), Is.EqualTo(before + Total()), what);
        CheckSound(files, Size(files), what);
    }

    /// <summary>Removes the first two bundles, then appends; says how far it came before the fault.</summary>
    private static (bool Pruned, long Answered) PruneAndGoOn(MemoryLogFiles files)
    {
        bool pruned = false;
        long answered = 600;
        try
        {
            using LogStore store = LogStore.Open(files);
            store.Prune(520);
            pruned = true;
            store.Commit([.. Enumerable.Range(600, 30).Select(i => Entry(i))]);
            answered = 630;
            store.Integrate();
        }
        catch (IOException)
        {
            return (pruned, answered);
        }

        return (pruned, answered);
    }

    private static void CheckPruned(MemoryLogFiles files, bool pruned, long answered, string what)
    {
        for (int start = 0; start < 2; start++)
        {
            using LogStore store = LogStore.Open(files);
            Assert.That(store.CommittedSize, Is.GreaterThanOrEqualTo(answered), what);
            Assert.That(store.FirstEntry, pruned || start > 0 ? Is.EqualTo(512) : Is.EqualTo(512).Or.Zero, what);
            for (int n = 0; n < 2; n++)
            {
                Assert.That(files.Read($"tile/entries/00{n}") is null, Is.EqualTo(store.FirstEntry == 512), $"{what}: bundle {n}");
            }

            CheckSound(files, store.CommittedSize, what, store.FirstEntry);

            // What was not decided before the fault can be decided again.
            store.Prune(520);
        }
    }

    private static long Size(MemoryLogFiles files)
    {
        using LogStore store = LogStore.Open(files);
        return store.CommittedSize;
    }

    /// <summary>Every entry is in its place, once, and every tile and the root follow from the entries.</summary>
    private static void CheckSound(MemoryLogFiles files, long size, string what, long firstEntry = 0)
    {
        MemoryTree tree = new();
        FileTileSource source = new(files);
        while (tree.Size < firstEntry)
        {
            tree.Append(TreeHash.OfLeaf(Entry(tree.Size).Span));
        }

        foreach (TileId bundle in TileLayout.EntryBundles(size).Where(bundle => bundle.Index * TileId.FullWidth >= firstEntry))
        {
            foreach (ReadOnlyMemory<byte> entry in EntryBundle.ParsePrefix(source.Read(bundle)!, bundle.Width))
            {
                Assert.That(entry.Span.SequenceEqual(Entry(tree.Size).Span), what);
                tree.Append(TreeHash.OfLeaf(entry.Span));
            }
        }

        Assert.That(tree.Size, Is.EqualTo(size), what);
        TileTree tiles = new(source, size);
        Assert.That(MerkleTree.Root(tiles, size), Is.EqualTo(MerkleTree.Root(tree, size)), what);
        foreach (TileId tile in TileLayout.HashTiles(size))
        {
            TreeHash[] hashes = tiles.Tile(tile.Level, tile.Index);
            for (int i = 0; i < hashes.Length; i++)
            {
                Assert.That(hashes[i], Is.EqualTo(tree.Node(tile.Level * 8, (tile.Index * 256) + i)), what);
            }
        }
    }

    private static TransparencyLogOptions Options(SigningKey key, string origin = "audit.example/clinic-7") => new()
    {
        Signers = [new NoteSigner(origin, SignatureType.Ed25519, key)],
    };

    private static MemoryLogFiles Filled(int size, string word = "entry")
    {
        MemoryLogFiles files = new();
        using LogStore store = LogStore.Open(files);
        store.Commit([.. Enumerable.Range(0, size).Select(i => Entry(i, word))]);
        store.Integrate();
        using SigningKey key = SigningKey.FromSeed(new byte[32]);
        new CheckpointPublisher(files, store, Options(key), TimeProvider.System).PublishAsync(CancellationToken.None).GetAwaiter().GetResult();
        return files;
    }

    private static void Reopen(MemoryLogFiles files)
    {
        using LogStore store = LogStore.Open(files);
        using SigningKey key = SigningKey.FromSeed(new byte[32]);
        _ = new CheckpointPublisher(files, store, Options(key), TimeProvider.System);
    }
}
