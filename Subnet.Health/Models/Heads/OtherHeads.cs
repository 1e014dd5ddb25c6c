using System.Collections.Immutable;

namespace Subnet.Health.Models.Heads;

/// <summary>
/// Naive Bayes in log space: score_k = base_k + sum of weights_kf over the features f that are present, and present means
/// not (x &lt;= 0), so that a missing value counts as present. A class never seen has base minus infinity.
/// </summary>
/// <param name="Weights">Row-major, classes x features; log odds.</param>
/// <param name="Bases">One for each class; may be negative infinity.</param>
internal sealed record NaiveBayesHead(ImmutableArray<double> Weights, ImmutableArray<double> Bases)
    : ModelHead(Weights.Length / Bases.Length, Bases.Length);

/// <summary>score_i = max(0, |c_i|^2 - 2 c_i . x + |x|^2): squared distance to each centre.</summary>
/// <param name="Centres">Row-major, centres x features.</param>
/// <param name="Count">Number of centres.</param>
internal sealed record CentroidHead(ImmutableArray<float> Centres, int Count) : ModelHead(Centres.Length / Count, Count);

/// <summary>The same score and probability for every row.</summary>
/// <param name="FeatureCount">Length of the feature vector; 0 when there is none.</param>
/// <param name="Probability">In 0..1; the score is 2p - 1.</param>
internal sealed record ConstantHead(int FeatureCount, float Probability) : ModelHead(FeatureCount, 1);

/// <summary>
/// Local deep kernel machine: a complete tree of soft experts; every node on the way from the root adds
/// tanh(sigma (T'_k . x + bT'_k)) (W_k . x + bW_k), and T_k . x + bT_k chooses the way (plaintext only).
/// </summary>
/// <param name="FeatureCount">Length of the feature vector.</param>
/// <param name="Leaves">A power of two above 1.</param>
/// <param name="Sigma">Sharpness of the experts.</param>
/// <param name="W">Row-major, (2 leaves - 1) x features.</param>
/// <param name="ThetaPrime">Row-major, (2 leaves - 1) x features.</param>
/// <param name="Theta">Row-major, (leaves - 1) x features.</param>
/// <param name="BiasW">2 leaves - 1.</param>
/// <param name="BiasTheta">leaves - 1.</param>
/// <param name="BiasThetaPrime">2 leaves - 1.</param>
internal sealed record LocalDeepHead(
    int FeatureCount,
    int Leaves,
    float Sigma,
    ImmutableArray<float> W,
    ImmutableArray<float> ThetaPrime,
    ImmutableArray<float> Theta,
    ImmutableArray<float> BiasW,
    ImmutableArray<float> BiasTheta,
    ImmutableArray<float> BiasThetaPrime)
    : ModelHead(FeatureCount, 1);
