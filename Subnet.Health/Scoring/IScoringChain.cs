namespace Subnet.Health.Scoring;

/// <summary>What organic scoring asks the ledger: anchors of logs, blocks as beacons, and who may validate.</summary>
internal interface IScoringChain
{
    /// <summary>The newest height known.</summary>
    Task<long> HeightAsync(CancellationToken cancellationToken);

    /// <summary>Waits for a height.</summary>
    Task WaitForHeightAsync(long height, CancellationToken cancellationToken);

    /// <summary>The newest anchored checkpoint of a log, or null.</summary>
    Task<ScoringAnchor?> AnchorAsync(string origin, CancellationToken cancellationToken);

    /// <summary>A block's hash, or null above the newest one.</summary>
    Task<ReadOnlyMemory<byte>?> BlockAsync(long height, CancellationToken cancellationToken);

    /// <summary>Hotkeys with a validator permit on a subnet.</summary>
    Task<IReadOnlyList<ReadOnlyMemory<byte>>> ValidatorsAsync(ushort netuid, CancellationToken cancellationToken);
}

/// <summary>An anchored checkpoint.</summary>
/// <param name="Size">Entries.</param>
/// <param name="Root">Root over them, 32 bytes.</param>
/// <param name="Height">Block that has it.</param>
internal sealed record ScoringAnchor(long Size, ReadOnlyMemory<byte> Root, long Height);
