namespace Subnet.Tests.Health.Audits;

/// <summary>
/// The miner's classifier: logistic regression on standardised columns, and boosted stumps for what no line through one column finds, such as one value among several. Both votes are
/// added.
/// </summary>
internal static class TrafficGuess
{
    private const int Rounds = 40;
    private const int Steps = 300;

    /// <summary>Most columns are noise, and there are a few rows for each: without it the noise of the training rows is learned.</summary>
    private const double Penalty = 0.1;

    /// <summary>How often it is right on the rows after the first <paramref name="trained"/>, on which it learns.</summary>
    public static double Accuracy(List<double[]> rows, List<bool> isAudit, int trained)
    {
        double[] votes = new double[rows.Count];
        Add(votes, Logistic(rows, isAudit, trained));
        Add(votes, Boosted(rows, isAudit, trained));
        return Enumerable.Range(trained, rows.Count - trained).Count(i => (votes[i] > 0) == isAudit[i]) / (double)(rows.Count - trained);
    }

    /// <summary>Log-odds by gradient descent with a small penalty.</summary>
    private static double[] Logistic(List<double[]> rows, List<bool> isAudit, int trained)
    {
        int width = rows[0].Length;
        double[] mean = [.. Enumerable.Range(0, width).Select(j => rows.Take(trained).Average(row => row[j]))];
        double[] spread = [.. Enumerable.Range(0, width).Select(j => Math.Sqrt(rows.Take(trained).Average(row => (row[j] - mean[j]) * (row[j] - mean[j]))))];
        double[][] scaled = [.. rows.Select(row => row.Select((value, j) => spread[j] > 0 ? (value - mean[j]) / spread[j] : 0).ToArray())];
        double[] weights = new double[width + 1];
        for (int step = 0; step < Steps; step++)
        {
            double[] gradient = new double[width + 1];
            for (int i = 0; i < trained; i++)
            {
                double error = Probability(Score(scaled[i], weights)) - (isAudit[i] ? 1 : 0);
                for (int j = 0; j < width; j++)
                {
                    gradient[j] += error * scaled[i][j] / trained;
                }

                gradient[width] += error / trained;
            }

            for (int j = 0; j <= width; j++)
            {
                weights[j] -= 0.2 * (gradient[j] + (Penalty * weights[j]));
            }
        }

        return [.. scaled.Select(row => Score(row, weights))];
    }

    /// <summary>Log-odds by gradient boosting: each round takes the threshold of one column that explains most of what is left, and a tenth of its step.</summary>
    private static double[] Boosted(List<double[]> rows, List<bool> isAudit, int trained)
    {
        const double Shrinkage = 0.1;
        double[] odds = new double[rows.Count];
        double[][] thresholds = [.. Enumerable.Range(0, rows[0].Length).Select(j => Thresholds(rows, j, trained))];
        for (int round = 0; round < Rounds; round++)
        {
            double[] left = [.. Enumerable.Range(0, trained).Select(i => (isAudit[i] ? 1 : 0) - Probability(odds[i]))];
            double[] curvature = [.. Enumerable.Range(0, trained).Select(i => Probability(odds[i]) * (1 - Probability(odds[i])))];
            (double Gain, int Column, double Threshold, double Low, double High) best = (0, 0, 0, 0, 0);
            for (int j = 0; j < thresholds.Length; j++)
            {
                foreach (double threshold in thresholds[j])
                {
                    double sumLow = 0, sumHigh = 0, curveLow = 1, curveHigh = 1;
                    for (int i = 0; i < trained; i++)
                    {
                        bool isLow = rows[i][j] <= threshold;
                        sumLow += isLow ? left[i] : 0;
                        sumHigh += isLow ? 0 : left[i];
                        curveLow += isLow ? curvature[i] : 0;
                        curveHigh += isLow ? 0 : curvature[i];
                    }

                    double gain = (sumLow * sumLow / curveLow) + (sumHigh * sumHigh / curveHigh);
                    if (gain > best.Gain)
                    {
                        best = (gain, j, threshold, sumLow / curveLow, sumHigh / curveHigh);
                    }
                }
            }

            for (int i = 0; i < rows.Count; i++)
            {
                odds[i] += Shrinkage * (rows[i][best.Column] <= best.Threshold ? best.Low : best.High);
            }
        }

        return odds;
    }

    /// <summary>Up to sixteen places at which a column is cut.</summary>
    private static double[] Thresholds(List<double[]> rows, int column, int trained)
    {
        double[] values = [.. rows.Take(trained).Select(row => row[column]).Distinct().Order()];
        int count = Math.Min(16, values.Length - 1);
        return [.. Enumerable.Range(1, Math.Max(0, count)).Select(k => values[(k * values.Length / (count + 1)) - 1])];
    }

    private static void Add(double[] votes, double[] more)
    {
        for (int i = 0; i < votes.Length; i++)
        {
            votes[i] += more[i];
        }
    }

    private static double Probability(double odds) => 1 / (1 + Math.Exp(-odds));

    private static double Score(double[] row, double[] weights)
    {
        double score = weights[^1];
        for (int j = 0; j < row.Length; j++)
        {
            score += weights[j] * row[j];
        }

        return score;
    }
}
