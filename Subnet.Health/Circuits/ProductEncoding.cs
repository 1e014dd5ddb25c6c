using System.Collections.Immutable;
using System.Numerics;
using Subnet.Health.Models.Heads;

namespace Subnet.Health.Circuits;

/// <summary>Quantised reals, and behind them products of two of them: the monomials of a quadratic form.</summary>
internal sealed class ProductEncoding(RealEncoding reals, ImmutableArray<FeaturePair> pairs) : FeatureEncoding
{
    /// <summary>The features.</summary>
    public RealEncoding Reals => reals;

    /// <summary>The products.</summary>
    public ImmutableArray<FeaturePair> Pairs => pairs;

    /// <inheritdoc/>
    public override int Length => reals.Length + pairs.Length;

    /// <inheritdoc/>
    public override BigInteger LargestSum => pairs.Aggregate(reals.LargestSum, (sum, pair) => sum + ((BigInteger)Largest(pair.First) * Largest(pair.Second)));

    /// <inheritdoc/>
    public override string? TryEncode(ReadOnlySpan<float> x, Span<long> phi)
    {
        if (reals.TryEncode(x, phi[..reals.Length]) is string refusal)
        {
            return refusal;
        }

        for (int p = 0; p < pairs.Length; p++)
        {
            phi[reals.Length + p] = phi[1 + pairs[p].First] * phi[1 + pairs[p].Second];
        }

        return null;
    }

    /// <inheritdoc/>
    public override bool Admits(ReadOnlySpan<long> phi)
    {
        bool isAdmitted = phi.Length == Length && reals.Admits(phi[..reals.Length]);
        for (int p = 0; isAdmitted && p < pairs.Length; p++)
        {
            isAdmitted = phi[reals.Length + p] == phi[1 + pairs[p].First] * phi[1 + pairs[p].Second];
        }

        return isAdmitted;
    }

    /// <inheritdoc/>
    public override (BigInteger Lowest, BigInteger Highest) RangeOf(ReadOnlySpan<long> weights)
    {
        (BigInteger lowest, BigInteger highest) = reals.RangeOf(weights[..reals.Length]);
        for (int p = 0; p < pairs.Length; p++)
        {
            BigInteger reach = (BigInteger)weights[reals.Length + p] * Largest(pairs[p].First) * Largest(pairs[p].Second);

            // A square and a product of indicators are not negative.
            bool positive = pairs[p].First == pairs[p].Second || (IsBinary(pairs[p].First) && IsBinary(pairs[p].Second));
            BigInteger other = positive ? 0 : -reach;
            lowest += BigInteger.Min(reach, other);
            highest += BigInteger.Max(reach, other);
        }

        return (lowest, highest);
    }

    /// <inheritdoc/>
    public override double RoundingOf(ReadOnlySpan<double> weights)
    {
        double sum = reals.RoundingOf(weights[..reals.Length]);
        for (int p = 0; p < pairs.Length; p++)
        {
            // Both factors are off by at most one half.
            double a = IsBinary(pairs[p].First) ? 0 : 0.5;
            double b = IsBinary(pairs[p].Second) ? 0 : 0.5;
            sum += Math.Abs(weights[reals.Length + p]) * ((a * Largest(pairs[p].Second)) + (b * Largest(pairs[p].First)) + (a * b));
        }

        return sum;
    }

    private long Largest(int feature) => reals.Features[feature].Largest;

    private bool IsBinary(int feature) => reals.Features[feature].IsBinary;
}
