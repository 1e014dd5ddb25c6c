using Subnet.Crypto.Transparency.Tiles;

namespace Subnet.Health.Review.Sources;

/// <summary>A log that a reviewer reads: a folder, another host, memory. Nothing it gives is believed before it is checked.</summary>
internal interface ILogSource : ITileSource
{
    /// <summary>What to call it in a report.</summary>
    string Name { get; }

    /// <summary>The newest signed checkpoint.</summary>
    /// <exception cref="IOException">There is none, or the source cannot be read.</exception>
    string ReadCheckpoint();

    /// <summary>Sizes of the earlier checkpoints that the source keeps, in any order; none where it cannot list them.</summary>
    IEnumerable<long> EarlierCheckpointSizes();

    /// <summary>The earlier checkpoint of a size, or null.</summary>
    string? ReadEarlierCheckpoint(long size);
}
