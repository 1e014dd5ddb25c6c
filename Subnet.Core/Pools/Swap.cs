namespace Subnet.Core.Pools;

/// <summary>A trade with a pool. Amounts in smallest units.</summary>
/// <param name="AmountIn">What the trader puts in, fee included.</param>
/// <param name="Fee">The part of it that does not reach the pool.</param>
/// <param name="AmountOut">What the trader gets.</param>
/// <param name="After">The pool after the trade.</param>
public sealed record Swap(ulong AmountIn, ulong Fee, ulong AmountOut, PoolReserves After);

/// <summary>A trade, or the reason why there is none.</summary>
/// <param name="Swap">The trade; null if refused.</param>
/// <param name="Refusal">The reason; null if traded.</param>
public readonly record struct SwapOutcome(Swap? Swap, SwapRefusal? Refusal)
{
    /// <summary>An outcome of a trade that takes place.</summary>
    public static implicit operator SwapOutcome(Swap swap) => FromSwap(swap);

    /// <summary>An outcome of a trade that does not.</summary>
    public static implicit operator SwapOutcome(SwapRefusal refusal) => FromSwapRefusal(refusal);

    /// <summary>An outcome of a trade that takes place.</summary>
    public static SwapOutcome FromSwap(Swap swap) => new(swap, null);

    /// <summary>An outcome of a trade that does not.</summary>
    public static SwapOutcome FromSwapRefusal(SwapRefusal refusal) => new(null, refusal);
}
