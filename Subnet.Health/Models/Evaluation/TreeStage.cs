using Subnet.Health.Models.Heads;

namespace Subnet.Health.Models.Evaluation;

/// <summary>
/// A tree ensemble: for each tree the leaves of all rows of the block, then their weights summed in double precision in the
/// order of the trees.
/// </summary>
internal sealed class TreeStage(TreeEnsembleHead head, Lane[] features, Lane[] sums, Lane[] scores) : Stage(features, scores)
{
    private readonly CompiledTree[] trees = [.. head.Trees.Select(CompiledTree.Compile)];

    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        for (int k = 0; k < scores.Length; k++)
        {
            block.Doubles(sums[k]).Fill(Start(k));
        }

        Span<int> leaves = block.Leaves.AsSpan(0, block.Rows);
        foreach (CompiledTree tree in trees)
        {
            tree.FindLeaves(block, features, leaves);
            for (int k = 0; k < scores.Length; k++)
            {
                Accumulate(tree, k, leaves, block.Doubles(sums[k]));
            }
        }

        for (int k = 0; k < scores.Length; k++)
        {
            Finish(block.Doubles(sums[k]), block.Singles(scores[k]), head.BaseValues[k]);
        }
    }

    private double Start(int score) => head.Aggregate switch
    {
        TreeAggregate.Minimum => double.PositiveInfinity,
        TreeAggregate.Maximum => double.NegativeInfinity,
        TreeAggregate.Sum => head.BaseValues[score],
        _ => 0,
    };

    private void Accumulate(CompiledTree tree, int score, ReadOnlySpan<int> leaves, Span<double> sum)
    {
        ReadOnlySpan<double> weights = tree.LeafWeights;
        int width = tree.ScoreCount;
        switch (head.Aggregate)
        {
            case TreeAggregate.Minimum:
                for (int i = 0; i < sum.Length; i++)
                {
                    sum[i] = Math.Min(sum[i], weights[(leaves[i] * width) + score]);
                }

                break;
            case TreeAggregate.Maximum:
                for (int i = 0; i < sum.Length; i++)
                {
                    sum[i] = Math.Max(sum[i], weights[(leaves[i] * width) + score]);
                }

                break;
            default:
                for (int i = 0; i < sum.Length; i++)
                {
                    sum[i] += weights[(leaves[i] * width) + score];
                }

                break;
        }
    }

    private void Finish(ReadOnlySpan<double> sum, Span<float> score, double baseValue)
    {
        for (int i = 0; i < sum.Length; i++)
        {
            float s = head.Aggregate switch
            {
                TreeAggregate.Sum => (float)sum[i],
                TreeAggregate.Average => ((float)sum[i] / trees.Length) + (float)baseValue,
                _ => (float)(sum[i] + baseValue),
            };
            score[i] = head.Link switch
            {
                ScoreLink.Exponential => (float)Math.Exp(s),
                ScoreLink.Logistic => (float)(1 / (1 + Math.Exp(-(double)s))),
                _ => s,
            };
        }
    }
}
