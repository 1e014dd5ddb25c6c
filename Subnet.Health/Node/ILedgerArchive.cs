using Subnet.Core.Ledger;

namespace Subnet.Health.Node;

/// <summary>What of a ledger's past is not in this process: asked of a node and checked against the ledger here.</summary>
internal interface ILedgerArchive
{
    /// <summary>A block that is no longer kept here; null where there is none.</summary>
    /// <exception cref="LedgerCorruptException">What came is not the sequencer's.</exception>
    Task<LedgerBlock?> ReadBlockAsync(ulong height, CancellationToken cancellationToken);

    /// <summary>The record of an epoch, of the newest one without a number; null where it did not run or is not kept.</summary>
    /// <exception cref="LedgerCorruptException">What came is not what its block commits to.</exception>
    Task<EpochRecord?> ReadEpochAsync(ushort netuid, ulong? index, CancellationToken cancellationToken);

    /// <summary>Numbers of the epochs whose records are kept, ascending.</summary>
    Task<IReadOnlyList<ulong>> ReadEpochIndexesAsync(ushort netuid, CancellationToken cancellationToken);
}
