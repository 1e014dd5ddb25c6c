namespace Subnet.Crypto.Transparency.Tiles;

/// <summary>Which tiles a tree of a given size has. Pure arithmetic, no files.</summary>
public static class TileLayout
{
    /// <summary>Levels of the tree that one level of tiles spans: 256 = 2^8.</summary>
    public const int HeightsPerLevel = 8;

    /// <summary>Every hash tile of the tree, level by level, left to right, full ones before the partial one.</summary>
    public static IEnumerable<TileId> HashTiles(long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        for (int level = 0; size > 0; level++, size >>= HeightsPerLevel)
        {
            foreach (TileId tile in OfLevel(level, size))
            {
                yield return tile;
            }
        }
    }

    /// <summary>Every bundle of entries of the tree.</summary>
    public static IEnumerable<TileId> EntryBundles(long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        return OfLevel(TileId.EntriesLevel, size);
    }

    /// <summary>Hashes that the level holds in a tree of that size: floor(size / 256^level).</summary>
    public static long HashCount(int level, long size) => level * HeightsPerLevel > 62 ? 0 : size >> (level * HeightsPerLevel);

    /// <summary>The tile at a place of a level, as wide as the tree of that size has it; width 0 if it has none.</summary>
    public static TileId At(int level, long index, long size)
    {
        long count = HashCount(Math.Max(level, 0), size);
        return new TileId(level, index, (int)Math.Clamp(count - (index * TileId.FullWidth), 0, TileId.FullWidth));
    }

    private static IEnumerable<TileId> OfLevel(int level, long count)
    {
        for (long n = 0; n < count / TileId.FullWidth; n++)
        {
            yield return new TileId(level, n, TileId.FullWidth);
        }

        if (count % TileId.FullWidth > 0)
        {
            yield return new TileId(level, count / TileId.FullWidth, (int)(count % TileId.FullWidth));
        }
    }
}
