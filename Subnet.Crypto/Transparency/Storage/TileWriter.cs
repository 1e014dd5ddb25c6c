using Subnet.Crypto.Transparency.Tiles;

namespace Subnet.Crypto.Transparency.Storage;

/// <summary>
/// Writes entries into the tile files of a log: entry bundles first, then hashes level by level, so that a tile never promises what is
/// not there. Keeps the partial tiles of the right edge in memory, at most 256 entries and 256 hashes a level.
/// </summary>
internal sealed class TileWriter
{
    private readonly ILogFiles files;
    private readonly DurableFiles durable;
    private readonly List<ReadOnlyMemory<byte>> partialBundle = [];
    private readonly List<List<TreeHash>> partialTiles = [];

    /// <summary>Reads the right edge of a tree of that size.</summary>
    /// <exception cref="TransparencyException">A tile of the right edge is missing or malformed.</exception>
    /// <exception cref="LogStoreException">The newest entries are not those that were hashed.</exception>
    public TileWriter(ILogFiles files, DurableFiles durable, long size)
    {
        this.files = files;
        this.durable = durable;
        Size = size;
        FileTileSource source = new(files);
        for (int level = 0; TileLayout.HashCount(level, size) > 0; level++)
        {
            TileId tile = TileLayout.At(level, TileLayout.HashCount(level, size) / TileId.FullWidth, size);
            partialTiles.Add(tile.Width == 0 ? [] : [.. TileTree.ReadTile(source, tile)]);
        }

        TileId bundle = TileLayout.At(TileId.EntriesLevel, size / TileId.FullWidth, size);
        if (bundle.Width > 0)
        {
            byte[] bytes = files.Read(bundle.Path) ?? throw new TransparencyException($"{bundle.Path} is missing");
            partialBundle.AddRange(EntryBundle.Parse(bytes, bundle.Width));
            CheckEntries(bundle);
        }
    }

    /// <summary>Entries in the tiles.</summary>
    public long Size { get; private set; }

    /// <summary>Writes entries and returns when they are durable in bundles and tiles of every level.</summary>
    /// <returns>Folders of partial tiles whose full tile exists now; they may go once the new size is recorded.</returns>
    /// <exception cref="LogStoreException">A full tile is there with other bytes.</exception>
    public IReadOnlyList<string> Write(IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        List<(TileId Tile, byte[] Bytes)> bundles = [];
        SortedDictionary<int, List<(TileId Tile, byte[] Bytes)>> tiles = [];
        foreach (ReadOnlyMemory<byte> entry in entries)
        {
            partialBundle.Add(entry);
            if (partialBundle.Count == TileId.FullWidth)
            {
                bundles.Add((new TileId(TileId.EntriesLevel, Size / TileId.FullWidth, TileId.FullWidth), EntryBundle.Write(partialBundle)));
                partialBundle.Clear();
            }

            AddHash(0, Size, TreeHash.OfLeaf(entry.Span), tiles);
            Size++;
        }

        if (partialBundle.Count > 0 && entries.Count > 0)
        {
            bundles.Add((TileLayout.At(TileId.EntriesLevel, Size / TileId.FullWidth, Size), EntryBundle.Write(partialBundle)));
        }

        AddPartials(Size - entries.Count, tiles);
        Store(bundles);
        foreach (List<(TileId Tile, byte[] Bytes)> level in tiles.Values)
        {
            Store(level);
        }

        return [.. bundles.Concat(tiles.Values.SelectMany(level => level)).Where(written => written.Tile.IsFull).Select(written => written.Tile.Path + ".p")];
    }

    /// <summary>Removes the partial tiles in a folder, which are prefixes of a full tile.</summary>
    public void RemovePartials(string folder)
    {
        foreach (string name in files.List(folder))
        {
            files.Delete($"{folder}/{name}");
        }

        files.DeleteFolder(folder);
        durable.Forget(folder);
    }

    private void AddHash(int level, long index, TreeHash hash, SortedDictionary<int, List<(TileId Tile, byte[] Bytes)>> tiles)
    {
        if (partialTiles.Count == level)
        {
            partialTiles.Add([]);
        }

        List<TreeHash> partial = partialTiles[level];
        partial.Add(hash);
        if (partial.Count < TileId.FullWidth)
        {
            return;
        }

        TileId tile = new(level, index / TileId.FullWidth, TileId.FullWidth);
        Add(tiles, tile, ToBytes(partial));
        TreeHash root = TileTree.Combine([.. partial]);
        partial.Clear();
        AddHash(level + 1, tile.Index, root, tiles);
    }

    private void AddPartials(long oldSize, SortedDictionary<int, List<(TileId Tile, byte[] Bytes)>> tiles)
    {
        for (int level = 0; level < partialTiles.Count; level++)
        {
            if (partialTiles[level].Count > 0 && TileLayout.HashCount(level, oldSize) != TileLayout.HashCount(level, Size))
            {
                Add(tiles, TileLayout.At(level, TileLayout.HashCount(level, Size) / TileId.FullWidth, Size), ToBytes(partialTiles[level]));
            }
        }
    }

    private void Store(List<(TileId Tile, byte[] Bytes)> written)
    {
        foreach ((TileId tile, byte[] bytes) in written.Where(file => file.Tile.IsFull))
        {
            if (files.Read(tile.Path) is { } there && !there.AsSpan().SequenceEqual(bytes))
            {
                throw new LogStoreException(LogStoreFault.Corrupt, $"{tile.Path} is there with other bytes; a full tile never changes");
            }
        }

        durable.ReplaceAll(written.Select(file => (file.Tile.Path, file.Bytes)));
    }

    private void CheckEntries(TileId bundle)
    {
        for (int i = 0; i < bundle.Width; i++)
        {
            if (TreeHash.OfLeaf(partialBundle[i].Span) != partialTiles[0][i])
            {
                throw new LogStoreException(LogStoreFault.Corrupt, $"entry {i} of {bundle.Path} is not the one that was hashed");
            }
        }
    }

    private static void Add(SortedDictionary<int, List<(TileId Tile, byte[] Bytes)>> tiles, TileId tile, byte[] bytes)
    {
        if (!tiles.TryGetValue(tile.Level, out List<(TileId Tile, byte[] Bytes)>? level))
        {
            tiles[tile.Level] = level = [];
        }

        level.Add((tile, bytes));
    }

    private static byte[] ToBytes(List<TreeHash> hashes)
    {
        byte[] bytes = new byte[hashes.Count * TreeHash.ByteCount];
        for (int i = 0; i < hashes.Count; i++)
        {
            hashes[i].CopyTo(bytes.AsSpan(i * TreeHash.ByteCount));
        }

        return bytes;
    }
}
