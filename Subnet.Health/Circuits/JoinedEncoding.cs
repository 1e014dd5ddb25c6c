using System.Collections.Immutable;
using System.Numerics;

namespace Subnet.Health.Circuits;

/// <summary>Several encodings of one feature vector side by side; the constant is shared. For members that see a row each in its own way.</summary>
internal sealed class JoinedEncoding(ImmutableArray<FeatureEncoding> parts) : FeatureEncoding
{
    /// <summary>The encodings in order.</summary>
    public ImmutableArray<FeatureEncoding> Parts => parts;

    /// <inheritdoc/>
    public override int Length => checked(1 + parts.Sum(part => part.Length - 1));

    /// <inheritdoc/>
    public override BigInteger LargestSum => parts.Aggregate(BigInteger.Zero, (sum, part) => sum + part.LargestSum);

    /// <inheritdoc/>
    public override string? TryEncode(ReadOnlySpan<float> x, Span<long> phi)
    {
        int at = 0;
        foreach (FeatureEncoding part in parts)
        {
            // Each writes its constant over the last integer of the one before, which is put back.
            long before = phi[at];
            if (part.TryEncode(x, phi.Slice(at, part.Length)) is string refusal)
            {
                return refusal;
            }

            phi[at] = at == 0 ? 1 : before;
            at += part.Length - 1;
        }

        return null;
    }

    /// <inheritdoc/>
    public override bool Admits(ReadOnlySpan<long> phi)
    {
        bool isAdmitted = phi.Length == Length && phi[0] == 1;
        int at = 1;
        for (int i = 0; isAdmitted && i < parts.Length; i++)
        {
            isAdmitted = parts[i].Admits([1, .. phi.Slice(at, parts[i].Length - 1)]);
            at += parts[i].Length - 1;
        }

        return isAdmitted;
    }

    /// <inheritdoc/>
    public override (BigInteger Lowest, BigInteger Highest) RangeOf(ReadOnlySpan<long> weights)
    {
        BigInteger lowest = weights[0];
        BigInteger highest = weights[0];
        int at = 1;
        foreach (FeatureEncoding part in parts)
        {
            (BigInteger least, BigInteger most) = part.RangeOf([0, .. weights.Slice(at, part.Length - 1)]);
            lowest += least;
            highest += most;
            at += part.Length - 1;
        }

        return (lowest, highest);
    }

    /// <inheritdoc/>
    public override double RoundingOf(ReadOnlySpan<double> weights)
    {
        double sum = 0;
        int at = 1;
        foreach (FeatureEncoding part in parts)
        {
            sum += part.RoundingOf([0, .. weights.Slice(at, part.Length - 1)]);
            at += part.Length - 1;
        }

        return sum;
    }
}
