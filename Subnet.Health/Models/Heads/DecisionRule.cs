namespace Subnet.Health.Models.Heads;

/// <summary>From scores to the predicted label. Public: the clinic applies it after decryption.</summary>
internal abstract record DecisionRule
{
    /// <summary>No label: a regression.</summary>
    public sealed record None : DecisionRule;

    /// <summary>Yes when score or probability is strictly above a threshold; NaN gives no.</summary>
    /// <param name="OnProbability">Whether the probability is compared, not the raw score.</param>
    /// <param name="Threshold">Any number.</param>
    public sealed record Above(bool OnProbability, float Threshold) : DecisionRule;

    /// <summary>The first of the largest scores; NaN is passed over, and all NaN gives no label.</summary>
    public sealed record Largest : DecisionRule;

    /// <summary>The first of the smallest scores (distances).</summary>
    public sealed record Smallest : DecisionRule;
}
