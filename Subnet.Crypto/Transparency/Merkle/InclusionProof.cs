namespace Subnet.Crypto.Transparency.Merkle;

/// <summary>Audit paths of RFC 6962 section 2.1.1, verified as RFC 9162 section 2.1.3.2 does; the leaf's sibling comes first.</summary>
public static class InclusionProof
{
    /// <summary>Hashes in a proof, at most.</summary>
    public const int MaximumLength = 63;

    /// <summary>The path of entry <paramref name="index"/> in the tree of the first <paramref name="size"/> entries.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is not below the size, or the tree is smaller.</exception>
    public static TreeHash[] Build(ITreeNodes nodes, long index, long size)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, nodes.Size);
        List<TreeHash> path = [];
        long lo = 0;
        long hi = size;
        while (hi - lo > 1)
        {
            long middle = lo + MerkleTree.Split(hi - lo);
            if (index < middle)
            {
                path.Add(MerkleTree.SubtreeRoot(nodes, middle, hi));
                hi = middle;
            }
            else
            {
                path.Add(MerkleTree.SubtreeRoot(nodes, lo, middle));
                lo = middle;
            }
        }

        path.Reverse();
        return [.. path];
    }

    /// <summary>Whether the path leads from the leaf hash at the index to the root of the tree of that size.</summary>
    public static bool Verify(long index, long size, TreeHash leaf, ReadOnlySpan<TreeHash> proof, TreeHash root)
    {
        if (index < 0 || index >= size || proof.Length > MaximumLength)
        {
            return false;
        }

        long fn = index;
        long sn = size - 1;
        TreeHash r = leaf;
        foreach (ref readonly TreeHash p in proof)
        {
            if (sn == 0)
            {
                return false;
            }

            if ((fn & 1) != 0 || fn == sn)
            {
                r = TreeHash.OfNode(p, r);
                while ((fn & 1) == 0 && fn != 0)
                {
                    fn >>= 1;
                    sn >>= 1;
                }
            }
            else
            {
                r = TreeHash.OfNode(r, p);
            }

            fn >>= 1;
            sn >>= 1;
        }

        return sn == 0 && r == root;
    }
}
