using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Crypto.Comparison;

/// <summary>
/// Exact samples of the discrete Laplace distribution with integers only (Canonne, Kamath and Steinke, The Discrete Gaussian for Differential Privacy, 2020, algorithm 2):
/// the same on every machine, and without the leaks of rounded logarithms.
/// </summary>
public static class DiscreteLaplace
{
    /// <summary>An integer x with probability in proportion to exp(-|x| denominator / numerator).</summary>
    /// <param name="source">Uniform bytes.</param>
    /// <param name="numerator">Of the scale, 1 to 2^48.</param>
    /// <param name="denominator">Of the scale, 1 to 2^48.</param>
    /// <remarks>The time depends on the result; whoever draws knows the result anyway.</remarks>
    public static long Sample(IRandomSource source, ulong numerator, ulong denominator)
    {
        ArgumentNullException.ThrowIfNull(source);
        const ulong Largest = 1UL << 48;
        if (numerator is < 1 or > Largest || denominator is < 1 or > Largest)
        {
            throw new ArgumentOutOfRangeException(nameof(numerator), $"a scale is a ratio of integers from 1 to 2^48, not {numerator} / {denominator}");
        }

        while (true)
        {
            ulong remainder = ScoreRandomness.NextElement(source, numerator);
            if (!HappensWithExponential(source, remainder, numerator))
            {
                continue;
            }

            ulong whole = 0;
            while (HappensWithExponential(source, 1, 1))
            {
                whole++;
            }

            long magnitude = (long)((remainder + (numerator * whole)) / denominator);
            bool isNegative = ScoreRandomness.NextElement(source, 2) == 1;
            if (magnitude != 0 || !isNegative)
            {
                return isNegative ? -magnitude : magnitude;
            }
        }
    }

    /// <summary>True with probability exp(-numerator / denominator), the ratio at most 1: von Neumann's method.</summary>
    private static bool HappensWithExponential(IRandomSource source, ulong numerator, ulong denominator)
    {
        ulong k = 1;
        while (ScoreRandomness.NextElement(source, denominator * k) < numerator)
        {
            k++;
        }

        return k % 2 == 1;
    }
}
