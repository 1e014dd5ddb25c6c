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

    /// <summary>
    /// Several forms as one with the classes of all, in order. Forms over one encoding share its features; each other encoding
    /// stands beside, and classes have no weight on what is not theirs.
    /// </summary>
    public static RealForm Join(IReadOnlyList<RealForm> forms)
    {
        FeatureEncoding[] encodings = [.. forms.Select(form => form.Encoding).Distinct()];
        FeatureEncoding encoding = encodings.Length == 1 ? encodings[0] : new JoinedEncoding([.. encodings]);
        int[] starts = new int[encodings.Length];
        for (int i = 1; i < encodings.Length; i++)
        {
            starts[i] = starts[i - 1] + encodings[i - 1].Length - 1;
        }

        int n = encoding.Length;
        double[] weights = new double[checked(forms.Sum(form => form.Classes) * n)];
        int row = 0;
        foreach (RealForm form in forms)
        {
            int start = starts[Array.IndexOf(encodings, form.Encoding)];
            for (int k = 0; k < form.Classes; k++, row++)
            {
                ReadOnlySpan<double> own = form.Weights.AsSpan(k * form.Features, form.Features);
                own[1..].CopyTo(weights.AsSpan((row * n) + start + 1));
                weights[row * n] = own[0];
            }
        }

        return new RealForm(encoding, row, weights);
    }

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
        answers.Clear();
        for (int i = 0; i < phi.Length; i++)
        {
            // Bins and leaves are mostly zero.
            if (phi[i] == 0)
            {
                continue;
            }

            for (int k = 0; k < answers.Length; k++)
            {
                answers[k] += Weights[(k * phi.Length) + i] * phi[i];
            }
        }
    }
}
