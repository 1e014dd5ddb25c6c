using System.Collections.Immutable;
using System.Numerics;

namespace Subnet.Health.Circuits;

/// <summary>How one real feature becomes an integer: round((x - middle) / step), at most <paramref name="Largest"/> in size.</summary>
/// <param name="Name">For messages and the card.</param>
/// <param name="Lowest">Smallest value admitted.</param>
/// <param name="Highest">Largest value admitted.</param>
/// <param name="Middle">The value that becomes 0.</param>
/// <param name="Step">Distance of neighbouring integers, above 0.</param>
/// <param name="Largest">Largest absolute integer.</param>
/// <param name="IsBinary">Whether only 0 and 1 are admitted, and stand for themselves.</param>
internal sealed record RealFeature(
    string Name, double Lowest, double Highest, double Middle, double Step, long Largest, bool IsBinary)
{
    /// <summary>An indicator.</summary>
    public static RealFeature Binary(string name) => new(name, 0, 1, 0, 1, 1, true);

    /// <summary>A real within a range, to so many bits.</summary>
    public static RealFeature Range(string name, double lowest, double highest, int bits)
    {
        long largest = (1L << (bits - 1)) - 1;
        return new(name, lowest, highest, (lowest + highest) / 2, (highest - lowest) / (2 * largest), largest, false);
    }
}

/// <summary>Quantised reals and indicators.</summary>
internal sealed class RealEncoding(ImmutableArray<RealFeature> features) : FeatureEncoding
{
    /// <summary>The features in order.</summary>
    public ImmutableArray<RealFeature> Features => features;

    /// <inheritdoc/>
    public override int Length => features.Length + 1;

    /// <inheritdoc/>
    public override BigInteger LargestSum => features.Aggregate(BigInteger.Zero, (sum, feature) => sum + feature.Largest);

    /// <inheritdoc/>
    public override string? TryEncode(ReadOnlySpan<float> x, Span<long> phi)
    {
        phi[0] = 1;
        for (int i = 0; i < features.Length; i++)
        {
            RealFeature feature = features[i];
            float value = x[i];
            if (float.IsNaN(value))
            {
                return $"{feature.Name} is missing, and the model needs it";
            }

            if (feature.IsBinary ? value is not (0 or 1) : !(value >= feature.Lowest && value <= feature.Highest))
            {
                return $"{feature.Name} lies outside the range of the model's card";
            }

            phi[i + 1] = Math.Clamp((long)Math.Round((value - feature.Middle) / feature.Step), -feature.Largest, feature.Largest);
        }

        return null;
    }

    /// <inheritdoc/>
    public override bool Admits(ReadOnlySpan<long> phi)
    {
        bool isAdmitted = phi.Length == Length && phi[0] == 1;
        for (int i = 0; isAdmitted && i < features.Length; i++)
        {
            long lowest = features[i].IsBinary ? 0 : -features[i].Largest;
            isAdmitted = phi[i + 1] >= lowest && phi[i + 1] <= features[i].Largest;
        }

        return isAdmitted;
    }

    /// <inheritdoc/>
    public override (BigInteger Lowest, BigInteger Highest) RangeOf(ReadOnlySpan<long> weights)
    {
        BigInteger lowest = weights[0];
        BigInteger highest = weights[0];
        for (int i = 0; i < features.Length; i++)
        {
            BigInteger reach = (BigInteger)weights[i + 1] * features[i].Largest;
            BigInteger other = features[i].IsBinary ? 0 : -reach;
            lowest += BigInteger.Min(reach, other);
            highest += BigInteger.Max(reach, other);
        }

        return (lowest, highest);
    }

    /// <inheritdoc/>
    public override double RoundingOf(ReadOnlySpan<double> weights)
    {
        double most = 0;
        for (int i = 0; i < features.Length; i++)
        {
            most += features[i].IsBinary ? 0 : Math.Abs(weights[i + 1]) / 2;
        }

        return most;
    }
}
