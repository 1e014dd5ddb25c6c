using System.Threading.Channels;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Crypto.Transparency.Tiles;

namespace Subnet.Crypto.Transparency.Storage;

/// <summary>
/// The one writer of a log. An idle writer commits at once; what arrives meanwhile goes into the next commit, so the wait of an entry is
/// bounded by one commit besides its own. Appends are answered once the write-ahead file is on the disk; tiles follow behind, and
/// checkpoints behind those. On a full disk it stops and tells every caller so; when there is room again it reads its folder as a start does and goes on. Safe for concurrent use.
/// </summary>
public sealed class TransparencyLog : IAsyncDisposable
{
    private readonly ILogFiles files;
    private readonly TransparencyLogOptions options;
    private readonly TimeProvider clock;
    private LogStore store;
    private CheckpointPublisher publisher;
    private EntryIdentityIndex identities;
    private readonly Lock commitGate = new();
    private readonly Lock identityGate = new();
    private readonly Channel<Waiting[]> queue;
    private readonly AutoResetEvent grown = new(false);
    private readonly SemaphoreSlim publishing = new(1);
    private readonly CancellationTokenSource stopping = new();
    private Task committing = Task.CompletedTask;
    private Task integrating = Task.CompletedTask;
    private Task signing = Task.CompletedTask;
    private Task resuming = Task.CompletedTask;

    private TransparencyLog(ILogFiles files, LogStore store, TransparencyLogOptions options, TimeProvider clock)
    {
        this.files = files;
        this.options = options;
        this.clock = clock;
        this.store = store;
        publisher = new CheckpointPublisher(files, store, options, clock);
        identities = ReadIdentities(store);
        queue = Channel.CreateBounded<Waiting[]>(new BoundedChannelOptions(options.MaximumWaiting) { SingleReader = true, AllowSynchronousContinuations = true });
    }

    /// <summary>Entries that are durable.</summary>
    public long Size => Store.CommittedSize;

    /// <summary>Entries that are in tiles.</summary>
    public long IntegratedSize => Store.IntegratedSize;

    /// <summary>The log's name.</summary>
    public string Origin => options.Signers[0].Verifier.Name;

    /// <summary>Why nothing is written any more, or null. Only opening the log again goes on, but for a full disk, where it goes on within a second or two of there being room.</summary>
    public string? Failure => Store.Failure?.Message;

    private LogStore Store => Volatile.Read(ref store);

