using Subnet.Core.Ledger;
using Subnet.Core.State;

namespace Subnet.Health.Node;

/// <summary>
/// The sequencer as a service: opens the ledger, makes a block each block time, and answers through <see cref="Client"/>. Stopping finishes
/// the block that is being made, takes a snapshot and closes the store; starting again goes on where it stopped.
/// </summary>
internal sealed class LedgerNode : IAsyncDisposable
{
    private readonly LedgerHost _host;
    private readonly ILedgerSigner _signer;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    private LedgerNode(LedgerHost host, ILedgerSigner signer, TimeProvider time, TimeSpan patience)
    {
        (_host, _signer, _time) = (host, signer, time);
        Client = new LedgerClient(host, new LocalGateway(host, time, patience));
    }

    /// <summary>The ledger for everybody in this process.</summary>
    public ILedgerClient Client { get; }

    /// <summary>The ledger itself, for services beside the sequencer.</summary>
    public LedgerHost Host => _host;

    /// <summary>Ends when the node stopped; faulted if it could not go on.</summary>
    public Task Completion => _running;

    /// <summary>Opens a ledger. Nothing happens on it before <see cref="Start"/> or <see cref="MakeBlockAsync"/>.</summary>
    /// <param name="store">Becomes the node's.</param>
    /// <param name="genesis">Content of the genesis file; null where the store has one.</param>
    /// <param name="signer">The sequencer that the genesis names; stays the caller's.</param>
    /// <param name="time">The clock of blocks and waits.</param>
    /// <param name="log">Transparency log of the blocks; null for none.</param>
    /// <param name="options">Snapshots; null for the defaults.</param>
    /// <param name="patience">How long a submitted call waits for its block; 60 seconds if null.</param>
    /// <exception cref="ArgumentException">The key is not the sequencer's.</exception>
    /// <exception cref="LedgerStoreException">The store cannot be used.</exception>
    /// <exception cref="LedgerCorruptException">What it holds does not follow from its genesis.</exception>
    /// <exception cref="LedgerFormatException">The genesis file is malformed.</exception>
    public static LedgerNode Open(
        ILedgerStore store,
        byte[]? genesis,
        ILedgerSigner signer,
        TimeProvider time,
        IBlockLog? log = null,
        LedgerOptions? options = null,
        TimeSpan? patience = null)
    {
        try
        {
            LedgerEngine engine = LedgerEngine.Open(store, genesis, NodeServices.Create(), options, log);
            if (engine.Genesis.Sequencer != signer.Account)
            {
                engine.Dispose();
                throw new ArgumentException("the key is not the sequencer's that the genesis names", nameof(signer));
            }

            return new LedgerNode(new LedgerHost(engine, store), signer, time, patience ?? TimeSpan.FromSeconds(60));
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Makes blocks from now on.</summary>
    /// <param name="interval">Between blocks; the genesis file's block time if null.</param>
    /// <param name="last">Height after which it makes no more; null for none.</param>
    /// <param name="report">Told of each block when it is durable.</param>
    public void Start(TimeSpan? interval = null, ulong? last = null, Action<BlockOutcome>? report = null)
    {
        TimeSpan pace = interval ?? TimeSpan.FromMilliseconds(_host.Identity.BlockTimeMs);
        _running = Task.Run(() => RunAsync(pace, last, report));
    }

    /// <summary>Makes one block now; for tests and for whoever paces blocks otherwise.</summary>
    public Task<BlockOutcome> MakeBlockAsync(CancellationToken cancellationToken = default) =>
        _host.UseAsync((engine, store) => new Sequencer(engine, store, _signer, _time).MakeBlock(), cancellationToken);

    /// <summary>Finishes the block that is being made, takes a snapshot, and closes the ledger.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_host.Closed.IsCancellationRequested)
        {
            await _host.UseAsync(
                static (engine, _) =>
                {
                    engine.Snapshot();
                    return true;
                },
                CancellationToken.None).ConfigureAwait(false);
        }

        _host.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _host.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync(TimeSpan pace, ulong? last, Action<BlockOutcome>? report)
    {
        while (!_stop.IsCancellationRequested && (last is null || _host.Height < last))
        {
            long started = _time.GetTimestamp();
            BlockOutcome outcome = await MakeBlockAsync().ConfigureAwait(false);
            report?.Invoke(outcome);
            TimeSpan rest = pace - _time.GetElapsedTime(started);
            if (rest > TimeSpan.Zero)
            {
                await Task.Delay(rest, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
