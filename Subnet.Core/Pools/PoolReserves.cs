using System.Numerics;
using Subnet.Core.Numerics;

namespace Subnet.Core.Pools;

/// <summary>
/// A subnet's pool: a weighted constant-product market of TAO and alpha (<c>design/yuma.md</c> 11). Immutable; a trade answers with
/// the pool after it.
/// </summary>
/// <param name="Tao">y, in rao.</param>
/// <param name="Alpha">x, in smallest units.</param>
/// <param name="QuoteWeight">w2, the weight of TAO, in units of 10^-18; the weight of alpha is the rest.</param>
public sealed record PoolReserves(ulong Tao, ulong Alpha, ulong QuoteWeight)
{
    /// <summary>Equal weights, where the pool is a constant product.</summary>
    public const ulong EqualWeight = PoolPrice.WeightOne / 2;

    /// <summary>The least weight of either side.</summary>
    public const ulong MinimumWeight = PoolPrice.WeightOne / 100;

    /// <summary>The least reserve that is paid out from.</summary>
    public const ulong MinimumReserve = 1_000_000;

    /// <summary>How many times the reserve may be put in at once.</summary>
    public const ulong MaximumInputRatio = 1_000;

    private ulong BaseWeight => PoolPrice.WeightOne - QuoteWeight;

    /// <summary>The spot price in TAO per alpha.</summary>
    public U64F64 Price => PoolPrice.Spot(Tao, Alpha, QuoteWeight);

    /// <summary>Puts in TAO for alpha.</summary>
    /// <param name="tao">Fee included, in rao.</param>
    /// <param name="feeRate">A fraction of 65535.</param>
    public SwapOutcome Buy(ulong tao, ushort feeRate)
    {
        ulong fee = SwapFee.Of(tao, feeRate);
        (ulong alpha, SwapRefusal? refusal) = Quote(Tao, Alpha, tao - fee, QuoteWeight, BaseWeight);
        return refusal is { } reason
            ? reason
            : new Swap(tao, fee, alpha, this with { Tao = checked(Tao + tao - fee), Alpha = Alpha - alpha });
    }

    /// <summary>Puts in alpha for TAO.</summary>
    /// <param name="alpha">Fee included, in smallest units.</param>
    /// <param name="feeRate">A fraction of 65535.</param>
    public SwapOutcome Sell(ulong alpha, ushort feeRate)
    {
        ulong fee = SwapFee.Of(alpha, feeRate);
        (ulong tao, SwapRefusal? refusal) = Quote(Alpha, Tao, alpha - fee, BaseWeight, QuoteWeight);
        return refusal is { } reason
            ? reason
            : new Swap(alpha, fee, tao, this with { Alpha = checked(Alpha + alpha - fee), Tao = Tao - tao });
    }

    /// <summary>Puts in TAO for alpha up to a price.</summary>
    /// <param name="tao">At most this, fee included, in rao.</param>
    /// <param name="feeRate">A fraction of 65535.</param>
    /// <param name="limit">The highest price the trade may leave behind.</param>
    /// <param name="allowPartial">Whether to trade up to the limit if not all fits under it.</param>
    public SwapOutcome BuyUpTo(ulong tao, ushort feeRate, U64F64 limit, bool allowPartial)
    {
        if (Price == U64F64.Zero)
        {
            return SwapRefusal.ReserveTooLow;
        }

        if (limit <= Price)
        {
            return SwapRefusal.LimitPassed;
        }

        // Δy = y * ((p' / p)^w1 - 1)
        BigInteger room = RationalPower.ScaledFloor(Tao, limit.ToBigInteger(), Price.ToBigInteger(), BaseWeight, PoolPrice.WeightOne) - Tao;
        return UpTo(tao, feeRate, room, allowPartial, Buy);
    }

    /// <summary>Puts in alpha for TAO down to a price.</summary>
    /// <param name="alpha">At most this, fee included, in smallest units.</param>
    /// <param name="feeRate">A fraction of 65535.</param>
    /// <param name="limit">The lowest price the trade may leave behind.</param>
    /// <param name="allowPartial">Whether to trade down to the limit if not all fits above it.</param>
    public SwapOutcome SellDownTo(ulong alpha, ushort feeRate, U64F64 limit, bool allowPartial)
    {
        if (limit >= Price)
        {
            return SwapRefusal.LimitPassed;
        }

        // Δx = x * ((p / p')^w2 - 1); a limit of 0 is no limit.
        BigInteger room = limit == U64F64.Zero
            ? ulong.MaxValue
            : RationalPower.ScaledFloor(Alpha, Price.ToBigInteger(), limit.ToBigInteger(), QuoteWeight, PoolPrice.WeightOne) - Alpha;
        return UpTo(alpha, feeRate, room, allowPartial, Sell);
    }

