namespace Subnet.Crypto.Rlwe;

/// <summary>
/// Sets of temporary ciphertexts that operations borrow and give back, up to the limit of the scratch memory; what is beyond goes to the garbage
/// collector. Ciphertexts tell nothing, so they are not wiped. Safe for concurrent use.
/// </summary>
internal sealed class TemporariesPool(Parameters parameters)
{
    private readonly Lock _gate = new();
    private readonly Stack<Temporaries> _free = new();

    /// <summary>Borrows a set until the result is disposed.</summary>
    public Lease Rent()
    {
        Temporaries? set;
        lock (_gate)
        {
            _free.TryPop(out set);
        }

        if (set is null)
        {
            return new Lease(this, new Temporaries(parameters));
        }

        parameters.Scratch.Release(set.MemoryBytes);
        return new Lease(this, set);
    }

    private void Return(Temporaries set)
    {
        set.Reset();
        if (!parameters.Scratch.TryHold(set.MemoryBytes))
        {
            set.Dispose();
            return;
        }

        lock (_gate)
        {
            _free.Push(set);
        }
    }

    /// <summary>A borrowed set; dispose exactly once.</summary>
    internal readonly ref struct Lease(TemporariesPool pool, Temporaries set)
    {
        /// <summary>The set.</summary>
        public Temporaries Set => set;

        /// <summary>Gives the set back.</summary>
        public void Dispose() => pool.Return(set);
    }
}
