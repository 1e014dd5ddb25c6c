namespace Subnet.Health.Validator;

/// <summary>
/// Quality of probabilities against outcomes: ranking (AUC with ties), Brier score, log loss and calibration error, each with its 95 % confidence half-width where it has a
/// simple one.
/// </summary>
/// <param name="Count">Rows.</param>
/// <param name="Auc">Area under the ROC curve, ties one half; NaN where all outcomes are equal.</param>
/// <param name="AucHalfWidth">Hanley and McNeil (Radiology 143, 1982).</param>
/// <param name="Brier">Mean squared error, 0 to 1, lower is better.</param>
/// <param name="BrierHalfWidth">1.96 standard errors of the mean.</param>
/// <param name="LogLoss">Mean of -ln of the probability given to what happened; probabilities are clamped to 2^-20.</param>
/// <param name="CalibrationError">Expected calibration error over ten bins of equal width.</param>
internal sealed record PredictionQuality(
    int Count, double Auc, double AucHalfWidth, double Brier, double BrierHalfWidth, double LogLoss, double CalibrationError)
{
    private const double Clamp = 1.0 / (1 << 20);
    private const double Z95 = 1.959963984540054;
    private const int Bins = 10;

    /// <summary>Measures probabilities in [0, 1] against outcomes.</summary>
    /// <exception cref="ArgumentException">No rows, unequal lengths, or a probability outside [0, 1].</exception>
    public static PredictionQuality Measure(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> outcomes)
    {
        if (probabilities.IsEmpty || probabilities.Length != outcomes.Length)
        {
            throw new ArgumentException($"there are {probabilities.Length} probabilities and {outcomes.Length} outcomes");
        }

        double sum = 0;
        double squares = 0;
        double logLoss = 0;
        Span<double> binSums = stackalloc double[Bins];
        Span<int> binOutcomes = stackalloc int[Bins];
        for (int i = 0; i < probabilities.Length; i++)
        {
            double p = probabilities[i];
            if (!(p >= 0 && p <= 1))
            {
                throw new ArgumentException("a probability is outside [0, 1]", nameof(probabilities));
            }

            double error = outcomes[i] ? 1 - p : p;
            sum += error * error;
            squares += error * error * error * error;
            logLoss -= Math.Log(Math.Max(1 - error, Clamp));
            int bin = Math.Min(Bins - 1, (int)(p * Bins));
            binSums[bin] += p;
            binOutcomes[bin] += outcomes[i] ? 1 : 0;
        }

        int n = probabilities.Length;
        double calibration = 0;
        for (int bin = 0; bin < Bins; bin++)
        {
            calibration += Math.Abs(binSums[bin] - binOutcomes[bin]) / n;
        }

        double brier = sum / n;
        double deviation = n > 1 ? Math.Sqrt(Math.Max(0, (squares / n) - (brier * brier)) / (n - 1)) : double.NaN;
        (double auc, double halfWidth) = Rank(probabilities, outcomes);
        return new PredictionQuality(n, auc, halfWidth, brier, Z95 * deviation, logLoss / n, calibration);
    }

    /// <summary>
    /// A proper score in [0, 1]: 1 less the Brier score relative to that of always saying the base rate, clamped. 0 says nothing beyond the base rate, 1 is never wrong.
    /// </summary>
    public double Skill(double baseRate)
    {
        double reference = baseRate * (1 - baseRate);
        return reference <= 0 ? 0 : Math.Clamp(1 - (Brier / reference), 0, 1);
    }

    private static (double Auc, double HalfWidth) Rank(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> outcomes)
    {
        double[] keys = probabilities.ToArray();
        bool[] sorted = outcomes.ToArray();
        Array.Sort(keys, sorted);
        double rankSum = 0;
        double positives = 0;
        for (int start = 0; start < keys.Length;)
        {
            int end = start + 1;
            while (end < keys.Length && keys[end].Equals(keys[start]))
            {
                end++;
            }

            // Ranks start + 1 .. end share their mean.
            for (int i = start; i < end; i++)
            {
                if (sorted[i])
                {
                    rankSum += (start + 1 + end) / 2.0;
                    positives++;
                }
            }

            start = end;
        }

        double negatives = keys.Length - positives;
        if (positives == 0 || negatives == 0)
        {
            return (double.NaN, double.NaN);
        }

        double auc = (rankSum - (positives * (positives + 1) / 2)) / (positives * negatives);
        double q1 = auc / (2 - auc);
        double q2 = 2 * auc * auc / (1 + auc);
        double variance = ((auc * (1 - auc)) + ((positives - 1) * (q1 - (auc * auc))) + ((negatives - 1) * (q2 - (auc * auc)))) / (positives * negatives);
        return (auc, Z95 * Math.Sqrt(Math.Max(0, variance)));
    }
}
