using Subnet.Crypto.Transparency.Merkle;
using Subnet.Crypto.Transparency.Tiles;

namespace Subnet.Crypto.Transparency.Storage;

/// <summary>
/// The durable state of a log in its folder: write-ahead file, tiles, right edge (design/audit-log.md section 7). Commits and
/// integration may run beside each other, one thread each. After a failed file operation nothing more is written: what the disk holds
/// is unknown until the log is opened again, by hand or, where the disk had no room, by <see cref="Reopen"/>.
/// </summary>
internal sealed class LogStore : IDisposable
{
    public const string CheckpointPath = "checkpoint";
    public const string CheckpointsFolder = "checkpoints";
    public const string WitnessFolder = "witness";
    public const string StateFolder = "state";
    private const string LockPath = "state/lock";
    private const string TreePath = "state/tree";
    private const string WriteAheadPath = "state/wal";

    private readonly ILogFiles files;
    private readonly WriteAheadFile writeAhead;
    private readonly TileWriter tiles;
    private readonly BundlePruning pruning;
    private readonly TreeFrontier committed;
    private readonly TreeFrontier integrated;
    private readonly List<ReadOnlyMemory<byte>> pending = [];
    private readonly Lock commitGate = new();
    private readonly Lock integrateGate = new();
    private readonly IDisposable exclusive;
    private Exception? failure;

    private LogStore(ILogFiles files, IDisposable exclusive)
    {
        this.files = files;
        this.exclusive = exclusive;
        Durable = new DurableFiles(files);
        writeAhead = new WriteAheadFile(files, WriteAheadPath);
        byte[]? state = files.Read(TreePath);
        if (state is null && (files.Length(CheckpointPath) is not null || files.Length(new TileId(0, 0, TileId.FullWidth).Path) is not null))
        {
            throw new LogStoreException(LogStoreFault.Corrupt, "state/tree is missing although the log has entries; restore it");
        }

        integrated = state is null ? new TreeFrontier() : TreeStateFile.Read(state);
        if (state is null)
        {
            // From now on a missing state is damage: the first tiles may be there before the first state that counts them.
            Durable.Replace(TreePath, TreeStateFile.Write(integrated));
        }

        committed = new TreeFrontier(integrated.Size, integrated.Edge());
        if (MerkleTree.Root(new TileTree(new FileTileSource(files), integrated.Size), integrated.Size) != integrated.Root())
        {
            throw new LogStoreException(LogStoreFault.Corrupt, "the tiles of the right edge do not have the root of state/tree");
        }

        tiles = new TileWriter(files, Durable, integrated.Size);
        pruning = new BundlePruning(files, Durable);
    }

    /// <summary>Files with the habit of replacing durably.</summary>
    public DurableFiles Durable { get; }

    /// <summary>Entries that are durable; some may not be in tiles yet.</summary>
    public long CommittedSize => Volatile.Read(ref committedSize);

    /// <summary>Entries in tiles.</summary>
    public long IntegratedSize => Volatile.Read(ref integratedSize);

    /// <summary>Bytes in the write-ahead file.</summary>
    public long WriteAheadLength => writeAhead.Length;

    /// <summary>The failure after which nothing more is written, or null.</summary>
    public Exception? Failure => Volatile.Read(ref failure);

    private long committedSize;
    private long integratedSize;

