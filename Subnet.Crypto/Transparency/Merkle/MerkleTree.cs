using System.Numerics;

namespace Subnet.Crypto.Transparency.Merkle;

/// <summary>Roots of RFC 6962 trees (section 2.1), from complete subtrees or from leaf hashes.</summary>
public static class MerkleTree
{
    /// <summary>The largest power of two below <paramref name="count"/>, which is at least 2: where a tree splits.</summary>
    internal static long Split(long count) => 1L << BitOperations.Log2((ulong)(count - 1));

    /// <summary>The root over the first <paramref name="size"/> entries.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer entries.</exception>
    public static TreeHash Root(ITreeNodes nodes, long size)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, nodes.Size);
        return size == 0 ? TreeHash.EmptyRoot : SubtreeRoot(nodes, 0, size);
    }

    /// <summary>The root over the given leaf hashes.</summary>
    public static TreeHash Root(ReadOnlySpan<TreeHash> leaves)
    {
        TreeFrontier frontier = new();
        foreach (ref readonly TreeHash leaf in leaves)
        {
            frontier.Append(leaf);
        }

        return frontier.Root();
    }

    /// <summary>The root of [lo, hi), a range that the tree's own splitting meets: lo is a multiple of the power of two that spans it.</summary>
    internal static TreeHash SubtreeRoot(ITreeNodes nodes, long lo, long hi)
    {
        long count = hi - lo;
        if (BitOperations.IsPow2(count))
        {
            int height = BitOperations.Log2((ulong)count);
            return nodes.Node(height, lo >> height);
        }

        long k = Split(count);
        return TreeHash.OfNode(SubtreeRoot(nodes, lo, lo + k), SubtreeRoot(nodes, lo + k, hi));
    }
}
