namespace Subnet.Crypto.Lattice.Randomness;

/// <summary>
/// Seeded streams that operations borrow and give back wiped, so that a steady flow of encryptions allocates none. Safe for concurrent use.
/// </summary>
internal sealed class StreamPool
{
    // Some more than threads encrypt at once; 5 KiB each.
    private const int Limit = 32;

    private readonly Lock _gate = new();
    private readonly Stack<SeededRandomSource> _free = new(Limit);

    /// <summary>Borrows a stream at the beginning of what a seed stands for.</summary>
    public Lease Rent(PrngType type, scoped ReadOnlySpan<byte> seed)
    {
        SeededRandomSource? source;
        lock (_gate)
        {
            _free.TryPop(out source);
        }

        if (source is null)
        {
            return new Lease(this, new SeededRandomSource(type, seed));
        }

        source.Start(type, seed);
        return new Lease(this, source);
    }

    /// <summary>Borrows the next stream of a factory; of a foreign factory it is a new one.</summary>
    public Lease Rent(IRandomSourceFactory factory) =>
        factory is RandomSourceFactory own ? own.Rent(this) : new Lease(null, factory.Create());

    private void Return(SeededRandomSource source)
    {
        lock (_gate)
        {
            if (_free.Count < Limit)
            {
                _free.Push(source);
            }
        }
    }

    /// <summary>A borrowed stream (of no pool: one that its factory made), which must not outlive it; dispose exactly once.</summary>
    internal readonly ref struct Lease(StreamPool? pool, IRandomSource source)
    {
        /// <summary>The stream.</summary>
        public IRandomSource Source => source;

        /// <summary>Wipes the stream and gives it back.</summary>
        public void Dispose()
        {
            source.Dispose();
            pool?.Return((SeededRandomSource)source);
        }
    }
}
