namespace Subnet.Health.Models.Heads;

/// <summary>
/// The part of a model that is worth hiding: from the feature vector to the raw scores. Immutable; every array in it was
/// checked by the reader that made it (lengths, finiteness, ranges of indices).
/// </summary>
/// <param name="FeatureCount">Length of the feature vector.</param>
/// <param name="ScoreCount">Number of scores: 1, or the number of classes or targets.</param>
internal abstract record ModelHead(int FeatureCount, int ScoreCount);

/// <summary>What is done to raw scores before they are reported. Public: the clinic does it after decryption.</summary>
internal enum ScoreLink
{
    /// <summary>Nothing.</summary>
    Identity,

    /// <summary>e to the score: Poisson and Tweedie regression.</summary>
    Exponential,

    /// <summary>1 / (1 + e^-s), each score by itself.</summary>
    Logistic,

    /// <summary>e^s over the sum of all of them, the largest taken out first.</summary>
    Softmax,
}
