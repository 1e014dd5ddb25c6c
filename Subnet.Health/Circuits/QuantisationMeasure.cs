using Subnet.Health.Models;

namespace Subnet.Health.Circuits;

/// <summary>Compares the integer model with the float model on reference rows, in the clear.</summary>
internal static class QuantisationMeasure
{
    /// <summary>The raw scores of an integer model for a feature vector; null where it refuses the row.</summary>
    public delegate double[]? IntegerModel(ReadOnlySpan<float> x);

    /// <summary>Measures an integer model.</summary>
    /// <param name="model">The float model.</param>
    /// <param name="rows">Reference rows.</param>
    /// <param name="integerModel">The integer model.</param>
    /// <param name="rounding">How far a raw score of it can be from the float model's.</param>
    public static QuantisationReport Measure(SplitModel model, ReferenceRows rows, IntegerModel integerModel, double rounding)
    {
        PublicRest rest = PublicRest.Of(model);
        int classes = 0;
        var floats = new List<double>();
        var integers = new List<double>();
        var outcomes = new List<bool>();
        double squares = 0;
        double largest = 0;
        int changed = 0;
        int refused = 0;
        int near = 0;
        var statistics = new List<double>();
        for (int row = 0; row < rows.Count; row++)
        {
            ReadOnlySpan<float> x = rows.Row(row);
            if (integerModel(x) is not { } rounded)
            {
                refused++;
                continue;
            }

            double[] exact = ExactScores.Of(model.Head, x);
            classes = rounded.Length;
            for (int k = 0; k < classes; k++)
            {
                double d = Math.Abs(exact[k] - rounded[k]);
                squares += d * d;
                largest = Math.Max(largest, d);
                statistics.Add(exact[k]);
            }

            FinishedScore label = ScoreFinish.Finish(rest, exact, x);
            FinishedScore roundedLabel = ScoreFinish.Finish(rest, rounded, x);
            bool isNear = ScoreFinish.IsTie(rest, exact, x, Reach(classes, rounding, exact));
            near += isNear ? 1 : 0;
            changed += !isNear && !label.HasLabelOf(roundedLabel) ? 1 : 0;
            if (rows.Outcomes?[row] is bool outcome && label.Scores.Length == 1)
            {
                // The raw score where it is the only one: links and calibrations keep its order, and round it. In single
                // precision, in which models report it: rows whose sums differ beyond that are ties there and here.
                floats.Add(classes == 1 ? (float)exact[0] : label.Scores[0]);
                integers.Add(classes == 1 ? (float)rounded[0] : roundedLabel.Scores[0]);
                outcomes.Add(outcome);
            }
        }

        double mean = statistics.Count == 0 ? 0 : statistics.Average();
        double deviation = statistics.Count == 0 ? 0 : Math.Sqrt(statistics.Average(value => (value - mean) * (value - mean)));
        double rms = statistics.Count == 0 ? 0 : Math.Sqrt(squares / statistics.Count);
        bool hasAuc = outcomes.Contains(true) && outcomes.Contains(false);
        return new QuantisationReport(
            rows.Count - refused,
            refused,
            deviation > 0 ? rms / deviation : rms,
            largest,
            changed,
            near,
            hasAuc ? Auc(floats, outcomes) : null,
            hasAuc ? Auc(integers, outcomes) : null);
    }

    // One score moves by the declared rounding; of several any two may move apart by twice as much. Reported scores are in single precision.
    private static double Reach(int classes, double rounding, double[] exact)
    {
        const double SingleUnit = 1.0 / (1 << 23);
        return (classes == 1 ? rounding : 2 * rounding) + (SingleUnit * exact.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max());
    }

    /// <summary>Area under the ROC curve, ties counted half.</summary>
    public static double Auc(IReadOnlyList<double> scores, IReadOnlyList<bool> outcomes)
    {
        int[] order = [.. Enumerable.Range(0, scores.Count).OrderBy(i => scores[i])];
        double rankSum = 0;
        for (int start = 0; start < order.Length;)
        {
            int end = start;
            while (end < order.Length && scores[order[end]].Equals(scores[order[start]]))
            {
                end++;
            }

            double rank = (start + 1 + end) / 2.0;
            rankSum += rank * order[start..end].Count(i => outcomes[i]);
            start = end;
        }

        double positives = outcomes.Count(outcome => outcome);
        double negatives = outcomes.Count - positives;
        return (rankSum - (positives * (positives + 1) / 2)) / (positives * negatives);
    }
}
