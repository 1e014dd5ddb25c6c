using Subnet.Core.Numerics;
using Subnet.Core.Pools;
using Subnet.Core.State;

namespace Subnet.Core.Staking;

/// <summary>Trades with a subnet's pool, booked in its state; the fee goes to the block's author.</summary>
internal static class PoolTrades
{
    /// <summary>The pool of a subnet.</summary>
    public static PoolReserves ReservesOf(SubnetState subnet) => new(subnet.TaoReserve, subnet.AlphaReserve, subnet.QuoteWeight);

    /// <summary>
    /// Puts TAO in and takes alpha out. The caller has the <see cref="Swap.AmountIn"/> paid by somebody and gives the alpha to somebody: it
    /// is already counted as outstanding.
    /// </summary>
    public static RejectionReason Buy(
        BlockContext block, ushort netuid, ulong rao, UInt128 limitPrice, bool allowPartial, out Swap swap)
    {
        SubnetKey key = new(netuid);
        SubnetState subnet = block.State.SubnetStates[key];
        ushort fee = block.State.Hyperparameters[key].FeeRate;
        PoolReserves pool = ReservesOf(subnet);
        SwapOutcome outcome = limitPrice == 0 ? pool.Buy(rao, fee) : pool.BuyUpTo(rao, fee, new U64F64(limitPrice), allowPartial);
        swap = outcome.Swap!;
        if (outcome.Refusal is { } refusal)
        {
            return Translate(refusal);
        }

        Book(block, key, subnet, swap.After, checked(subnet.AlphaOutstanding + swap.AmountOut));
        Balances.Credit(block.State, block.Author, swap.Fee);
        return RejectionReason.None;
    }

    /// <summary>
    /// Puts alpha in and takes TAO out. The caller has the <see cref="Swap.AmountIn"/> taken from somebody's stake and gives the TAO to
    /// somebody.
    /// </summary>
    public static RejectionReason Sell(
        BlockContext block, ushort netuid, ulong alpha, UInt128 limitPrice, bool allowPartial, out Swap swap)
    {
        SubnetKey key = new(netuid);
        SubnetState subnet = block.State.SubnetStates[key];
        ushort fee = block.State.Hyperparameters[key].FeeRate;
        PoolReserves pool = ReservesOf(subnet);
        SwapOutcome outcome = limitPrice == 0 ? pool.Sell(alpha, fee) : pool.SellDownTo(alpha, fee, new U64F64(limitPrice), allowPartial);
        swap = outcome.Swap!;
        if (outcome.Refusal is { } refusal)
        {
            return Translate(refusal);
        }

        // The fee stays outstanding: it becomes stake of the author behind its own key.
        Book(block, key, subnet, swap.After, subnet.AlphaOutstanding - (swap.AmountIn - swap.Fee));
        StakeLedger.Credit(block.State, netuid, block.Author, block.Author, swap.Fee);
        return RejectionReason.None;
    }

    private static void Book(BlockContext block, SubnetKey key, SubnetState subnet, PoolReserves after, ulong outstanding) =>
        block.State.SubnetStates.Set(
            key,
            subnet with { TaoReserve = after.Tao, AlphaReserve = after.Alpha, QuoteWeight = after.QuoteWeight, AlphaOutstanding = outstanding });

    private static RejectionReason Translate(SwapRefusal refusal) => refusal switch
    {
        SwapRefusal.NothingIn or SwapRefusal.NothingOut => RejectionReason.AmountTooLow,
        SwapRefusal.LimitPassed or SwapRefusal.LimitExceeded => RejectionReason.SlippageTooHigh,
        _ => RejectionReason.InsufficientLiquidity,
    };
}
