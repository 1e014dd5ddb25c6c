using Subnet.Health.Models.Heads;
using Subnet.Health.Models.Onnx.Operators;

namespace Subnet.Health.Models.Onnx;

/// <summary>
/// Rewrites ONNX trees to trees that ask <c>x &lt;= v</c> or <c>x == v</c> alone: strict tests take the next smaller float,
/// reversed ones change their branches, and the way of a missing value is kept.
/// </summary>
internal static class TreeConversion
{
    /// <summary>One tree.</summary>
    public static DecisionTree Convert(ReadOnlySpan<OnnxTreeEnsemble.Branch> branches, int root, int scores, Action<int, double[]> addWeights)
    {
        List<TreeNode> nodes = [];
        List<double> leaves = [];
        Stack<(int At, int Parent, bool First)> pending = new();
        pending.Push((root, -1, false));
        while (pending.TryPop(out (int At, int Parent, bool First) next))
        {
            OnnxTreeEnsemble.Branch branch = branches[next.At];
            int place;
            if (branch.Mode == BranchMode.Leaf)
            {
                double[] weights = new double[scores];
                addWeights(next.At, weights);
                place = ~(leaves.Count / scores);
                leaves.AddRange(weights);
            }
            else
            {
                place = nodes.Count;
                (TreeNode node, bool swapped) = Rewrite(branch);
                nodes.Add(node);
                pending.Push((swapped ? branch.True : branch.False, place, false));
                pending.Push((swapped ? branch.False : branch.True, place, true));
            }

            if (next.Parent >= 0)
            {
                nodes[next.Parent] = next.First ? nodes[next.Parent] with { First = place } : nodes[next.Parent] with { Second = place };
            }
        }

        return new DecisionTree([.. nodes], [.. leaves], scores);
    }

    private static (TreeNode Node, bool Swapped) Rewrite(OnnxTreeEnsemble.Branch branch)
    {
        (NodeTest test, float threshold, bool swapped) = branch.Mode switch
        {
            BranchMode.LessOrEqual => (NodeTest.LessOrEqual, branch.Single, false),
            BranchMode.Less => (NodeTest.LessOrEqual, MathF.BitDecrement(branch.Single), false),
            BranchMode.Greater => (NodeTest.LessOrEqual, branch.Single, true),
            BranchMode.GreaterOrEqual => (NodeTest.LessOrEqual, MathF.BitDecrement(branch.Single), true),
            BranchMode.Equal => (NodeTest.Equal, branch.Single, false),
            _ => (NodeTest.Equal, branch.Single, true),
        };

        // NaN differs from everything, so NEQ holds for it without a flag.
        bool missingIsTrue = branch.MissingIsTrue || branch.Mode == BranchMode.NotEqual;
        return (new TreeNode(branch.Feature, threshold, 0, 0, missingIsTrue != swapped, test), swapped);
    }
}
