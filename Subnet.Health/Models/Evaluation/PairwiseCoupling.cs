namespace Subnet.Health.Models.Evaluation;

/// <summary>
/// From probabilities of "class i or class j" (lower triangle row by row, the diagonal being "class i") to one probability
/// for each class.
/// </summary>
internal static class PairwiseCoupling
{
    /// <summary>Combines the pairs of one row.</summary>
    /// <param name="pairs">n (n + 1) / 2 probabilities.</param>
    /// <returns>n probabilities whose sum is 1, or 0 where no class is possible.</returns>
    public static float[] Combine(ReadOnlySpan<float> pairs)
    {
        int n = (int)((Math.Sqrt((8.0 * pairs.Length) + 1) - 1) / 2);
        double[] p = new double[pairs.Length];
        for (int k = 0; k < p.Length; k++)
        {
            p[k] = pairs[k];
        }

        Reconcile(p, n);
        double[] q = new double[n];
        double total = 0;
        for (int i = 0; i < n; i++)
        {
            q[i] = Probability(p, n, i);
            total += q[i];
        }

        total = total <= 0 ? 1 : total;
        return [.. q.Select(value => (float)(value / total))];
    }

    private static int Pair(int i, int j) => (Math.Max(i, j) * (Math.Max(i, j) + 1) / 2) + Math.Min(i, j);

    // "i or j" is at least as likely as "i": raised where the separately trained models say otherwise.
    private static void Reconcile(double[] p, int n)
    {
        for (int i = 0; i < n; i++)
        {
            double own = p[Pair(i, i)];
            if (!(own > 0))
            {
                continue;
            }

            for (int j = 0; j < n; j++)
            {
                if (j != i && !(p[Pair(i, j)] >= own))
                {
                    p[Pair(i, j)] = own;
                }
            }
        }
    }

    private static double Probability(double[] p, int n, int i)
    {
        double own = p[Pair(i, i)];
        if (!(own > 0))
        {
            return 0;
        }

        double total = 0;
        for (int j = 0; j < n; j++)
        {
            total += j == i ? 0 : p[Pair(i, j)];
        }

        return own / Math.Max(own, total - ((n - 2) * own));
    }
}
