using Subnet.Core.Ledger;

namespace Subnet.Health.Node;

/// <summary>Where a follower has its blocks from. Nothing of it is believed: the follower checks and executes what it is given.</summary>
internal interface IBlockSource
{
    /// <summary>Where, for messages.</summary>
    string Description { get; }

    /// <summary>The genesis file; null where there is none yet.</summary>
    /// <exception cref="LedgerUnreachableException">The source does not answer.</exception>
    Task<byte[]?> ReadGenesisAsync(CancellationToken cancellationToken);

    /// <summary>A recent snapshot, or null.</summary>
    /// <inheritdoc cref="ReadGenesisAsync" path="/exception"/>
    Task<StoredSnapshot?> ReadSnapshotAsync(CancellationToken cancellationToken);

    /// <summary>Blocks from a height on, in order: those there are, and with <paramref name="follow"/> each new one until cancelled.</summary>
    /// <inheritdoc cref="ReadGenesisAsync" path="/exception"/>
    IAsyncEnumerable<StoredBlock> ReadBlocksAsync(ulong from, bool follow, CancellationToken cancellationToken);
}
