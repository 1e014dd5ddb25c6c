using Subnet.Health.Validator;

namespace Subnet.Health.Web.Miners;

/// <summary>A measured value with its 95 % interval.</summary>
/// <param name="Value">The estimate.</param>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
internal readonly record struct Estimate(double Value, double Low, double High)
{
    /// <summary>A value and its half-width, kept in 0 to 1.</summary>
    public static Estimate Around(double value, double halfWidth) =>
        new(value, Math.Max(0, value - halfWidth), Math.Min(1, value + halfWidth));
}

/// <summary>What one validator found out about one model of one miner in its newest audited epoch.</summary>
/// <param name="Validator">Address of the validator.</param>
/// <param name="Miner">Address of the miner's hotkey.</param>
/// <param name="Card">Hash of the model's card, hexadecimal.</param>
/// <param name="Epoch">The epoch.</param>
/// <param name="Rows">Labelled rows that its quality was measured on.</param>
/// <param name="Auc">Area under the ROC curve; null where all outcomes were equal or none were asked.</param>
/// <param name="Brier">Brier score; null where none were asked.</param>
/// <param name="Calibration">Predictions against outcomes.</param>
/// <param name="Latencies">Milliseconds of its answers.</param>
/// <param name="ProofStatus">valid, or the word of the verdict's refusal; null before a verdict.</param>
/// <param name="DuplicateOf">Address of the miner whose answers these are; null for none.</param>
/// <param name="Score">The smoothed score, 0 to 1.</param>
/// <param name="Reasons">How the score came about, a sentence each.</param>
internal sealed record MinerReport(
    string Validator,
    string Miner,
    string Card,
    ulong Epoch,
    int Rows,
    Estimate? Auc,
    Estimate? Brier,
    IReadOnlyList<CalibrationBin> Calibration,
    IReadOnlyList<double> Latencies,
    string? ProofStatus,
    string? DuplicateOf,
    double Score,
    IReadOnlyList<string> Reasons);

/// <summary>Where a page learns what validators found out. What is in it is about answers to challenges, never about a clinic's patients.</summary>
internal interface IMinerReports
{
    /// <summary>The newest reports on a subnet's miners; empty where this node has no validator's.</summary>
    Task<IReadOnlyList<MinerReport>> OfAsync(ushort netuid, CancellationToken stop);
}
