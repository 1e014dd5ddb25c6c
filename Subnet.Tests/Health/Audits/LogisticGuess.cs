namespace Subnet.Tests.Health.Audits;

/// <summary>Logistic regression by gradient descent on standardised features.</summary>
internal static class LogisticGuess
{
    /// <summary>How often it is right on the rows after the first <paramref name="trained"/>, on which it learns.</summary>
    public static double Accuracy(List<double[]> rows, List<bool> isAudit, int trained)
    {
        int tested = rows.Count - trained;
        int width = rows[0].Length;
        double[] mean = [.. Enumerable.Range(0, width).Select(j => rows.Take(trained).Average(row => row[j]))];
        double[] spread = [.. Enumerable.Range(0, width).Select(j => Math.Sqrt(rows.Take(trained).Average(row => (row[j] - mean[j]) * (row[j] - mean[j]))))];
        double[][] scaled = [.. rows.Select(row => row.Select((value, j) => spread[j] > 0 ? (value - mean[j]) / spread[j] : 0).ToArray())];
        double[] weights = new double[width + 1];
        for (int step = 0; step < 300; step++)
        {
            double[] gradient = new double[width + 1];
            for (int i = 0; i < trained; i++)
            {
                double error = (1 / (1 + Math.Exp(-Score(scaled[i], weights)))) - (isAudit[i] ? 1 : 0);
                for (int j = 0; j < width; j++)
                {
                    gradient[j] += error * scaled[i][j] / trained;
                }

                gradient[width] += error / trained;
            }

            for (int j = 0; j <= width; j++)
            {
                weights[j] -= 0.5 * (gradient[j] + (0.01 * weights[j]));
            }
        }

        return Enumerable.Range(trained, tested).Count(i => (Score(scaled[i], weights) > 0) == isAudit[i]) / (double)tested;
    }

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
