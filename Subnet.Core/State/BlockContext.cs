namespace Subnet.Core.State;

/// <summary>What the rules see while a block is executed: the state they change, where in time it is, and who made the block.</summary>
internal sealed class BlockContext(LedgerState state, ulong height, AccountId author)
{
    private readonly List<LedgerEvent> _events = [];
    private readonly List<(ushort Netuid, ulong Amount)> _recycled = [];

    /// <summary>The state, as changed so far by this block.</summary>
    public LedgerState State { get; } = state;

    /// <summary>Number of the block.</summary>
    public ulong Height { get; } = height;

    /// <summary>Account that receives the fees.</summary>
    public AccountId Author { get; } = author;

    /// <summary>What happened so far.</summary>
    public IReadOnlyList<LedgerEvent> Events => _events;

    /// <summary>Encoded records of the epochs that ran, with subnet and number.</summary>
    public List<(ushort Netuid, ulong Index, byte[] Record)> Epochs { get; } = [];

    /// <summary>Settings of the whole network.</summary>
    public GlobalParameters Parameters => State.Parameters[default];

    /// <summary>Records that something happened.</summary>
    public void Emit(EventKind kind, ushort netuid, AccountId subject, AccountId other = default, ulong amount = 0, ulong extra = 0) =>
        _events.Add(new LedgerEvent(kind, netuid, subject, other, amount, extra));

    /// <summary>What went back to where it can be issued again: alpha of a subnet in its smallest unit, or of 0 rao.</summary>
    public IReadOnlyList<(ushort Netuid, ulong Amount)> Recycled => _recycled;

    /// <summary>Records that the rules took something out of the issuance.</summary>
    public void Recycle(ushort netuid, ulong amount) => _recycled.Add((netuid, amount));

    /// <summary>A place to come back to with <see cref="ForgetAfter"/>.</summary>
    public (int Events, int Recycled) Savepoint() => (_events.Count, _recycled.Count);

    /// <summary>Forgets what was recorded after a savepoint.</summary>
    public void ForgetAfter((int Events, int Recycled) savepoint)
    {
        _events.RemoveRange(savepoint.Events, _events.Count - savepoint.Events);
        _recycled.RemoveRange(savepoint.Recycled, _recycled.Count - savepoint.Recycled);
    }

    /// <summary>Whether less than <paramref name="interval"/> blocks have passed since the same was last done.</summary>
    public bool IsRateLimited(RateLimitKey key, ulong interval) =>
        State.RateLimits.TryGet(key, out BlockStamp? last) && Height - last.Block < interval;

    /// <summary>Remembers that something was done in this block.</summary>
    public void Stamp(RateLimitKey key) => State.RateLimits.Set(key, new BlockStamp(Height));
}
