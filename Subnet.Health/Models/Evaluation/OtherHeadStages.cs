using Subnet.Health.Models.Heads;

namespace Subnet.Health.Models.Evaluation;

/// <summary>Naive Bayes in log space over the features that are present, where not (x &lt;= 0) is present.</summary>
internal sealed class NaiveBayesStage(NaiveBayesHead head, Lane[] features, Lane sum, Lane[] scores) : Stage(features, scores)
{
    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        for (int k = 0; k < scores.Length; k++)
        {
            Span<double> sums = block.Doubles(sum);
            sums.Fill(head.Bases[k]);
            for (int f = 0; f < features.Length; f++)
            {
                double weight = head.Weights[(k * features.Length) + f];
                ReadOnlySpan<float> x = block.Singles(features[f]);
                for (int i = 0; i < x.Length; i++)
                {
                    sums[i] += x[i] <= 0 ? 0 : weight;
                }
            }

            Span<float> y = block.Singles(scores[k]);
            for (int i = 0; i < y.Length; i++)
            {
                y[i] = (float)sums[i];
            }
        }
    }
}

/// <summary>Squared distance to each centre.</summary>
internal sealed class CentroidStage(CentroidHead head, Lane[] features, Lane sum, Lane[] scores) : Stage(features, scores)
{
    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        for (int k = 0; k < scores.Length; k++)
        {
            Span<double> sums = block.Doubles(sum);
            sums.Clear();
            for (int f = 0; f < features.Length; f++)
            {
                double centre = head.Centres[(k * features.Length) + f];
                ReadOnlySpan<float> x = block.Singles(features[f]);
                for (int i = 0; i < x.Length; i++)
                {
                    double d = x[i] - centre;
                    sums[i] += d * d;
                }
            }

            Span<float> y = block.Singles(scores[k]);
            for (int i = 0; i < y.Length; i++)
            {
                y[i] = (float)sums[i];
            }
        }
    }
}

/// <summary>The same value for every row.</summary>
internal sealed class ConstantStage(float value, Lane to) : Stage([], [to])
{
    /// <inheritdoc/>
    public override PlanStep Describe() => new PlanStep("constant").Lanes("to", [to]).Singles("value", [value]);

    /// <inheritdoc/>
    public override void Run(LaneBlock block) => block.Singles(to).Fill(value);
}

/// <summary>Local deep kernel machine: soft experts along one way through a complete tree.</summary>
internal sealed class LocalDeepStage(LocalDeepHead head, Lane[] features, Lane score) : Stage(features, [score])
{
    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        for (int i = 0; i < block.Rows; i++)
        {
            double total = 0;
            int node = 0;
            while (true)
            {
                float gate = Dot(block, i, head.ThetaPrime.AsSpan(), node) + head.BiasThetaPrime[node];
                float expert = Dot(block, i, head.W.AsSpan(), node) + head.BiasW[node];
                total += (float)Math.Tanh(head.Sigma * gate) * expert;
                if (node >= head.Leaves - 1)
                {
                    break;
                }

                float way = Dot(block, i, head.Theta.AsSpan(), node) + head.BiasTheta[node];
                node = (2 * node) + (way > 0 ? 1 : 2);
            }

            block.Singles(score)[i] = (float)total;
        }
    }

    private float Dot(LaneBlock block, int row, ReadOnlySpan<float> rows, int node)
    {
        double sum = 0;
        ReadOnlySpan<float> weights = rows.Slice(node * features.Length, features.Length);
        for (int f = 0; f < features.Length; f++)
        {
            sum += (double)weights[f] * block.Singles(features[f])[row];
        }

        return (float)sum;
    }
}

/// <summary>
/// Pairwise coupling: from probabilities of "class i or class j" (lower triangle) to one probability for each class.
/// </summary>
internal sealed class CouplingStage(Lane[] pairs, Lane[] scores) : Stage(pairs, scores)
{
    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        int n = scores.Length;
        double[] p = new double[pairs.Length];
        double[] q = new double[n];
        for (int row = 0; row < block.Rows; row++)
        {
            for (int k = 0; k < p.Length; k++)
            {
                p[k] = block.Singles(pairs[k])[row];
            }

            Reconcile(p, n);
            double total = 0;
            for (int i = 0; i < n; i++)
            {
                q[i] = Probability(p, n, i);
                total += q[i];
            }

            total = total <= 0 ? 1 : total;
            for (int i = 0; i < n; i++)
            {
                block.Singles(scores[i])[row] = (float)(q[i] / total);
            }
        }
    }

    private static int Pair(int i, int j) => (Math.Max(i, j) * (Math.Max(i, j) + 1) / 2) + Math.Min(i, j);

    // "i or j" is at least as likely as "i": raised where the separately trained models say otherwise.
    private static void Reconcile(double[] p, int n)
    {
        for (int i = 0; i < n; i++)
        {
            double own = p[Pair(i, i)];
            if (!(own > 0))
            {
                continue;
            }

            for (int j = 0; j < n; j++)
            {
                if (j != i && !(p[Pair(i, j)] >= own))
                {
                    p[Pair(i, j)] = own;
                }
            }
        }
    }

    private static double Probability(double[] p, int n, int i)
    {
        double own = p[Pair(i, i)];
        if (!(own > 0))
        {
            return 0;
        }

        double total = 0;
        for (int j = 0; j < n; j++)
        {
            total += j == i ? 0 : p[Pair(i, j)];
        }

        return own / Math.Max(own, total - ((n - 2) * own));
    }
}
