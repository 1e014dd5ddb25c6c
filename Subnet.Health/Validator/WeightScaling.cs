namespace Subnet.Health.Validator;

/// <summary>From scores to the integer weights that a validator commits: in proportion, the largest 65535.</summary>
internal static class WeightScaling
{
    /// <summary>Weights of scores, rounded to nearest, ties to even; all zero where no score is above zero.</summary>
    /// <exception cref="ArgumentException">A score that is negative or not finite.</exception>
    public static ushort[] Scale(ReadOnlySpan<double> scores)
    {
        double largest = 0;
        foreach (double score in scores)
        {
            if (!double.IsFinite(score) || score < 0)
            {
                throw new ArgumentException("a score is finite and not negative", nameof(scores));
            }

            largest = Math.Max(largest, score);
        }

        ushort[] weights = new ushort[scores.Length];
        for (int i = 0; i < weights.Length && largest > 0; i++)
        {
            weights[i] = (ushort)Math.Round(scores[i] / largest * ushort.MaxValue, MidpointRounding.ToEven);
        }

        return weights;
    }
}
