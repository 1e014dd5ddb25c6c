using System.Numerics;
using Subnet.Health.Circuits;

namespace Subnet.Tests.Health.Audits;

/// <summary>Encodings of made-up models.</summary>
internal static class AuditRows
{
    /// <summary>The constant and integers of at most <paramref name="largest"/>.</summary>
    public static FeatureEncoding Reals(int features, long largest = 2047) =>
        new RealEncoding([.. Enumerable.Range(1, features - 1).Select(i => new RealFeature($"x{i}", -largest, largest, 0, 1, largest, IsBinary: false))]);
}

/// <summary>An encoding that takes any integers, for who does not keep to its card.</summary>
internal sealed class AnyRow(int length) : FeatureEncoding
{
    public override int Length => length;

    public override BigInteger LargestSum => throw new NotSupportedException();

    public override string? TryEncode(ReadOnlySpan<float> x, Span<long> phi) => throw new NotSupportedException();

    public override bool Admits(ReadOnlySpan<long> phi) => true;

    public override (BigInteger Lowest, BigInteger Highest) RangeOf(ReadOnlySpan<long> weights) => throw new NotSupportedException();
}
