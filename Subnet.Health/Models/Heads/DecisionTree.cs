using System.Collections.Immutable;

namespace Subnet.Health.Models.Heads;

/// <summary>
/// A binary tree. Node 0 is the root; a tree of a single leaf has no node. Readers guarantee that every node but the root and
/// every leaf is reached exactly once from the root, and that features and leaves are in range.
/// </summary>
/// <param name="Nodes">The inner nodes.</param>
/// <param name="LeafWeights">Row-major, leaves x scores.</param>
/// <param name="ScoreCount">Weights for each leaf.</param>
internal sealed record DecisionTree(ImmutableArray<TreeNode> Nodes, ImmutableArray<double> LeafWeights, int ScoreCount = 1)
{
    /// <summary>Number of leaves.</summary>
    public int LeafCount => LeafWeights.Length / ScoreCount;

    /// <summary>The leaf that a feature vector reaches.</summary>
    public int Walk(ReadOnlySpan<float> x)
    {
        int at = Nodes.IsEmpty ? ~0 : 0;
        while (at >= 0)
        {
            TreeNode node = Nodes[at];
            at = node.TakesFirst(x) ? node.First : node.Second;
        }

        return ~at;
    }

    /// <summary>The number of comparisons on the longest path.</summary>
    public int Depth()
    {
        int deepest = 0;
        var pending = new Stack<(int At, int Depth)>();
        pending.Push((Nodes.IsEmpty ? ~0 : 0, 0));
        while (pending.TryPop(out (int At, int Depth) top))
        {
            deepest = Math.Max(deepest, top.Depth);
            if (top.At >= 0)
            {
                pending.Push((Nodes[top.At].First, top.Depth + 1));
                pending.Push((Nodes[top.At].Second, top.Depth + 1));
            }
        }

        return deepest;
    }
}

/// <summary>What a node asks.</summary>
internal enum NodeTest : byte
{
    /// <summary>x[feature] &lt;= threshold, in single precision. Strict and reversed tests are rewritten to this one.</summary>
    LessOrEqual,

    /// <summary>x[feature] == threshold.</summary>
    Equal,

    /// <summary>None of the listed slots is above 0 (a categorical split on one-hot slots).</summary>
    NonePositive,
}

/// <summary>An inner node of a tree.</summary>
/// <param name="Feature">Which feature; unused by <see cref="NodeTest.NonePositive"/>.</param>
/// <param name="Threshold">Not NaN.</param>
/// <param name="First">Where to go when the test holds: a node if &gt;= 0, else leaf ~First.</param>
/// <param name="Second">Where to go when it does not.</param>
/// <param name="MissingTakesFirst">Where NaN goes: to First, else to Second.</param>
/// <param name="Test">What is asked.</param>
/// <param name="Slots">The slots of <see cref="NodeTest.NonePositive"/>; default otherwise.</param>
internal readonly record struct TreeNode(
    int Feature,
    float Threshold,
    int First,
    int Second,
    bool MissingTakesFirst = false,
    NodeTest Test = NodeTest.LessOrEqual,
    ImmutableArray<int> Slots = default)
{
    /// <summary>Whether a feature vector goes to <see cref="First"/>.</summary>
    public bool TakesFirst(ReadOnlySpan<float> x)
    {
        if (Test == NodeTest.NonePositive)
        {
            foreach (int slot in Slots)
            {
                if (x[slot] > 0)
                {
                    return false;
                }
            }

            return true;
        }

        float value = x[Feature];
        if (float.IsNaN(value))
        {
            return MissingTakesFirst;
        }

        return Test == NodeTest.Equal ? value == Threshold : value <= Threshold;
    }
}
