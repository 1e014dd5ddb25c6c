using Subnet.Core.Numerics;

namespace Subnet.Core.Pools;

/// <summary>Prices of a subnet's pool (<c>design/yuma.md</c> 7.3 and 11.1).</summary>
public static class PoolPrice
{
    /// <summary>One in the units of pool weights and ratios.</summary>
    public const ulong WeightOne = 1_000_000_000_000_000_000;

    /// <summary>Blocks after which the moving price uses half of its smoothing factor.</summary>
    public const ulong DefaultHalving = 201_600;

    /// <summary>The spot price in TAO per alpha, <c>(w1 / w2) * (y / x)</c>; 0 where a reserve or a weight is 0.</summary>
    /// <param name="taoReserve">y, in rao.</param>
    /// <param name="alphaReserve">x, in smallest units.</param>
    /// <param name="quoteWeight">w2, the weight of TAO, in units of 10^-18.</param>
    /// <exception cref="ArgumentOutOfRangeException">The weight is above one.</exception>
    public static U64F64 Spot(ulong taoReserve, ulong alphaReserve, ulong quoteWeight)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quoteWeight, WeightOne);
        U64F64 weights = U64F64.SafeDivide(U64F64.FromInteger(WeightOne - quoteWeight), U64F64.FromInteger(quoteWeight));
        U64F64 reserves = U64F64.SafeDivide(U64F64.FromInteger(taoReserve), U64F64.FromInteger(alphaReserve));
        return weights * reserves;
    }

    /// <summary>
    /// The moving price after one more block: <c>a * min(spot, 1) + (1 - a) * old</c> with <c>a = movingAlpha * b / (b + halving)</c>.
    /// </summary>
    /// <param name="current">The moving price before.</param>
    /// <param name="spot">The spot price.</param>
    /// <param name="movingAlpha">The smoothing factor; the default is 0.000003.</param>
    /// <param name="blocksSinceStart">b: blocks since the subnet started.</param>
    /// <param name="halving">Blocks after which half of the smoothing factor applies.</param>
    public static I96F32 Moving(I96F32 current, U64F64 spot, I96F32 movingAlpha, ulong blocksSinceStart, ulong halving)
    {
        U64F64 blocks = U64F64.FromInteger(blocksSinceStart);
        U64F64 alpha = movingAlpha.ToU64F64() * U64F64.SafeDivide(blocks, blocks + U64F64.FromInteger(halving));
        U64F64 capped = spot > U64F64.One ? U64F64.One : spot;
        return ((alpha * capped) + ((U64F64.One - alpha) * current.ToU64F64())).ToI96F32();
    }
}
