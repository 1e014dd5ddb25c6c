using System.Numerics;

namespace Subnet.Health.Circuits;

/// <summary>
/// The public map from a feature vector to the integers that are encrypted. Feature 0 of the integers is the constant 1, which
/// carries the bias. Immutable, safe for concurrent use.
/// </summary>
internal abstract class FeatureEncoding
{
    /// <summary>n: number of integers, the constant included.</summary>
    public abstract int Length { get; }

    /// <summary>Encodes one row.</summary>
    /// <param name="x">The feature vector.</param>
    /// <param name="phi">Takes n integers.</param>
    /// <returns>Null, or why the row is refused: nothing of it may be sent then.</returns>
    public abstract string? TryEncode(ReadOnlySpan<float> x, Span<long> phi);

    /// <summary>
    /// Whether some row can become these integers. Only over such rows <see cref="RangeOf"/> holds, and with it that an answer does not wrap modulo t: an audit of other integers could
    /// convict a miner that answered truly.
    /// </summary>
    /// <param name="phi">n integers.</param>
    public abstract bool Admits(ReadOnlySpan<long> phi);

    /// <summary>The exact range of a linear form over every row that is not refused.</summary>
    /// <param name="weights">n weights.</param>
    public abstract (BigInteger Lowest, BigInteger Highest) RangeOf(ReadOnlySpan<long> weights);

    /// <summary>
    /// How far rounding the features alone can move the answer of a linear form, in units of the weights; 0 where features
    /// are exact.
    /// </summary>
    /// <param name="weights">n real weights.</param>
    public virtual double RoundingOf(ReadOnlySpan<double> weights) => 0;

    /// <summary>The largest absolute value of each integer, for the rounding of weights: summed over all but the constant.</summary>
    public abstract BigInteger LargestSum { get; }
}