    /// <summary>
    /// Adds to both reserves and moves the weights so that the price stays; null where a weight would leave its range, and then
    /// nothing is to be injected.
    /// </summary>
    /// <param name="tao">Δy, in rao.</param>
    /// <param name="alpha">Δx, in smallest units.</param>
    /// <exception cref="OverflowException">A reserve would not fit.</exception>
    public PoolReserves? Inject(ulong tao, ulong alpha)
    {
        ulong newTao = checked(Tao + tao), newAlpha = checked(Alpha + alpha);
        BigInteger quote = (BigInteger)QuoteWeight * Alpha * newTao;
        BigInteger both = quote + ((BigInteger)BaseWeight * Tao * newAlpha);
        if (both.IsZero)
        {
            return null;
        }

        // Rounded to the nearest unit of the weight.
        ulong weight = (ulong)(((2 * quote * PoolPrice.WeightOne) + both) / (2 * both));
        return weight is < MinimumWeight or > PoolPrice.WeightOne - MinimumWeight
            ? null
            : new PoolReserves(newTao, newAlpha, weight);
    }

    /// <summary>
    /// What comes out for a net amount: <c>floor(out * (1 - q))</c> with <c>q = (in / (in + net))^(weightIn / weightOut)</c> held as an
    /// integer scaled by 10^18, rounded down.
    /// </summary>
    /// <param name="reserveIn">Reserve of what is put in, in smallest units.</param>
    /// <param name="reserveOut">Reserve of what comes out, in smallest units.</param>
    /// <param name="net">What reaches the pool, in smallest units.</param>
    /// <param name="weightIn">Weight of what is put in, in units of 10^-18.</param>
    /// <param name="weightOut">Weight of what comes out, in units of 10^-18.</param>
    public static ulong AmountOut(ulong reserveIn, ulong reserveOut, ulong net, ulong weightIn, ulong weightOut)
    {
        if (reserveIn == 0 && net == 0)
        {
            return 0;
        }

        U64F64 q = U64F64.SafeDivide(
            U64F64.FromInteger(ScaledPower(reserveIn, net, weightIn, weightOut)), U64F64.FromInteger(PoolPrice.WeightOne));
        return (U64F64.FromInteger(reserveOut) * (U64F64.One - q)).FloorToUInt64();
    }

    /// <summary>q in units of 10^-18, rounded down.</summary>
    private static ulong ScaledPower(ulong reserveIn, ulong net, ulong weightIn, ulong weightOut)
    {
        if (reserveIn == 0)
        {
            return 0;
        }

        // No reserve can grow beyond 64 bits; the reference saturates here.
        ulong after = net > ulong.MaxValue - reserveIn ? ulong.MaxValue : reserveIn + net;
        return weightIn != weightOut && after > reserveIn
            && NarrowPower.TryScaledFloor(PoolPrice.WeightOne, reserveIn, after, weightIn, weightOut, out ulong scaled)
                ? scaled
                : (ulong)RationalPower.ScaledFloor(PoolPrice.WeightOne, reserveIn, after, weightIn, weightOut);
    }

    private static (ulong Out, SwapRefusal? Refusal) Quote(ulong reserveIn, ulong reserveOut, ulong net, ulong weightIn, ulong weightOut)
    {
        if (net == 0)
        {
            return (0, SwapRefusal.NothingIn);
        }

        if (reserveOut < MinimumReserve)
        {
            return (0, SwapRefusal.ReserveTooLow);
        }

        if (net > (UInt128)reserveIn * MaximumInputRatio)
        {
            return (0, SwapRefusal.TooMuchIn);
        }

        ulong amount = AmountOut(reserveIn, reserveOut, net, weightIn, weightOut);
        return amount == 0 ? (0, SwapRefusal.NothingOut) : (amount, null);
    }

    private static SwapOutcome UpTo(ulong amount, ushort feeRate, BigInteger room, bool allowPartial, Func<ulong, ushort, SwapOutcome> trade)
    {
        if (amount - SwapFee.Of(amount, feeRate) <= room)
        {
            return trade(amount, feeRate);
        }

        if (!allowPartial)
        {
            return SwapRefusal.LimitExceeded;
        }

        // The fee on top is rounded down, so taking it off again may leave one unit more than the room; that unit stays with the trader.
        ulong net = (ulong)room;
        ulong gross = net + SwapFee.OnTopOf(net, feeRate);
        if (gross - SwapFee.Of(gross, feeRate) > net)
        {
            gross--;
        }

        return trade(gross, feeRate);
    }
}
