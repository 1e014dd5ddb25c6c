using System.Collections.Immutable;

namespace Subnet.Health.Models.Heads;

/// <summary>A product of two features.</summary>
/// <param name="First">Index of one.</param>
/// <param name="Second">Index of the other, at least <paramref name="First"/>.</param>
internal readonly record struct FeaturePair(int First, int Second);

/// <summary>
/// score_k = bias_k + linear_k . x + sum over pairs of products_k x_i x_j: a hidden layer with squares, or pairwise terms, put together
/// to the one form that both are.
/// </summary>
/// <param name="Pairs">The products that any score has, each once.</param>
/// <param name="Products">Row-major, scores x pairs.</param>
/// <param name="Linear">Row-major, scores x features.</param>
/// <param name="Biases">One for each score.</param>
internal sealed record QuadraticHead(
    ImmutableArray<FeaturePair> Pairs, ImmutableArray<double> Products, ImmutableArray<double> Linear, ImmutableArray<double> Biases)
    : ModelHead(Linear.Length / Biases.Length, Biases.Length)
{
    /// <summary>The scores of one row.</summary>
    public double[] Evaluate(ReadOnlySpan<float> x)
    {
        double[] scores = [.. Biases];
        for (int k = 0; k < scores.Length; k++)
        {
            for (int i = 0; i < FeatureCount; i++)
            {
                scores[k] += Linear[(k * FeatureCount) + i] * x[i];
            }

            for (int p = 0; p < Pairs.Length; p++)
            {
                scores[k] += Products[(k * Pairs.Length) + p] * x[Pairs[p].First] * x[Pairs[p].Second];
            }
        }

        return scores;
    }
}
