using System.Collections.Immutable;

namespace Subnet.Health.Circuits;

/// <summary>What a clinic learns of one row.</summary>
/// <param name="Scores">The reported scores.</param>
/// <param name="Probability">The calibrated probability, where the model has one.</param>
/// <param name="Label">1-based class; for a binary model 1 for no and 2 for yes; 0 for none.</param>
/// <param name="LabelText">The name of the class; empty for none.</param>
/// <param name="Margin">How far rounding to integers can have moved a raw score.</param>
/// <param name="IsWithinRounding">Whether a score moved by the margin would have another label: the decision is a tie.</param>
/// <param name="Answers">The decrypted integers, one for each raw score.</param>
internal sealed record ScoredRow(
    ImmutableArray<float> Scores, float? Probability, int Label, string LabelText, double Margin, bool IsWithinRounding, ImmutableArray<long> Answers);
