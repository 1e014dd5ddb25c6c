using Subnet.Crypto.Transparency.Merkle;

namespace Subnet.Crypto.Transparency.Tiles;

/// <summary>
/// The tree of a given size as its tiles have it. Nothing is believed: callers compare the root they compute with a signed one. Keeps
/// a bounded number of recently used tiles. Not safe for concurrent use.
/// </summary>
public sealed class TileTree : ITreeNodes
{
    private const int CachedTiles = 64;

    private readonly ITileSource source;
    private readonly Dictionary<(int Level, long Index), TreeHash[]> cache = [];
    private readonly Queue<(int Level, long Index)> order = new();

    /// <summary>The first <paramref name="size"/> entries of a log.</summary>
    public TileTree(ITileSource source, long size)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        this.source = source;
        Size = size;
    }

    /// <inheritdoc/>
    public long Size { get; }

    /// <inheritdoc/>
    /// <exception cref="TransparencyException">A tile is missing or has another length than the size of the tree asks for.</exception>
    public TreeHash Node(int height, long index)
    {
        int level = height / TileLayout.HeightsPerLevel;
        int inner = height % TileLayout.HeightsPerLevel;
        long first = index << inner;
        TreeHash[] hashes = Tile(level, first / TileId.FullWidth);
        return Combine(hashes.AsSpan((int)(first % TileId.FullWidth), 1 << inner));
    }

    /// <summary>The hashes of one tile, as many as the tree of this size has there.</summary>
    /// <exception cref="TransparencyException">As above.</exception>
    public TreeHash[] Tile(int level, long index)
    {
        if (cache.TryGetValue((level, index), out TreeHash[]? known))
        {
            return known;
        }

        TreeHash[] hashes = ReadTile(source, TileLayout.At(level, index, Size));
        if (order.Count == CachedTiles)
        {
            cache.Remove(order.Dequeue());
        }

        order.Enqueue((level, index));
        cache[(level, index)] = hashes;
        return hashes;
    }

    /// <summary>Reads one tile; of a wider one its beginning.</summary>
    /// <exception cref="TransparencyException">The tile is missing or too short, or its length is no whole number of hashes.</exception>
    public static TreeHash[] ReadTile(ITileSource source, TileId tile)
    {
        ArgumentNullException.ThrowIfNull(source);
        byte[] bytes = source.Read(tile) ?? throw new TransparencyException($"{tile.Path} is missing");
        if (bytes.Length % TreeHash.ByteCount != 0 || bytes.Length < tile.Width * TreeHash.ByteCount || bytes.Length > TileId.FullWidth * TreeHash.ByteCount)
        {
            throw new TransparencyException($"{tile.Path} has {bytes.Length} bytes instead of {tile.Width * TreeHash.ByteCount}");
        }

        TreeHash[] hashes = new TreeHash[tile.Width];
        for (int i = 0; i < hashes.Length; i++)
        {
            hashes[i] = new TreeHash(bytes.AsSpan(i * TreeHash.ByteCount, TreeHash.ByteCount));
        }

        return hashes;
    }

    /// <summary>The root over a power of two of neighbouring hashes.</summary>
    internal static TreeHash Combine(ReadOnlySpan<TreeHash> hashes) => hashes.Length == 1
        ? hashes[0]
        : TreeHash.OfNode(Combine(hashes[..(hashes.Length / 2)]), Combine(hashes[(hashes.Length / 2)..]));
}
