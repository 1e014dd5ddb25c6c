namespace Subnet.Crypto.Transparency.Tiles;

/// <summary>Where the bytes of a log's tiles come from: a folder, another host, memory.</summary>
public interface ITileSource
{
    /// <summary>
    /// The bytes of a tile, or null if it is not there. A source that lacks a partial tile gives the full one instead, of which the
    /// reader takes the beginning.
    /// </summary>
    /// <exception cref="IOException">The source cannot be read.</exception>
    byte[]? Read(TileId tile);
}
