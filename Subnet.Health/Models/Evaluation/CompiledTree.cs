using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Subnet.Health.Models.Heads;

namespace Subnet.Health.Models.Evaluation;

/// <summary>
/// A tree arranged for whole blocks of rows. Up to 32 leaves: every row carries one bit for each leaf, leaves numbered from
/// the first branch to the second; a node whose test fails clears the bits of its first branch, in any order of nodes, and
/// the lowest bit left is the leaf (QuickScorer, Lucchese et al., SIGIR 2015). No branch depends on the data, and rows go
/// through the vector unit side by side. Larger trees are walked row by row.
/// </summary>
internal sealed class CompiledTree
{
    private const int MaxLeavesInMask = 32;

    private readonly TreeNode[] nodes;
    private readonly uint[] survivors;
    private readonly bool byMask;

    private CompiledTree(TreeNode[] nodes, uint[] survivors, double[] leafWeights, int scoreCount, bool byMask)
    {
        this.nodes = nodes;
        this.survivors = survivors;
        this.byMask = byMask;
        this.leafWeights = leafWeights;
        ScoreCount = scoreCount;
    }

    private readonly double[] leafWeights;

    /// <summary>Row-major, leaves x scores, leaves in the order of <see cref="FindLeaves"/>.</summary>
    public ReadOnlySpan<double> LeafWeights => leafWeights;

    /// <summary>Weights for each leaf.</summary>
    public int ScoreCount { get; }

    /// <summary>Arranges a tree.</summary>
    public static CompiledTree Compile(DecisionTree tree)
    {
        if (tree.LeafCount > MaxLeavesInMask)
        {
            return new CompiledTree([.. tree.Nodes], [], [.. tree.LeafWeights], tree.ScoreCount, byMask: false);
        }

        // In-order numbering: the leaves below the first branch of a node are consecutive and come before the others'.
        var order = new List<int>(tree.LeafCount);
        uint[] survivors = new uint[tree.Nodes.Length];
        Number(tree, tree.Nodes.IsEmpty ? ~0 : 0, order, survivors);
        double[] weights = [.. order.SelectMany(leaf => tree.LeafWeights.AsSpan().Slice(leaf * tree.ScoreCount, tree.ScoreCount).ToArray())];
        return new CompiledTree([.. tree.Nodes], survivors, weights, tree.ScoreCount, byMask: true);
    }

    /// <summary>The leaf of every row of the block.</summary>
    public void FindLeaves(LaneBlock block, Lane[] features, Span<int> leaves)
    {
        int i = 0;
        if (byMask)
        {
            if (Vector256.IsHardwareAccelerated)
            {
                for (; i <= leaves.Length - (2 * Vector256<int>.Count); i += 2 * Vector256<int>.Count)
                {
                    MaskOfSixteen(block, features, i, leaves);
                }
            }

            for (; i < leaves.Length; i++)
            {
                leaves[i] = BitOperations.TrailingZeroCount(MaskOfOne(block, features, i));
            }
        }

        for (; i < leaves.Length; i++)
        {
            leaves[i] = Walk(block, features, i);
        }
    }

    // Depth is at most the number of nodes, which a mask bounds by 31 here.
    private static uint Number(DecisionTree tree, int at, List<int> order, uint[] survivors)
    {
        if (at < 0)
        {
            order.Add(~at);
            return 1u << (order.Count - 1);
        }

        uint first = Number(tree, tree.Nodes[at].First, order, survivors);
        survivors[at] = ~first;
        return first | Number(tree, tree.Nodes[at].Second, order, survivors);
    }

    private void MaskOfSixteen(LaneBlock block, Lane[] features, int row, Span<int> leaves)
    {
        Vector256<uint> low = Vector256<uint>.AllBitsSet;
        Vector256<uint> high = Vector256<uint>.AllBitsSet;
        nuint second = (nuint)(row + Vector256<float>.Count);
        for (int n = 0; n < nodes.Length; n++)
        {
            ref readonly TreeNode node = ref nodes[n];
            Vector256<uint> keep = Vector256.Create(survivors[n]);
            Vector256<float> lowTest;
            Vector256<float> highTest;
            if (node.Test == NodeTest.NonePositive)
            {
                (lowTest, highTest) = NonePositive(block, features, node.Slots, row);
            }
            else
            {
                ref float x = ref MemoryMarshal.GetReference(block.Singles(features[node.Feature]));
                Vector256<float> lowX = Vector256.LoadUnsafe(ref x, (nuint)row);
                Vector256<float> highX = Vector256.LoadUnsafe(ref x, second);
                Vector256<float> threshold = Vector256.Create(node.Threshold);
                lowTest = Takes(node, lowX, threshold);
                highTest = Takes(node, highX, threshold);
            }

            low &= lowTest.AsUInt32() | keep;
            high &= highTest.AsUInt32() | keep;
        }

        for (int i = 0; i < Vector256<uint>.Count; i++)
        {
            leaves[row + i] = BitOperations.TrailingZeroCount(low.GetElement(i));
            leaves[row + Vector256<uint>.Count + i] = BitOperations.TrailingZeroCount(high.GetElement(i));
        }
    }

    private static Vector256<float> Takes(in TreeNode node, Vector256<float> x, Vector256<float> threshold)
    {
        if (node.Test == NodeTest.Equal)
        {
            Vector256<float> equal = Vector256.Equals(x, threshold);
            return node.MissingTakesFirst ? equal | ~Vector256.Equals(x, x) : equal;
        }

        // The negated "greater" lets NaN through to the first branch, the plain comparison to the second.
        return node.MissingTakesFirst ? ~Vector256.GreaterThan(x, threshold) : Vector256.LessThanOrEqual(x, threshold);
    }

    private static (Vector256<float> Low, Vector256<float> High) NonePositive(
        LaneBlock block, Lane[] features, ImmutableArray<int> slots, int row)
    {
        Vector256<float> low = Vector256<float>.Zero;
        Vector256<float> high = Vector256<float>.Zero;
        foreach (int slot in slots)
        {
            ref float x = ref MemoryMarshal.GetReference(block.Singles(features[slot]));
            low |= Vector256.GreaterThan(Vector256.LoadUnsafe(ref x, (nuint)row), Vector256<float>.Zero);
            high |= Vector256.GreaterThan(Vector256.LoadUnsafe(ref x, (nuint)(row + Vector256<float>.Count)), Vector256<float>.Zero);
        }

        return (~low, ~high);
    }

    private uint MaskOfOne(LaneBlock block, Lane[] features, int row)
    {
        uint mask = uint.MaxValue;
        for (int n = 0; n < nodes.Length; n++)
        {
            if (!TakesFirst(block, features, row, nodes[n]))
            {
                mask &= survivors[n];
            }
        }

        return mask;
    }

    private int Walk(LaneBlock block, Lane[] features, int row)
    {
        int at = nodes.Length == 0 ? ~0 : 0;
        while (at >= 0)
        {
            ref readonly TreeNode node = ref nodes[at];
            at = TakesFirst(block, features, row, node) ? node.First : node.Second;
        }

        return ~at;
    }

    private static bool TakesFirst(LaneBlock block, Lane[] features, int row, in TreeNode node)
    {
        if (node.Test == NodeTest.NonePositive)
        {
            foreach (int slot in node.Slots)
            {
                if (block.Singles(features[slot])[row] > 0)
                {
                    return false;
                }
            }

            return true;
        }

        float x = block.Singles(features[node.Feature])[row];
        return float.IsNaN(x) ? node.MissingTakesFirst
            : node.Test == NodeTest.Equal ? x == node.Threshold : x <= node.Threshold;
    }
}
