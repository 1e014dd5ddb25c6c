namespace Subnet.Core.Ledger;

/// <summary>How a ledger is kept.</summary>
/// <param name="SnapshotInterval">Blocks between snapshots; 0 for none.</param>
/// <param name="IgnoreSnapshots">Execute from the first block on, whatever snapshots there are.</param>
/// <param name="EpochsKept">Epoch records kept of each subnet; 0 for none. Older ones can be had again by executing the blocks.</param>
public sealed record LedgerOptions(ulong SnapshotInterval, bool IgnoreSnapshots, ulong EpochsKept = 100)
{
    /// <summary>A snapshot every 1,000 blocks.</summary>
    public static LedgerOptions Default { get; } = new(1_000, false);
}
