using System.Numerics;

namespace Subnet.Health.Circuits;

/// <summary>A linear form in real numbers over encoded features, before its weights are rounded.</summary>
/// <param name="Encoding">The public map.</param>
/// <param name="Classes">K.</param>
/// <param name="Weights">Row-major, K x n, the bias at feature 0. Private.</param>
internal sealed record RealForm(FeatureEncoding Encoding, int Classes, double[] Weights)
{
    private const double LargestWeight = 1L << 52;

    /// <summary>n.</summary>
    public int Features => Encoding.Length;

    /// <summary>The same with weights rounded at a scale of 2^s, or null when one passes 52 bits.</summary>
    public IntegerForm? AtScale(int scaleBits)
    {
        long[] rounded = new long[Weights.Length];
        for (int i = 0; i < rounded.Length; i++)
        {
            double scaled = Math.Round(Math.ScaleB(Weights[i], scaleBits));
            if (!(Math.Abs(scaled) <= LargestWeight))
            {
                return null;
            }

            rounded[i] = (long)scaled;
        }

        return new IntegerForm(Encoding, Classes, scaleBits, rounded);
    }

    /// <summary>
    /// How far an answer at a scale of 2^s can be from the real one, for any row that is admitted: half a unit for each
    /// rounded weight, and the rounding of the features.
    /// </summary>
    public double LargestRounding(int scaleBits)
    {
        double features = 0;
        for (int k = 0; k < Classes; k++)
        {
            features = Math.Max(features, Encoding.RoundingOf(Weights.AsSpan(k * Features, Features)));
        }

        return features + Math.ScaleB((double)(Encoding.LargestSum + 1) / 2, -scaleBits);
    }
}

/// <summary>A linear form in integers: what is evaluated under encryption, and its plain reference.</summary>
/// <param name="Encoding">The public map.</param>
/// <param name="Classes">K.</param>
/// <param name="ScaleBits">s: an answer over 2^s is the score.</param>
/// <param name="Weights">Row-major, K x n, the bias at feature 0. Private.</param>
internal sealed record IntegerForm(FeatureEncoding Encoding, int Classes, int ScaleBits, long[] Weights)
{
    /// <summary>n.</summary>
    public int Features => Encoding.Length;

    /// <summary>Sum of the absolute weights of all classes.</summary>
    public BigInteger Norm1 => Weights.Aggregate(BigInteger.Zero, (sum, weight) => sum + Math.Abs(weight));

    /// <summary>The largest absolute answer over every admitted row, exactly.</summary>
    public BigInteger Bound
    {
        get
        {
            BigInteger bound = 0;
            for (int k = 0; k < Classes; k++)
            {
                (BigInteger lowest, BigInteger highest) = Encoding.RangeOf(Weights.AsSpan(k * Features, Features));
                bound = BigInteger.Max(bound, BigInteger.Max(-lowest, highest));
            }

            return bound;
        }
    }

    /// <summary>The integer model's own answers: what decryption must give, always.</summary>
    public void Evaluate(ReadOnlySpan<long> phi, Span<long> answers)
    {
        for (int k = 0; k < Classes; k++)
        {
            long sum = 0;
            ReadOnlySpan<long> weights = Weights.AsSpan(k * Features, Features);
            for (int i = 0; i < weights.Length; i++)
            {
                sum += weights[i] * phi[i];
            }

            answers[k] = sum;
        }
    }
}
