using System.Numerics;

namespace Subnet.Health.Circuits;

/// <summary>1 where a feature is not (x &lt;= 0), so that a missing value counts as present, as naive Bayes trains it.</summary>
internal sealed class PresenceEncoding(int features) : FeatureEncoding
{
    /// <inheritdoc/>
    public override int Length => features + 1;

    /// <inheritdoc/>
    public override BigInteger LargestSum => features;

    /// <inheritdoc/>
    public override string? TryEncode(ReadOnlySpan<float> x, Span<long> phi)
    {
        phi[0] = 1;
        for (int i = 0; i < features; i++)
        {
            phi[i + 1] = x[i] <= 0 ? 0 : 1;
        }

        return null;
    }

    /// <inheritdoc/>
    public override bool Admits(ReadOnlySpan<long> phi) => phi.Length == Length && phi[0] == 1 && !phi.ContainsAnyExcept(0L, 1L);

    /// <inheritdoc/>
    public override (BigInteger Lowest, BigInteger Highest) RangeOf(ReadOnlySpan<long> weights)
    {
        BigInteger lowest = weights[0];
        BigInteger highest = weights[0];
        foreach (long weight in weights[1..])
        {
            lowest += Math.Min(weight, 0);
            highest += Math.Max(weight, 0);
        }

        return (lowest, highest);
    }
}
