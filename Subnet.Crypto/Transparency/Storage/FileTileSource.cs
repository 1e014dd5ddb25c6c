using Subnet.Crypto.Transparency.Tiles;

namespace Subnet.Crypto.Transparency.Storage;

/// <summary>Tiles in a log's folder; a partial tile that is gone is answered by the full one.</summary>
public sealed class FileTileSource(ILogFiles files) : ITileSource
{
    /// <inheritdoc/>
    public byte[]? Read(TileId tile) => files.Read(tile.Path) ?? (tile.IsFull ? null : files.Read(tile.Full.Path));
}
