using System.Numerics;

namespace Subnet.Crypto.Transparency.Merkle;

/// <summary>Consistency proofs of RFC 6962 section 2.1.2, verified as RFC 9162 section 2.1.4.2 does.</summary>
public static class ConsistencyProof
{
    /// <summary>Hashes in a proof, at most.</summary>
    public const int MaximumLength = 63;

    /// <summary>
    /// The proof that the tree of <paramref name="size2"/> entries extends the one of <paramref name="size1"/>; empty if size1 is 0 or
    /// the sizes are equal.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The sizes are out of order or the tree is smaller.</exception>
    public static TreeHash[] Build(ITreeNodes nodes, long size1, long size2)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        ArgumentOutOfRangeException.ThrowIfNegative(size1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size1, size2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size2, nodes.Size);
        List<TreeHash> proof = [];
        if (size1 > 0 && size1 < size2)
        {
            AddSubproof(nodes, size1, 0, size2, true, proof);
        }

        return [.. proof];
    }

    /// <summary>
    /// Whether the proof shows that the tree of size2 and root2 has the tree of size1 and root1 as its beginning. For size1 = 0 there is
    /// nothing to show: the proof must be empty and root1 the empty root; root2 is not looked at.
    /// </summary>
    public static bool Verify(long size1, long size2, ReadOnlySpan<TreeHash> proof, TreeHash root1, TreeHash root2)
    {
        if (size1 < 0 || size1 > size2 || proof.Length > MaximumLength)
        {
            return false;
        }

        if (size1 == size2)
        {
            return proof.IsEmpty && root1 == root2 && (size1 != 0 || root1 == TreeHash.EmptyRoot);
        }

        if (size1 == 0)
        {
            return proof.IsEmpty && root1 == TreeHash.EmptyRoot;
        }

        return !proof.IsEmpty && VerifyPath(size1, size2, proof, root1, root2);
    }

    private static bool VerifyPath(long size1, long size2, ReadOnlySpan<TreeHash> proof, TreeHash root1, TreeHash root2)
    {
        bool whole = BitOperations.IsPow2(size1);
        TreeHash fr = whole ? root1 : proof[0];
        TreeHash sr = fr;
        long fn = size1 - 1;
        long sn = size2 - 1;
        while ((fn & 1) != 0)
        {
            fn >>= 1;
            sn >>= 1;
        }

        foreach (ref readonly TreeHash c in whole ? proof : proof[1..])
        {
            if (sn == 0)
            {
                return false;
            }

            if ((fn & 1) != 0 || fn == sn)
            {
                fr = TreeHash.OfNode(c, fr);
                sr = TreeHash.OfNode(c, sr);
                while ((fn & 1) == 0 && fn != 0)
                {
                    fn >>= 1;
                    sn >>= 1;
                }
            }
            else
            {
                sr = TreeHash.OfNode(sr, c);
            }

            fn >>= 1;
            sn >>= 1;
        }

        return sn == 0 && fr == root1 && sr == root2;
    }

    /// <summary>SUB(m, D[lo:hi], b): what shows that the first m entries of the subtree are the old tree's.</summary>
    private static void AddSubproof(ITreeNodes nodes, long m, long lo, long hi, bool known, List<TreeHash> proof)
    {
        long count = hi - lo;
        if (m == count)
        {
            if (!known)
            {
                proof.Add(MerkleTree.SubtreeRoot(nodes, lo, hi));
            }

            return;
        }

        long k = MerkleTree.Split(count);
        if (m <= k)
        {
            AddSubproof(nodes, m, lo, lo + k, known, proof);
            proof.Add(MerkleTree.SubtreeRoot(nodes, lo + k, hi));
        }
        else
        {
            AddSubproof(nodes, m - k, lo + k, hi, false, proof);
            proof.Add(MerkleTree.SubtreeRoot(nodes, lo, lo + k));
        }
    }
}
