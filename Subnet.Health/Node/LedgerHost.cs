using Subnet.Core.Ledger;

namespace Subnet.Health.Node;

/// <summary>A ledger and its store shared by all of a process: one user at a time, and whoever waits for the next block hears of it.</summary>
internal sealed class LedgerHost : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly LedgerEngine _engine;
    private readonly ILedgerStore _store;
    private readonly CancellationTokenSource _ending = new();
    private TaskCompletionSource _next = NewPulse();
    private ulong _height;
    private Exception? _failure;
    private bool _closed;

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

    /// <summary>Cancelled when nobody should wait for blocks any more.</summary>
    public CancellationToken Ending => _ending.Token;

    /// <summary>Whether the ledger was closed.</summary>
    public bool IsClosed => Volatile.Read(ref _closed);

    /// <summary>Uses the ledger alone. Blocks added by <paramref name="use"/> are announced afterwards.</summary>
    public async Task<T> UseAsync<T>(Func<LedgerEngine, ILedgerStore, T> use, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            return _failure is null ? use(_engine, _store) : throw new LedgerCorruptException(_failure.Message, _failure);
        }
        finally
        {
            TaskCompletionSource? pulse = null;
            if (!_closed && _engine.Height != _height)
            {
                Volatile.Write(ref _height, _engine.Height);
                pulse = Interlocked.Exchange(ref _next, NewPulse());
            }

            _gate.Release();
            pulse?.TrySetResult();
        }
    }

    /// <summary>Waits until the ledger has at least this height, and returns the height it has then.</summary>
    public async Task<ulong> WaitForHeightAsync(ulong height, CancellationToken cancellationToken)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ending.Token);
        while (true)
        {
            // Taken before the height is read, so that a block in between is not missed.
            Task next = Volatile.Read(ref _next).Task;
            if (_failure is { } failure)
            {
                throw new LedgerCorruptException(failure.Message, failure);
            }

            if (Height >= height)
            {
                return Height;
            }

            await next.WaitAsync(either.Token).ConfigureAwait(false);
        }
    }

    /// <summary>From now on every use fails: what is here must not be believed any more.</summary>
    public void Fail(Exception reason)
    {
        Volatile.Write(ref _failure, reason);
        Interlocked.Exchange(ref _next, NewPulse()).TrySetResult();
    }

    /// <summary>Ends whoever waits for blocks: streams, followers, submitters. Reading goes on.</summary>
    public void EndWaits() => _ending.Cancel();

    public void Dispose()
    {
        EndWaits();
        _gate.Wait();
        try
        {
            if (!_closed)
            {
                _closed = true;
                _engine.Dispose();
                _store.Dispose();
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private static TaskCompletionSource NewPulse() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
