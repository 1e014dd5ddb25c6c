using Subnet.Core.Ledger;
using Subnet.Health.Rpc.Server;

namespace Subnet.Health.Node;

/// <summary>How a node keeps its ledger.</summary>
internal sealed record LedgerNodeOptions
{
    /// <summary>Snapshots and kept epochs.</summary>
    public LedgerOptions Ledger { get; init; } = LedgerOptions.Default;

    /// <summary>Folder of the blocks' transparency log; null for none.</summary>
    public string? LogFolder { get; init; }

    /// <summary>How long a submitted call waits for its block.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>
/// The sequencer as a service: opens the ledger, makes a block each block time, and answers through <see cref="Client"/> and gRPC. Stopping
/// finishes the block that is being made, takes a snapshot and closes the store; starting again goes on where it stopped.
/// </summary>
internal sealed class LedgerNode : IAsyncDisposable
{
    private readonly LedgerKey _key;
    private readonly TimeProvider _time;
    private readonly BlockLog? _log;
    private readonly LocalGateway _gateway;
    private readonly CancellationTokenSource _stop = new();
    private LedgerServer? _server;

    private LedgerNode(LedgerHost host, LedgerKey key, TimeProvider time, BlockLog? log, TimeSpan patience)
    {
        (Host, _key, _time, _log) = (host, key, time, log);
        _gateway = new LocalGateway(host, time, patience);
        Client = new LedgerClient(host, _gateway);
    }

    /// <summary>The ledger for everybody in this process.</summary>
    public ILedgerClient Client { get; }

    /// <summary>The ledger itself, for services beside the sequencer.</summary>
    public LedgerHost Host { get; }

    /// <summary>The blocks' transparency log, or null.</summary>
    public BlockLog? Log => _log;

    /// <summary>Why it makes no blocks for now, or null: a disk without room, which it waits for.</summary>
    public string? Failure { get; private set; }

    /// <summary>Ends when the node stopped making blocks; faulted if it could not go on.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Opens a ledger. Nothing happens on it before <see cref="Start"/> or <see cref="MakeBlockAsync"/>.</summary>
    /// <param name="store">Becomes the node's.</param>
    /// <param name="genesis">Content of the genesis file; null where the store has one.</param>
    /// <param name="key">The sequencer that the genesis names; stays the caller's.</param>
    /// <param name="time">The clock of blocks and waits.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">The key is not the sequencer's.</exception>
    /// <exception cref="LedgerStoreException">The store or the log cannot be used.</exception>
    /// <exception cref="LedgerCorruptException">What they hold does not follow from its genesis.</exception>
    /// <exception cref="Core.State.LedgerFormatException">The genesis file is malformed.</exception>
    public static async Task<LedgerNode> OpenAsync(
        ILedgerStore store, byte[]? genesis, LedgerKey key, TimeProvider time, LedgerNodeOptions? options = null)
    {
        options ??= new LedgerNodeOptions();
        BlockLog? log = null;
        try
        {
            Genesis content = GenesisFile.Parse(genesis ?? store.ReadGenesis() ?? throw new LedgerStoreException($"{store.Description} holds no ledger yet; give a genesis file"));
            if (content.Sequencer != key.Account)
            {
                throw new ArgumentException("the key is not the sequencer's that the genesis names", nameof(key));
            }

            log = options.LogFolder is { } folder ? BlockLog.Open(folder, content.Network, key.Key, time) : null;
            LedgerEngine engine = LedgerEngine.Open(store, genesis, NodeServices.Create(), options.Ledger, log);
            return new LedgerNode(new LedgerHost(engine, store), key, time, log, options.Patience);
        }
        catch
        {
            store.Dispose();
            if (log is not null)
            {
                await log.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    /// <summary>Makes blocks from now on.</summary>
    /// <param name="interval">Between blocks; the genesis file's block time if null.</param>
    /// <param name="last">Height after which it makes no more; null for none.</param>
    /// <param name="report">Told of each block when it is durable.</param>
    public void Start(TimeSpan? interval = null, ulong? last = null, Action<BlockOutcome>? report = null)
    {
        TimeSpan pace = interval ?? TimeSpan.FromMilliseconds(Host.Identity.BlockTimeMs);
        Completion = Task.Run(() => RunAsync(pace, last, report));
    }

    /// <summary>Answers gRPC calls from now on.</summary>
    /// <param name="options">Address, port (0 takes a free one), certificates.</param>
    /// <param name="loggers">Where calls that failed are logged.</param>
    /// <param name="beside">Adds services that run beside the ledger; null for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Where it listens.</returns>
    /// <exception cref="ArgumentException">Without TLS and not on loopback.</exception>
    /// <exception cref="IOException">The port is taken.</exception>
    public async Task<Uri> ServeAsync(
        GrpcServerHostOptions options, ILoggerFactory loggers, Action<GrpcServices>? beside = null, CancellationToken cancellationToken = default)
    {
        _server = await LedgerServer.StartAsync(Host, _gateway, Client, options, beside, loggers, _time, cancellationToken).ConfigureAwait(false);
        return _server.Address;
    }

    /// <summary>Makes one block now; for tests and for whoever paces blocks otherwise.</summary>
    public Task<BlockOutcome> MakeBlockAsync(CancellationToken cancellationToken = default) =>
        Host.UseAsync((engine, store) => new Sequencer(engine, store, _key, _time).MakeBlock(), cancellationToken);

    /// <summary>
    /// Takes no more calls, finishes the block that is being made, publishes the log's checkpoint, takes a snapshot, and closes the ledger.
    /// </summary>
    public async Task StopAsync()
    {
        await EndAsync().ConfigureAwait(false);
        if (!Host.IsClosed && !Completion.IsFaulted)
        {
            await Host.UseAsync(
                static (engine, _) =>
                {
                    engine.Snapshot();
                    return true;
                },
                CancellationToken.None).ConfigureAwait(false);
            if (_log is not null)
            {
                await _log.Log.FlushAsync().ConfigureAwait(false);
                await _log.Log.PublishAsync().ConfigureAwait(false);
            }
        }

        await CloseAsync().ConfigureAwait(false);
    }

    /// <summary>Ends at once, as if the process had been killed between two blocks.</summary>
    public async ValueTask DisposeAsync()
    {
        await EndAsync().ConfigureAwait(false);
        await CloseAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task EndAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_server is not null)
        {
            Host.EndWaits();
            await _server.DisposeAsync().ConfigureAwait(false);
            _server = null;
        }
    }

    private async Task CloseAsync()
    {
        if (Host.IsClosed)
        {
            return;
        }

        Host.Dispose();
        if (_log is not null)
        {
            await _log.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task RunAsync(TimeSpan pace, ulong? last, Action<BlockOutcome>? report)
    {
        while (!_stop.IsCancellationRequested && (last is null || Host.Height < last))
        {
            long started = _time.GetTimestamp();
            try
            {
                BlockOutcome outcome = await MakeBlockAsync().ConfigureAwait(false);
                Failure = null;
                report?.Invoke(outcome);
            }
            catch (LedgerStoreException full) when (full.IsFull)
            {
                // What was handed over is in the store and waits.
                Failure = full.Message;
            }

            TimeSpan rest = pace - _time.GetElapsedTime(started);
            if (rest > TimeSpan.Zero)
            {
                await Task.Delay(rest, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