    /// <summary>Opens a folder: takes the lock, checks the right edge, replays the write-ahead file.</summary>
    /// <exception cref="LogStoreException">The stored bytes contradict each other.</exception>
    /// <exception cref="IOException">Another writer has the lock, or a file operation failed.</exception>
    public static LogStore Open(ILogFiles files)
    {
        ArgumentNullException.ThrowIfNull(files);
        files.CreateFolder(StateFolder);
        files.SyncFolder("");
        IDisposable exclusive = files.Lock(LockPath);
        try
        {
            LogStore store = new(files, exclusive);
            store.Replay();
            return store;
        }
        catch (TransparencyException malformed)
        {
            exclusive.Dispose();
            throw new LogStoreException(LogStoreFault.Corrupt, malformed.Message, malformed);
        }
        catch
        {
            exclusive.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Opens the folder again in the place of this store, which stopped because the disk was full: reads and checks all that a start reads, cuts off what was not answered, and
    /// keeps the lock meanwhile. While it runs, and after it, this store writes nothing.
    /// </summary>
    /// <returns>The store to go on with; this one is not to be used any more, nor disposed of.</returns>
    /// <exception cref="LogStoreException">The stored bytes contradict each other.</exception>
    /// <exception cref="IOException">A file operation failed; this store is as before.</exception>
    public LogStore Reopen()
    {
        lock (integrateGate)
        {
            lock (commitGate)
            {
                if (failure is null)
                {
                    throw new InvalidOperationException("only a store that stopped is opened again");
                }

                try
                {
                    LogStore again = new(files, exclusive);
                    again.Replay();
                    return again;
                }
                catch (TransparencyException malformed)
                {
                    throw new LogStoreException(LogStoreFault.Corrupt, malformed.Message, malformed);
                }
            }
        }
    }

    /// <summary>Commits a batch: when it returns, the entries are durable and may be answered.</summary>
    /// <returns>Index of the first entry.</returns>
    public long Commit(IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        lock (commitGate)
        {
            return Guarded(() =>
            {
                long first = committed.Size;
                foreach (ReadOnlyMemory<byte> entry in entries)
                {
                    committed.Append(TreeHash.OfLeaf(entry.Span));
                }

                writeAhead.Commit(entries, committed.Size, committed.Root());
                pending.AddRange(entries);
                Volatile.Write(ref committedSize, committed.Size);
                return first;
            });
        }
    }

    /// <summary>Brings what is committed into tiles. Empties the write-ahead file if nothing was committed meanwhile.</summary>
    public void Integrate()
    {
        lock (integrateGate)
        {
            ReadOnlyMemory<byte>[] entries;
            lock (commitGate)
            {
                entries = [.. pending];
                pending.Clear();
            }

            if (entries.Length > 0)
            {
                Guarded(() => WriteTiles(entries));
            }

            lock (commitGate)
            {
                if (pending.Count == 0 && writeAhead.Length > 0)
                {
                    Guarded(() =>
                    {
                        writeAhead.Clear();
                        return true;
                    });
                }
            }
        }
    }

    /// <summary>The tree of the integrated entries, from the tile files.</summary>
    public TileTree Tree() => new(new FileTileSource(files), IntegratedSize);

    /// <summary>The first entry that was not removed.</summary>
    public long FirstEntry => pruning.FirstEntry;

    /// <summary>Removes the bundles wholly below a place.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The place is beyond the full bundles.</exception>
    public void Prune(long firstEntry)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstEntry, IntegratedSize);
        lock (integrateGate)
        {
            Guarded(() =>
            {
                pruning.RemoveBelow(firstEntry);
                return true;
            });
        }
    }

    /// <summary>The root of the integrated entries.</summary>
    public (long Size, TreeHash Root) Head()
    {
        lock (integrateGate)
        {
            return (integrated.Size, integrated.Root());
        }
    }

    /// <summary>Runs file operations after which, if one fails, nothing more is written.</summary>
    /// <exception cref="LogStoreException">An operation failed, now or before.</exception>
    public T Guarded<T>(Func<T> operation)
    {
        if (failure is not null)
        {
            throw new LogStoreException(
                LogStoreFault.Stopped, $"the log stopped after a failure: {failure.Message}; {(DiskSpace.IsFull(failure) ? "it goes on when there is room" : "open it again")}", failure);
        }

        try
        {
            return operation();
        }
        catch (Exception failed)
        {
            failure = failed;
            throw failed is LogStoreException ? failed : new LogStoreException(LogStoreFault.Stopped, $"the log stopped: {failed.Message}", failed);
        }
    }

    /// <summary>Takes note of a failure of opening again, after which it is not tried any more unless the disk was full once more.</summary>
    public void Stop(Exception fault) => Volatile.Write(ref failure, fault);

    /// <summary>Releases the lock; entries in the write-ahead file stay for the next start.</summary>
    public void Dispose() => exclusive.Dispose();

    private bool WriteTiles(ReadOnlyMemory<byte>[] entries)
    {
        IReadOnlyList<string> superseded = tiles.Write(entries);
        foreach (ReadOnlyMemory<byte> entry in entries)
        {
            integrated.Append(TreeHash.OfLeaf(entry.Span));
        }

        Durable.Replace(TreePath, TreeStateFile.Write(integrated));
        Volatile.Write(ref integratedSize, integrated.Size);
        foreach (string folder in superseded)
        {
            tiles.RemovePartials(folder);
        }

        return true;
    }

    private void Replay()
    {
        foreach (WriteAheadBatch batch in writeAhead.Recover(integrated.Size))
        {
            if (batch.Size <= integrated.Size)
            {
                continue;
            }

            if (batch.Size - batch.Entries.Count != committed.Size)
            {
                throw new LogStoreException(LogStoreFault.Corrupt, "a batch of the write-ahead file does not follow the tree");
            }

            foreach (ReadOnlyMemory<byte> entry in batch.Entries)
            {
                committed.Append(TreeHash.OfLeaf(entry.Span));
            }

            if (committed.Root() != batch.Root)
            {
                throw new LogStoreException(LogStoreFault.Corrupt, "a batch of the write-ahead file does not have the root it was committed with");
            }

            pending.AddRange(batch.Entries);
        }

        committedSize = committed.Size;
        integratedSize = integrated.Size;
        Integrate();
        pruning.Resume();
    }
}
