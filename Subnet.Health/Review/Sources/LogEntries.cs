using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Tiles;

namespace Subnet.Health.Review.Sources;

/// <summary>Goes through the entries of a log in order, one bundle at a time: memory does not grow with the log.</summary>
internal static class LogEntries
{
    /// <summary>The entries [from, to) as stored, with their places.</summary>
    /// <exception cref="TransparencyException">A bundle is missing or malformed.</exception>
    public static IEnumerable<(long Index, ReadOnlyMemory<byte> Bytes)> Read(ITileSource source, long from, long to, long size)
    {
        for (long n = from / TileId.FullWidth; n * TileId.FullWidth < to; n++)
        {
            TileId tile = TileLayout.At(TileId.EntriesLevel, n, size);
            byte[] bytes = source.Read(tile) ?? throw new TransparencyException($"{tile.Path} is missing");
            ReadOnlyMemory<byte>[] entries = EntryBundle.ParsePrefix(bytes, tile.Width);
            for (int i = 0; i < entries.Length; i++)
            {
                long index = (n * TileId.FullWidth) + i;
                if (index >= from && index < to)
                {
                    yield return (index, entries[i]);
                }
            }
        }
    }
}