    /// <summary>Opens the log in a folder and starts writing. Without a folder yet, an empty log begins.</summary>
    /// <exception cref="LogStoreException">What is stored contradicts itself or what was signed.</exception>
    /// <exception cref="IOException">Another process writes this log, or a file operation failed.</exception>
    public static TransparencyLog Open(ILogFiles files, TransparencyLogOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentOutOfRangeException.ThrowIfZero(options.Signers.Count);
        LogStore store = LogStore.Open(files);
        try
        {
            TransparencyLog log = new(files, store, options, clock);
            log.Start();
            return log;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Appends an entry and returns when it is durable.</summary>
    /// <exception cref="LogPushbackException">Too many entries wait.</exception>
    /// <exception cref="ArgumentException">The entry is empty or longer than the limit.</exception>
    /// <exception cref="LogStoreException">The log stopped; whether this entry is durable shows when it is opened again.</exception>
    public Task<AppendedEntry> AppendAsync(ReadOnlyMemory<byte> entry) => AppendTogetherAsync([entry])[0];

    /// <summary>Appends entries in one commit and returns when they are durable: as many appends one after the other may take a commit each.</summary>
    /// <returns>For each entry where it is.</returns>
    /// <exception cref="LogPushbackException">Too many entries wait; none is appended.</exception>
    /// <exception cref="ArgumentException">They are more than one commit holds, or one is empty or longer than the limit; none is appended.</exception>
    /// <exception cref="LogStoreException">The log stopped; which of the entries are durable shows when it is opened again.</exception>
    public IReadOnlyList<Task<AppendedEntry>> AppendTogetherAsync(IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(entries.Count, options.MaximumBatch);
        Waiting[] together = [.. entries.Select(Prepare)];
        if (together.Length > 0 && !queue.Writer.TryWrite(together))
        {
            ObjectDisposedException.ThrowIf(stopping.IsCancellationRequested, this);
            throw new LogPushbackException(options.MaximumWaiting);
        }

        return Array.ConvertAll(together, waiting => waiting.Answer.Task);
    }

    /// <summary>The index of the durable entry with this identity, or null.</summary>
    public long? Find(UInt128 identity)
    {
        lock (identityGate)
        {
            return identities.Find(identity);
        }
    }

    /// <summary>The tree of the entries that are in tiles.</summary>
    public TileTree Tree() => Store.Tree();

    /// <summary>The first entry that was not removed by <see cref="PruneAsync"/>.</summary>
    public long FirstEntry => Store.FirstEntry;

    /// <summary>
    /// Removes the entry bundles wholly below a place, after everything answered so far is in tiles. Hash tiles stay. What was decided is durable
    /// before anything is removed; a crash in between leaves the rest to the next start.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The place is beyond the full bundles.</exception>
    /// <exception cref="LogStoreException">A file operation failed.</exception>
    public Task PruneAsync(long firstEntry) => Task.Run(() =>
    {
        Integrate();
        Store.Prune(firstEntry);
    });

    /// <summary>Waits until every entry answered so far is in tiles.</summary>
    public Task FlushAsync() => Task.Run(Integrate);

    /// <summary>
    /// Signs and publishes the head now if it has grown. Returns the published checkpoint, or null if there was nothing new or too few
    /// witnesses cosigned.
    /// </summary>
    /// <exception cref="LogStoreException">The head does not extend what was signed, or a file operation failed.</exception>
    public async Task<SignedNote?> PublishAsync(CancellationToken cancellationToken = default)
    {
        await publishing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await publisher.PublishAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            publishing.Release();
        }
    }

    /// <summary>Commits what waits, brings it into tiles, and releases the folder. Nothing is signed on the way out.</summary>
    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await committing.ConfigureAwait(false);
        await stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(integrating, signing, resuming).ConfigureAwait(false);
        try
        {
            Integrate();
        }
        catch (LogStoreException)
        {
            // Callers have been told; the write-ahead file keeps what was answered.
        }
        finally
        {
            Store.Dispose();
            stopping.Dispose();
            grown.Dispose();
            publishing.Dispose();
        }
    }

