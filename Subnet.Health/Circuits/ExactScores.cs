using System.Collections.Immutable;
using Subnet.Health.Models.Heads;

namespace Subnet.Health.Circuits;

/// <summary>The raw scores of a head in double precision, before any link: the float model that the integers approximate.</summary>
internal static class ExactScores
{
    /// <summary>One score for each class of the circuit.</summary>
    /// <exception cref="CircuitException">The head has no circuit.</exception>
    public static double[] Of(ModelHead head, ReadOnlySpan<float> x)
    {
        switch (head)
        {
            case LinearHead linear:
                return [linear.Bias + Dot(linear.Weights.AsSpan(), x)];
            case MulticlassLinearHead multiclass:
                double[] scores = new double[multiclass.ScoreCount];
                for (int k = 0; k < scores.Length; k++)
                {
                    scores[k] = multiclass.Biases[k] + Dot(multiclass.WeightsOf(k), x);
                }

                return scores;
            case AdditiveHead additive:
                double sum = additive.Intercept;
                foreach (ShapeFunction shape in additive.Shapes)
                {
                    sum += shape.Effects[shape.Bin(x[shape.Feature])];
                }

                return [sum];
            case TreeEnsembleHead trees:
                return Trees(trees, x);
            case OneVersusAllHead ova:
                return Members(ova.Members, x);
            case PairwiseCouplingHead pairwise:
                return Members(pairwise.Members, x);
            case JoinedHead joined:
                var all = new List<double>(joined.ScoreCount);
                foreach (ModelHead member in joined.Members)
                {
                    all.AddRange(Of(member, x));
                }

                return [.. all];
            case LocalDeepHead deep:
                return [
                    .. Rows(deep.ThetaPrime.AsSpan(), deep.BiasThetaPrime.AsSpan(), x),
                    .. Rows(deep.W.AsSpan(), deep.BiasW.AsSpan(), x),
                    .. Rows(deep.Theta.AsSpan(), deep.BiasTheta.AsSpan(), x)];
            case QuadraticHead quadratic:
                return quadratic.Evaluate(x);
            case ConstantHead constant:
                return [(2.0 * constant.Probability) - 1];
            default:
                // Encoded features of these heads are exact or reals without a link; the lowered form itself is the model.
                return Lowered(head, x);
        }
    }

    private static double[] Members(ImmutableArray<MemberModel> members, ReadOnlySpan<float> x)
    {
        double[] scores = new double[members.Length];
        for (int k = 0; k < scores.Length; k++)
        {
            scores[k] = Of(members[k].Head, x)[0];
        }

        return scores;
    }

    private static double[] Rows(ReadOnlySpan<float> weights, ReadOnlySpan<float> biases, ReadOnlySpan<float> x)
    {
        double[] sums = new double[biases.Length];
        for (int k = 0; k < sums.Length; k++)
        {
            sums[k] = biases[k] + Dot(weights.Slice(k * x.Length, x.Length), x);
        }

        return sums;
    }

    private static double Dot(ReadOnlySpan<float> weights, ReadOnlySpan<float> x)
    {
        double sum = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            sum += (double)weights[i] * x[i];
        }

        return sum;
    }

    private static double[] Trees(TreeEnsembleHead head, ReadOnlySpan<float> x)
    {
        if (head.Aggregate is TreeAggregate.Minimum or TreeAggregate.Maximum)
        {
            double[] each = new double[head.Trees.Length];
            for (int t = 0; t < each.Length; t++)
            {
                each[t] = head.BaseValues[0] + head.Trees[t].LeafWeights[head.Trees[t].Walk(x)];
            }

            return each;
        }

        double[] scores = [.. head.BaseValues];
        double divisor = head.Aggregate == TreeAggregate.Average ? head.Trees.Length : 1;
        foreach (DecisionTree tree in head.Trees)
        {
            int leaf = tree.Walk(x);
            for (int k = 0; k < scores.Length; k++)
            {
                scores[k] += tree.LeafWeights[(leaf * tree.ScoreCount) + k] / divisor;
            }
        }

        return scores;
    }

    private static double[] Lowered(ModelHead head, ReadOnlySpan<float> x)
    {
        switch (head)
        {
            case NaiveBayesHead bayes:
                RealForm form = HeadLowering.Lower(bayes, new RealEncoding([]));
                long[] phi = new long[form.Features];
                form.Encoding.TryEncode(x, phi);
                double[] logs = new double[form.Classes];
                for (int k = 0; k < logs.Length; k++)
                {
                    for (int i = 0; i < phi.Length; i++)
                    {
                        logs[k] += form.Weights[(k * phi.Length) + i] * phi[i];
                    }
                }

                return logs;
            case CentroidHead centroids:
                double[] parts = new double[centroids.Count];
                for (int k = 0; k < parts.Length; k++)
                {
                    ReadOnlySpan<float> centre = centroids.Centres.AsSpan().Slice(k * x.Length, x.Length);
                    parts[k] = Dot(centre, centre) - (2 * Dot(centre, x));
                }

                return parts;
            default:
                throw new CircuitException($"{head.GetType().Name} has no circuit; use a linear model, an additive model or trees.");
        }
    }
}
