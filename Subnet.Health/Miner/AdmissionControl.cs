namespace Subnet.Health.Miner;

/// <summary>
/// Bounds the work a miner takes on: so many evaluations run, so many wait, and whoever comes beyond that is told at once, before
/// anything of its is spent. Memory under overload is therefore the bound times what one evaluation needs. Safe for concurrent use.
/// </summary>
/// <param name="running">Evaluations at a time: the processor cores are the natural number.</param>
/// <param name="waiting">How many may wait for a place.</param>
internal sealed class AdmissionControl(int running, int waiting) : IDisposable
{
    private readonly SemaphoreSlim places = new(running, running);
    private readonly int most = running + waiting;
    private int inside;

    /// <summary>Takes a place, waiting for one if the queue is not full.</summary>
    /// <returns>The place, to be disposed of; null when the miner is busy.</returns>
    public async Task<IDisposable?> EnterAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref inside) > most)
        {
            Interlocked.Decrement(ref inside);
            return null;
        }

        try
        {
            await places.WaitAsync(cancellationToken).ConfigureAwait(false);
            return new Place(this);
        }
        catch
        {
            Interlocked.Decrement(ref inside);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => places.Dispose();

    private void Leave()
    {
        places.Release();
        Interlocked.Decrement(ref inside);
    }

    private sealed class Place(AdmissionControl control) : IDisposable
    {
        private AdmissionControl? control = control;

        public void Dispose() => Interlocked.Exchange(ref control, null)?.Leave();
    }
}
