using System.Numerics;

namespace Subnet.Crypto.Transparency.Merkle;

/// <summary>
/// The right edge of a tree: the hashes of the complete subtrees that its size is the sum of, largest first. Enough to append and to
/// know the root, in 32 bytes for each set bit of the size. Not safe for concurrent use.
/// </summary>
public sealed class TreeFrontier
{
    private readonly TreeHash[] byHeight = new TreeHash[63];

    /// <summary>The edge of the empty tree.</summary>
    public TreeFrontier()
    {
    }

    /// <summary>An edge that was stored.</summary>
    /// <exception cref="TransparencyException">The number of hashes is not that of the size's set bits.</exception>
    public TreeFrontier(long size, ReadOnlySpan<TreeHash> edge)
    {
        if (size < 0 || edge.Length != BitOperations.PopCount((ulong)size))
        {
            throw new TransparencyException($"a tree of {size} entries has another number of edge hashes than {edge.Length}");
        }

        Size = size;
        int next = 0;
        for (int height = 62; height >= 0; height--)
        {
            if (((size >> height) & 1) != 0)
            {
                byHeight[height] = edge[next++];
            }
        }
    }

    /// <summary>Entries in the tree.</summary>
    public long Size { get; private set; }

    /// <summary>Appends a leaf hash.</summary>
    public void Append(TreeHash leaf)
    {
        TreeHash carried = leaf;
        int height = 0;
        for (; ((Size >> height) & 1) != 0; height++)
        {
            carried = TreeHash.OfNode(byHeight[height], carried);
        }

        byHeight[height] = carried;
        Size++;
    }

    /// <summary>The root of the tree.</summary>
    public TreeHash Root()
    {
        if (Size == 0)
        {
            return TreeHash.EmptyRoot;
        }

        int height = BitOperations.TrailingZeroCount(Size);
        TreeHash root = byHeight[height];
        for (height++; height < 63; height++)
        {
            if (((Size >> height) & 1) != 0)
            {
                root = TreeHash.OfNode(byHeight[height], root);
            }
        }

        return root;
    }

    /// <summary>The hashes of the edge, largest subtree first.</summary>
    public TreeHash[] Edge()
    {
        List<TreeHash> edge = [];
        for (int height = 62; height >= 0; height--)
        {
            if (((Size >> height) & 1) != 0)
            {
                edge.Add(byHeight[height]);
            }
        }

        return [.. edge];
    }
}
