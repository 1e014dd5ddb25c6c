namespace Subnet.Health.Validator;

/// <summary>One bin of predictions.</summary>
/// <param name="Predicted">Mean prediction, 0 to 1.</param>
/// <param name="Observed">Part with the outcome, 0 to 1.</param>
/// <param name="Low">Lower end of the interval around what was observed.</param>
/// <param name="High">Its upper end.</param>
/// <param name="Count">Predictions in the bin.</param>
internal sealed record CalibrationBin(double Predicted, double Observed, double Low, double High, int Count);

/// <summary>Predictions against outcomes in ten bins of equal width, each with Wilson's 95 % interval (JASA 22, 1927).</summary>
internal static class Calibration
{
    private const int Bins = 10;
    private const double Z95 = 1.959963984540054;

    /// <summary>The bins that hold something, from low to high.</summary>
    /// <param name="rows">Probabilities in [0, 1], each with its outcome.</param>
    public static IReadOnlyList<CalibrationBin> Of(IEnumerable<(double Probability, bool Outcome)> rows) =>
    [
        .. rows.GroupBy(static r => Math.Min(Bins - 1, (int)(r.Probability * Bins))).OrderBy(static g => g.Key).Select(static g =>
        {
            double n = g.Count(), observed = g.Count(static r => r.Outcome) / n, z2 = Z95 * Z95 / n;
            double centre = (observed + (z2 / 2)) / (1 + z2), half = Z95 * Math.Sqrt((observed * (1 - observed) / n) + (z2 / (4 * n))) / (1 + z2);
            return new CalibrationBin(g.Average(static r => r.Probability), observed, Math.Max(0, centre - half), Math.Min(1, centre + half), (int)n);
        }),
    ];
}
