namespace Subnet.Crypto.Transparency.Merkle;

/// <summary>
/// Proof that a run of leaves [lo, hi) is exactly what a tree holds there: nothing left out, moved or added between them. The hashes
/// are those of the largest subtrees outside the run, left to right: at most two for each level (design/audit-log.md section 1).
/// </summary>
public static class RangeProof
{
    /// <summary>Hashes in a proof, at most.</summary>
    public const int MaximumLength = 126;

    /// <summary>The proof for the leaves [lo, hi) in the tree of the first <paramref name="size"/> entries.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The run is empty or not inside the tree.</exception>
    public static TreeHash[] Build(ITreeNodes nodes, long lo, long hi, long size)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        ArgumentOutOfRangeException.ThrowIfNegative(lo);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(lo, hi);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hi, size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, nodes.Size);
        List<TreeHash> proof = [];
        Collect(nodes, 0, size, lo, hi, proof);
        return [.. proof];
    }

    /// <summary>Whether the leaf hashes stand at [lo, lo + count) of the tree of that size and root. An empty run proves nothing and is refused.</summary>
    public static bool Verify(long size, long lo, ReadOnlySpan<TreeHash> leaves, ReadOnlySpan<TreeHash> proof, TreeHash root)
    {
        if (leaves.IsEmpty || lo < 0 || lo > size - leaves.Length || proof.Length > MaximumLength)
        {
            return false;
        }

        Walk walk = new(lo, leaves, proof);
        return walk.TryRoot(0, size, out TreeHash computed) && walk.IsUsedUp && computed == root;
    }

    private static void Collect(ITreeNodes nodes, long from, long to, long lo, long hi, List<TreeHash> proof)
    {
        if (to <= lo || from >= hi)
        {
            proof.Add(MerkleTree.SubtreeRoot(nodes, from, to));
            return;
        }

        if (from >= lo && to <= hi)
        {
            return;
        }

        long middle = from + MerkleTree.Split(to - from);
        Collect(nodes, from, middle, lo, hi, proof);
        Collect(nodes, middle, to, lo, hi, proof);
    }

    private ref struct Walk(long lo, ReadOnlySpan<TreeHash> leaves, ReadOnlySpan<TreeHash> proof)
    {
        private readonly ReadOnlySpan<TreeHash> leaves = leaves;
        private readonly ReadOnlySpan<TreeHash> proof = proof;
        private int used;

        public readonly bool IsUsedUp => used == proof.Length;

        public bool TryRoot(long from, long to, out TreeHash root)
        {
            root = default;
            if (to <= lo || from >= lo + leaves.Length)
            {
                if (used == proof.Length)
                {
                    return false;
                }

                root = proof[used++];
                return true;
            }

            if (from >= lo && to <= lo + leaves.Length)
            {
                root = MerkleTree.Root(leaves[(int)(from - lo)..(int)(to - lo)]);
                return true;
            }

            long middle = from + MerkleTree.Split(to - from);
            if (!TryRoot(from, middle, out TreeHash left) || !TryRoot(middle, to, out TreeHash right))
            {
                return false;
            }

            root = TreeHash.OfNode(left, right);
            return true;
        }
    }
}
