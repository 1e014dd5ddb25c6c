using System.Threading.Channels;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Crypto.Transparency.Tiles;

namespace Subnet.Crypto.Transparency.Storage;

/// <summary>
/// The one writer of a log. An idle writer commits at once; what arrives meanwhile goes into the next commit, so the wait of an entry is
/// bounded by one commit besides its own. Appends are answered once the write-ahead file is on the disk; tiles follow behind, and
/// checkpoints behind those. Safe for concurrent use.
/// </summary>
public sealed class TransparencyLog : IAsyncDisposable
{
    private readonly TransparencyLogOptions options;
    private readonly TimeProvider clock;
    private readonly LogStore store;
    private readonly CheckpointPublisher publisher;
    private readonly EntryIdentityIndex identities;
    private readonly Lock identityGate = new();
    private readonly Channel<Waiting[]> queue;
    private readonly AutoResetEvent grown = new(false);
    private readonly SemaphoreSlim publishing = new(1);
    private readonly CancellationTokenSource stopping = new();
    private Task committing = Task.CompletedTask;
    private Task integrating = Task.CompletedTask;
    private Task signing = Task.CompletedTask;

    private TransparencyLog(ILogFiles files, LogStore store, TransparencyLogOptions options, TimeProvider clock)
    {
        this.options = options;
        this.clock = clock;
        this.store = store;
        publisher = new CheckpointPublisher(files, store, options, clock);
        identities = new EntryIdentityIndex(files, store.Durable, options.IdentitySegment);
        queue = Channel.CreateBounded<Waiting[]>(new BoundedChannelOptions(options.MaximumWaiting) { SingleReader = true, AllowSynchronousContinuations = true });
        ReadIdentities(new FileTileSource(files));
    }

    /// <summary>Entries that are durable.</summary>
    public long Size => store.CommittedSize;

    /// <summary>Entries that are in tiles.</summary>
    public long IntegratedSize => store.IntegratedSize;

    /// <summary>The log's name.</summary>
    public string Origin => options.Signers[0].Verifier.Name;

    /// <summary>Why nothing is written any more, or null. Only opening the log again goes on.</summary>
    public string? Failure => store.Failure?.Message;

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
    public TileTree Tree() => store.Tree();

    /// <summary>The first entry that was not removed by <see cref="PruneAsync"/>.</summary>
    public long FirstEntry => store.FirstEntry;

    /// <summary>
    /// Removes the entry bundles wholly below a place, after everything answered so far is in tiles. Hash tiles stay. What was decided is durable
    /// before anything is removed; a crash in between leaves the rest to the next start.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The place is beyond the full bundles.</exception>
    /// <exception cref="LogStoreException">A file operation failed.</exception>
    public Task PruneAsync(long firstEntry) => Task.Run(() =>
    {
        Integrate();
        store.Prune(firstEntry);
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
        await Task.WhenAll(integrating, signing).ConfigureAwait(false);
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
            store.Dispose();
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
                if (store.WriteAheadLength > options.MaximumWriteAheadBytes)
                {
                    Integrate();
                }
            }
            catch (LogStoreException stopped)
            {
                // The store stays stopped, so that whatever comes now is refused in the same way.
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

        long next = fresh.Count > 0 ? store.Commit([.. fresh.Select(waiting => waiting.Entry)]) : 0;
        lock (identityGate)
        {
            foreach (Waiting waiting in fresh)
            {
                identities.Add(waiting.Identity);
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
        store.Integrate();
        if (options.Identity is null)
        {
            return;
        }

        lock (identityGate)
        {
            store.Guarded(() =>
            {
                identities.Spill(store.IntegratedSize);
                return true;
            });
        }
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

                Integrate();
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
                await PublishAsync(stopping.Token).ConfigureAwait(false);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or LogStoreException)
        {
            return;
        }
    }

    /// <summary>Reads the identities of entries that no file of the index has yet: at most some ten thousand.</summary>
    private void ReadIdentities(FileTileSource source)
    {
        if (options.Identity is null)
        {
            return;
        }

        // Entries removed at the end of their retention are not to come again: of what no file has and no bundle either, nothing is known.
        while (identities.Covered < store.FirstEntry)
        {
            identities.Add(null);
        }

        while (identities.Covered < store.IntegratedSize)
        {
            TileId tile = TileLayout.At(TileId.EntriesLevel, identities.Covered / TileId.FullWidth, store.IntegratedSize);
            byte[]? bytes = source.Read(tile);
            if (bytes is null)
            {
                throw new LogStoreException(LogStoreFault.Corrupt, $"{tile.Path} is missing");
            }

            foreach (ReadOnlyMemory<byte> entry in EntryBundle.ParsePrefix(bytes, tile.Width).Skip((int)(identities.Covered % TileId.FullWidth)))
            {
                identities.Add(options.Identity(entry));
            }
        }
    }

    private sealed class Waiting(ReadOnlyMemory<byte> entry, UInt128? identity)
    {
        public ReadOnlyMemory<byte> Entry { get; } = entry;

        public UInt128? Identity { get; } = identity;

        public TaskCompletionSource<AppendedEntry> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
