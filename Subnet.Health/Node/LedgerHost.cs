using Subnet.Core.Ledger;

namespace Subnet.Health.Node;

/// <summary>A ledger and its store shared by all of a process: one user at a time, and whoever waits for the next block hears of it.</summary>
internal sealed class LedgerHost : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly LedgerEngine _engine;
    private readonly ILedgerStore _store;
    private readonly CancellationTokenSource _closed = new();
    private TaskCompletionSource _next = NewPulse();
    private ulong _height;

    /// <param name="engine">Becomes the host's, as the store does.</param>
    /// <param name="store">The engine's store.</param>
    public LedgerHost(LedgerEngine engine, ILedgerStore store)
    {
        (_engine, _store) = (engine, store);
        _height = engine.Height;
        Identity = new LedgerIdentity(engine.Genesis.Network, engine.GenesisHash, engine.Genesis.Sequencer, engine.Genesis.BlockTimeMs);
    }

    /// <summary>Which ledger this is.</summary>
    public LedgerIdentity Identity { get; }

    /// <summary>Height of the newest block.</summary>
    public ulong Height => Volatile.Read(ref _height);

    /// <summary>Cancelled when the host is closed.</summary>
    public CancellationToken Closed => _closed.Token;

    /// <summary>Uses the ledger alone. Blocks added by <paramref name="use"/> are announced afterwards.</summary>
    public async Task<T> UseAsync<T>(Func<LedgerEngine, ILedgerStore, T> use, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_closed.IsCancellationRequested, this);
            return use(_engine, _store);
        }
        finally
        {
            TaskCompletionSource? pulse = null;
            if (!_closed.IsCancellationRequested && _engine.Height != _height)
            {
                Volatile.Write(ref _height, _engine.Height);
                pulse = Interlocked.Exchange(ref _next, NewPulse());
            }

            _gate.Release();
            pulse?.SetResult();
        }
    }

    /// <summary>Waits until the ledger has at least this height, and returns the height it has then.</summary>
    public async Task<ulong> WaitForHeightAsync(ulong height, CancellationToken cancellationToken)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closed.Token);
        while (true)
        {
            // Taken before the height is read, so that a block in between is not missed.
            Task next = Volatile.Read(ref _next).Task;
            if (Height >= height)
            {
                return Height;
            }

            await next.WaitAsync(either.Token).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        if (_closed.IsCancellationRequested)
        {
            return;
        }

        _gate.Wait();
        try
        {
            _closed.Cancel();
            _engine.Dispose();
            _store.Dispose();
        }
        finally
        {
            _gate.Release();
        }
    }

    private static TaskCompletionSource NewPulse() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
