namespace Subnet.Crypto.Comparison;

/// <summary>What a scoring circuit computes.</summary>
public enum ScoringKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The sum of (p - 255 y)².</summary>
    SquaredError,

    /// <summary>The signs of 128 x 128 pairs, and the number of positives: AUC with ties.</summary>
    Pairs,

    /// <summary>True positives, predicted positives and positives at a public threshold: the whole confusion matrix.</summary>
    Counts,

    /// <summary>How often the class with the largest score is the true one, and the number of labelled patients.</summary>
    Argmax,
}
