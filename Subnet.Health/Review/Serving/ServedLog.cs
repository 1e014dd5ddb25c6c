using Subnet.Crypto.Transparency.Storage;
using Subnet.Crypto.Transparency.Tiles;

namespace Subnet.Health.Review.Serving;

/// <summary>A log's folder as readers elsewhere see it: exactly the tiles of C2SP, partial ones also after they were completed.</summary>
/// <param name="files">The log's folder; it may be written meanwhile.</param>
internal sealed class ServedLog(ILogFiles files)
{
    private const int HashBytes = 32;

    private readonly FileTileSource source = new(files);

    /// <summary>The newest published checkpoint note, or null before the first.</summary>
    public byte[]? Checkpoint() => files.Read("checkpoint");

    /// <summary>The tiles, for proofs.</summary>
    public ITileSource Tiles => source;

    /// <summary>The bytes of a tile; a partial one that was completed since is the beginning of the full one. Null where there is none.</summary>
    public byte[]? Read(TileId tile)
    {
        byte[]? bytes = source.Read(tile);
        return bytes is null || tile.IsFull ? bytes
            : tile.Level == TileId.EntriesLevel ? EntryBundle.Write(EntryBundle.ParsePrefix(bytes, tile.Width))
            : bytes.Length > tile.Width * HashBytes ? bytes[..(tile.Width * HashBytes)]
            : bytes;
    }
}
