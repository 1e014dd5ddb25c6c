using System.Collections.Immutable;

namespace Subnet.Health.Models.Heads;

/// <summary>score = link(bias + weights . x).</summary>
/// <param name="Weights">One finite weight for each feature.</param>
/// <param name="Bias">Finite constant term.</param>
/// <param name="Link">Public last step.</param>
/// <param name="StoredSparse">
/// Whether zero weights are absent: a missing feature value under one does not make the score of a dense row NaN.
/// </param>
internal sealed record LinearHead(
    ImmutableArray<float> Weights, float Bias, ScoreLink Link = ScoreLink.Identity, bool StoredSparse = false)
    : ModelHead(Weights.Length, 1);

/// <summary>score_k = bias_k + weights_k . x for each class or target, then the link over all of them.</summary>
/// <param name="Weights">Row-major, classes x features.</param>
/// <param name="Biases">One for each class.</param>
/// <param name="Link">Public last step.</param>
/// <param name="StoredSparse">As in <see cref="LinearHead"/>.</param>
internal sealed record MulticlassLinearHead(
    ImmutableArray<float> Weights, ImmutableArray<float> Biases, ScoreLink Link, bool StoredSparse = false)
    : ModelHead(Weights.Length / Biases.Length, Biases.Length)
{
    /// <summary>The weights of one class.</summary>
    public ReadOnlySpan<float> WeightsOf(int score) => Weights.AsSpan().Slice(score * FeatureCount, FeatureCount);
}
