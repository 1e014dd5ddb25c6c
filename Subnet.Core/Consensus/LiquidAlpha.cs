using Subnet.Core.Numerics;

namespace Subnet.Core.Consensus;

/// <summary>
/// The rate at which a bond follows its weight, by how far the validator is from consensus (<c>design/yuma.md</c> 3.12).
/// </summary>
/// <param name="Low">The least rate.</param>
/// <param name="High">The greatest rate.</param>
/// <param name="Slope">Steepness over -100, truncated: the factor on the distance before the exponential.</param>
public readonly record struct LiquidAlpha(I32F32 Low, I32F32 High, I32F32 Slope)
{
    private static readonly I32F32 Half = new(1L << 31);

    /// <summary>The rate rule of stored hyperparameters.</summary>
    /// <param name="low">Least rate, a fraction of 65535.</param>
    /// <param name="high">Greatest rate, a fraction of 65535.</param>
    /// <param name="steepness">In hundredths.</param>
    public static LiquidAlpha FromStored(ushort low, ushort high, short steepness) =>
        new(I32F32.FromRatio(low, ushort.MaxValue), I32F32.FromRatio(high, ushort.MaxValue), SlopeOf(steepness));

    /// <summary>The factor on the distance for a steepness in hundredths.</summary>
    public static I32F32 SlopeOf(short steepness) => I32F32.FromRatio(steepness, -100);

    /// <summary>
    /// The rate of one pair: <c>low + (high - low) / (1 + exp(slope * (x - 0.5)))</c>, clamped, where x is how much the weight is above
    /// the consensus if the validator buys (weight at least bond), else how much the bond is above the weight.
    /// </summary>
    public I32F32 Rate(I32F32 consensus, I32F32 weight, I32F32 bond) => RateAt(Distance(consensus, weight, bond));

    /// <summary>x of <see cref="Rate"/>, 0 to 1.</summary>
    public static I32F32 Distance(I32F32 consensus, I32F32 weight, I32F32 bond)
    {
        I32F32 distance = weight >= bond ? weight - consensus : bond - weight;
        return new(Math.Clamp(distance.Bits, 0, I32F32.One.Bits));
    }

    /// <summary>The rates at distances, in their place.</summary>
    internal void RatesInPlace(Span<I32F32> distances)
    {
        foreach (ref I32F32 distance in distances)
        {
            distance = Slope * (distance - Half);
        }

        I32F32.BoundedExpInPlace(distances);
        foreach (ref I32F32 exponential in distances)
        {
            exponential = RateOf(exponential);
        }
    }

    /// <summary>The rate at a distance.</summary>
    private I32F32 RateAt(I32F32 distance) => RateOf(I32F32.BoundedExp(Slope * (distance - Half)));

    private I32F32 RateOf(I32F32 exponential)
    {
        I32F32 sigmoid = I32F32.SafeDivide(I32F32.One, I32F32.One + exponential);
        I32F32 rate = Low + (sigmoid * (High - Low));
        return new(Math.Max(Math.Min(rate.Bits, High.Bits), Low.Bits));
    }

    /// <summary><c>1 / (1 + exp(-rho * (x - kappa)))</c>, the sigmoid of the older trust rule, saturating.</summary>
    public static I32F32 Sigmoid(I32F32 x, I32F32 rho, I32F32 kappa) =>
        I32F32.SafeDivide(I32F32.One, I32F32.One + I32F32.BoundedExp(rho * I32F32.FromInteger(-1) * (x - kappa)));
}
