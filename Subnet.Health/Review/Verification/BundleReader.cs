using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Tiles;
using Subnet.Health.Review.Sources;

namespace Subnet.Health.Review.Verification;

/// <summary>One bundle of 256 entries with the tile over it.</summary>
/// <param name="First">Index of its first entry.</param>
/// <param name="Hashes">The tile's hashes; null where it cannot be read, and then nothing after it can be checked.</param>
/// <param name="Good">Which entries are those that were hashed; null where they were removed at the end of their retention.</param>
/// <param name="Entries">What was prepared of each good entry.</param>
/// <param name="Findings">What was found.</param>
internal readonly record struct ReadBundle<T>(long First, TreeHash[]? Hashes, bool[]? Good, T[] Entries, IReadOnlyList<AuditFinding> Findings)
{
    /// <summary>Whether the entry at a place is there and is the one in the tree.</summary>
    public bool IsGood(int place) => Good is not null && Good[place];
}

/// <summary>Reads bundles and their tiles and looks at each entry by itself. Safe for concurrent use if the source is.</summary>
/// <param name="source">The log.</param>
/// <param name="size">Entries in its tree.</param>
/// <param name="firstEntry">Entries before this one were removed.</param>
/// <param name="prepare">A pure function of an entry's bytes.</param>
internal sealed class BundleReader<T>(ILogSource source, long size, long firstEntry, Func<ReadOnlyMemory<byte>, T> prepare)
{
    /// <summary>Reads the bundle of a number.</summary>
    public ReadBundle<T> Read(long n)
    {
        TileId bundle = TileLayout.At(TileId.EntriesLevel, n, size);
        long first = n * TileId.FullWidth;
        TreeHash[] hashes;
        try
        {
            hashes = TileTree.ReadTile(source, bundle with { Level = 0 });
        }
        catch (TransparencyException malformed)
        {
            return new ReadBundle<T>(first, null, null, [], [new AuditFinding(FindingSeverity.Error, "tile", first, malformed.Message)]);
        }

        if (first < firstEntry)
        {
            return new ReadBundle<T>(first, hashes, null, [], []);
        }

        try
        {
            return source.Read(bundle) is { } bytes
                ? Check(first, hashes, EntryBundle.ParsePrefix(bytes, bundle.Width))
                : Damaged(first, $"{bundle.Path} is missing");
        }
        catch (TransparencyException malformed)
        {
            return Damaged(first, $"{bundle.Path}: {malformed.Message}");
        }
    }

    private static ReadBundle<T> Damaged(long first, string why) => new(first, null, null, [], [new AuditFinding(FindingSeverity.Error, "content", first, why)]);

    private ReadBundle<T> Check(long first, TreeHash[] hashes, ReadOnlyMemory<byte>[] entries)
    {
        bool[] good = new bool[entries.Length];
        T[] prepared = new T[entries.Length];
        List<AuditFinding> findings = [];
        for (int i = 0; i < entries.Length; i++)
        {
            good[i] = TreeHash.OfLeaf(entries[i].Span) == hashes[i];
            if (good[i])
            {
                prepared[i] = prepare(entries[i]);
            }
            else
            {
                findings.Add(new AuditFinding(FindingSeverity.Error, "content", first + i, "the stored entry is not the one in the tree: it was edited, moved or replaced"));
            }
        }

        return new ReadBundle<T>(first, hashes, good, prepared, findings);
    }
}
