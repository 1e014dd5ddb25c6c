namespace Subnet.Health.Miner;

/// <summary>Whether a query is let in.</summary>
internal enum Admission
{
    /// <summary>It has a place.</summary>
    Admitted,

    /// <summary>All places are taken and the queue is full.</summary>
    Busy,

    /// <summary>The miner takes no new work.</summary>
    Draining,
}

/// <summary>
/// Bounds the work a miner takes on: so many queries run, so many wait, and whoever comes beyond that is told at once, before
/// anything of its is spent. Memory under overload is therefore the bound times what one query needs. Safe for concurrent use.
/// </summary>
/// <param name="running">Queries at a time. More than the cores: most of a query's time is the disk's.</param>
/// <param name="waiting">How many may wait for a place.</param>
internal sealed class AdmissionControl(int running, int waiting) : IDisposable
{
    private readonly SemaphoreSlim places = new(running, running);
    private readonly TaskCompletionSource empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int most = running + waiting;
    private int inside;
    private volatile bool draining;

    /// <summary>Queries that run or wait now.</summary>
    public int Inside => Volatile.Read(ref inside);

    /// <summary>Queries that run or wait at most.</summary>
    public int Most => most;

    /// <summary>Takes a place, waiting for one if the queue is not full.</summary>
    /// <returns>The verdict, with the place to be disposed of.</returns>
    public async Task<AdmissionPlace> EnterAsync(CancellationToken cancellationToken)
    {
        int now = Interlocked.Increment(ref inside);
        if (draining || now > most)
        {
            Leave();
            return new AdmissionPlace(draining ? Admission.Draining : Admission.Busy, null);
        }

        try
        {
            await places.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Leave();
            throw;
        }

        return new AdmissionPlace(Admission.Admitted, () =>
        {
            places.Release();
            Leave();
        });
    }

    /// <summary>Lets nobody in any more, and returns when all who are inside have left.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        draining = true;
        if (Inside == 0)
        {
            empty.TrySetResult();
        }

        await empty.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => places.Dispose();

    private void Leave()
    {
        if (Interlocked.Decrement(ref inside) == 0 && draining)
        {
            empty.TrySetResult();
        }
    }
}

/// <summary>The verdict on one query; disposing gives its place back.</summary>
internal sealed class AdmissionPlace(Admission verdict, Action? leave) : IDisposable
{
    private Action? leave = leave;

    /// <summary>Whether there is a place.</summary>
    public Admission Verdict { get; } = verdict;

    /// <inheritdoc/>
    public void Dispose() => Interlocked.Exchange(ref leave, null)?.Invoke();
}
