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

/// <summary>
/// Squared distance to each centre as max(0, (-2 c . x + |c|^2) + |x|^2), each term rounded to single precision first: where
/// a row is far from 0 and near a centre the trainer's own answer is coarse, and so is this one.
/// </summary>
internal sealed class CentroidStage : Stage
{
    private readonly CentroidHead head;
    private readonly Lane[] features;
    private readonly Lane dots;
    private readonly Lane norms;
    private readonly Lane[] scores;
    private readonly float[] squares;

    /// <summary>Squared distances.</summary>
    /// <param name="head">The centres.</param>
    /// <param name="features">The feature vector.</param>
    /// <param name="sums">Two double lanes for sums.</param>
    /// <param name="scores">One lane for each centre.</param>
    public CentroidStage(CentroidHead head, Lane[] features, Lane[] sums, Lane[] scores)
        : base(features, scores)
    {
        this.head = head;
        this.features = features;
        this.scores = scores;
        (dots, norms) = (sums[0], sums[1]);
        squares = [.. Enumerable.Range(0, head.Count).Select(k => (float)CentreOf(k).ToArray().Sum(c => (double)c * c))];
    }

    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        Span<double> norm = block.Doubles(norms);
        norm.Clear();
        foreach (Lane feature in features)
        {
            ReadOnlySpan<float> x = block.Singles(feature);
            for (int i = 0; i < x.Length; i++)
            {
                norm[i] += (double)x[i] * x[i];
            }
        }

        for (int k = 0; k < scores.Length; k++)
        {
            Span<double> sums = block.Doubles(dots);
            sums.Clear();
            ReadOnlySpan<float> centre = CentreOf(k);
            for (int f = 0; f < features.Length; f++)
            {
                LaneMath.MultiplyAdd(block.Singles(features[f]), centre[f], sums);
            }

            Span<float> y = block.Singles(scores[k]);
            for (int i = 0; i < y.Length; i++)
            {
                y[i] = Math.Max(0, (-2 * (float)sums[i]) + squares[k] + (float)norm[i]);
            }
        }
    }

    private ReadOnlySpan<float> CentreOf(int k) => head.Centres.AsSpan().Slice(k * head.FeatureCount, head.FeatureCount);
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

/// <summary>Pairwise coupling of every row; see <see cref="PairwiseCoupling"/>.</summary>
internal sealed class CouplingStage(Lane[] pairs, Lane[] scores) : Stage(pairs, scores)
{
    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        float[] p = new float[pairs.Length];
        for (int row = 0; row < block.Rows; row++)
        {
            for (int k = 0; k < p.Length; k++)
            {
                p[k] = block.Singles(pairs[k])[row];
            }

            float[] q = PairwiseCoupling.Combine(p);
            for (int i = 0; i < q.Length; i++)
            {
                block.Singles(scores[i])[row] = q[i];
            }
        }
    }
}