    // What waits for the disk has threads of its own: the pool has one for each core, and one that waits would keep others from a core that is free.
    private void Start()
    {
        committing = Task.Factory.StartNew(CommitLoop, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        integrating = Task.Factory.StartNew(IntegrateLoop, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        signing = Task.Run(PublishLoopAsync);
        resuming = Task.Run(ResumeLoopAsync);
    }

    private void CommitLoop()
    {
        List<Waiting> batch = [];
        while (queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            batch.Clear();
            while (queue.Reader.TryPeek(out Waiting[]? next) && batch.Count + next.Length <= options.MaximumBatch && queue.Reader.TryRead(out Waiting[]? together))
            {
                batch.AddRange(together);
            }

            try
            {
                Commit(batch);
                grown.Set();
                if (Store.WriteAheadLength > options.MaximumWriteAheadBytes)
                {
                    Integrate();
                }
            }
            catch (LogStoreException stopped)
            {
                // The store stays stopped, so that whatever comes now is refused in the same way, until the folder was read anew.
                foreach (Waiting waiting in batch)
                {
                    waiting.Answer.TrySetException(stopped);
                }
            }
        }
    }

    private Waiting Prepare(ReadOnlyMemory<byte> entry)
    {
        if (entry.IsEmpty || entry.Length > options.MaximumEntryBytes)
        {
            throw new ArgumentException($"an entry has 1 to {options.MaximumEntryBytes} bytes, not {entry.Length}", nameof(entry));
        }

        return new Waiting(entry, options.Identity?.Invoke(entry));
    }

    private void Commit(List<Waiting> batch)
    {
        List<Waiting> fresh = [];
        List<(Waiting Waiting, long Index)> repeated = [];
        Dictionary<UInt128, long> inBatch = [];
        lock (identityGate)
        {
            foreach (Waiting waiting in batch)
            {
                if (waiting.Identity is { } identity)
                {
                    if ((inBatch.TryGetValue(identity, out long index) ? index : identities.Find(identity)) is { } first)
                    {
                        repeated.Add((waiting, first));
                        continue;
                    }

                    inBatch.Add(identity, identities.Covered + fresh.Count);
                }

                fresh.Add(waiting);
            }
        }

        long next = 0;
        if (fresh.Count > 0)
        {
            lock (commitGate)
            {
                // Of one store: another one in its place would have read what was committed here, with its identities.
                next = store.Commit([.. fresh.Select(waiting => waiting.Entry)]);
                lock (identityGate)
                {
                    foreach (Waiting waiting in fresh)
                    {
                        identities.Add(waiting.Identity);
                    }
                }
            }
        }

        foreach (Waiting waiting in fresh)
        {
            waiting.Answer.TrySetResult(new AppendedEntry(next++, false));
        }

        foreach ((Waiting waiting, long index) in repeated)
        {
            waiting.Answer.TrySetResult(new AppendedEntry(index, true));
        }
    }

    private void Integrate()
    {
        LogStore now = Store;
        now.Integrate();
        if (options.Identity is null)
        {
            return;
        }

        lock (identityGate)
        {
            now.Guarded(() =>
            {
                identities.Spill(now.IntegratedSize);
                return true;
            });
        }
    }

    private async Task ResumeLoopAsync()
    {
        using PeriodicTimer timer = new(options.ResumeInterval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token).ConfigureAwait(false))
            {
                if (DiskSpace.IsFull(Store.Failure) && await publishing.WaitAsync(0, stopping.Token).ConfigureAwait(false))
                {
                    try
                    {
                        Resume();
                    }
                    finally
                    {
                        publishing.Release();
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }
    }

    // Nobody writes meanwhile: commits wait for their gate, identities for theirs, publishing for its semaphore, and tiles for the store's own.
    private void Resume()
    {
        lock (commitGate)
        {
            lock (identityGate)
            {
                try
                {
                    LogStore again = store.Reopen();
                    EntryIdentityIndex read = ReadIdentities(again);
                    publisher = new CheckpointPublisher(files, again, options, clock);
                    identities = read;
                    Volatile.Write(ref store, again);
                }
                catch (Exception fault) when (fault is IOException or TransparencyException)
                {
                    store.Stop(fault);
                    return;
                }
            }
        }

        grown.Set();
    }

    private void IntegrateLoop()
    {
        WaitHandle[] either = [grown, stopping.Token.WaitHandle];
        try
        {
            while (WaitHandle.WaitAny(either) == 0)
            {
                if (options.IntegrationInterval > TimeSpan.Zero)
                {
                    Task.Delay(options.IntegrationInterval, clock, stopping.Token).GetAwaiter().GetResult();
                }

                try
                {
                    Integrate();
                }
                catch (LogStoreException full) when (DiskSpace.IsFull(full))
                {
                    continue;
                }
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or LogStoreException)
        {
            return;
        }
    }

    private async Task PublishLoopAsync()
    {
        using PeriodicTimer timer = new(options.CheckpointInterval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token).ConfigureAwait(false))
            {
                try
                {
                    await PublishAsync(stopping.Token).ConfigureAwait(false);
                }
                catch (LogStoreException full) when (DiskSpace.IsFull(full))
                {
                    continue;
                }
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or LogStoreException)
        {
            return;
        }
    }

    /// <summary>Reads the identities of entries that no file of the index has yet: at most some ten thousand.</summary>
    private EntryIdentityIndex ReadIdentities(LogStore opened)
    {
        EntryIdentityIndex read = new(files, opened.Durable, options.IdentitySegment);
        if (options.Identity is null)
        {
            return read;
        }

        // Entries removed at the end of their retention are not to come again: of what no file has and no bundle either, nothing is known.
        while (read.Covered < opened.FirstEntry)
        {
            read.Add(null);
        }

        FileTileSource source = new(files);
        while (read.Covered < opened.IntegratedSize)
        {
            TileId tile = TileLayout.At(TileId.EntriesLevel, read.Covered / TileId.FullWidth, opened.IntegratedSize);
            byte[]? bytes = source.Read(tile);
            if (bytes is null)
            {
                throw new LogStoreException(LogStoreFault.Corrupt, $"{tile.Path} is missing");
            }

            foreach (ReadOnlyMemory<byte> entry in EntryBundle.ParsePrefix(bytes, tile.Width).Skip((int)(read.Covered % TileId.FullWidth)))
            {
                read.Add(options.Identity(entry));
            }
        }

        return read;
    }

    private sealed class Waiting(ReadOnlyMemory<byte> entry, UInt128? identity)
    {
        public ReadOnlyMemory<byte> Entry { get; } = entry;

        public UInt128? Identity { get; } = identity;

        public TaskCompletionSource<AppendedEntry> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
