using Subnet.Core.Numerics;
using Subnet.Core.Pools;
using Subnet.Core.State;

namespace Subnet.Core.Staking;

/// <summary>Adding, removing, moving and swapping stake, and claiming root dividends (<c>design/yuma.md</c> 8 and 9).</summary>
internal static class StakeCalls
{
    /// <summary>Buys alpha (1:1 on root) and stakes it.</summary>
    public static RejectionReason Add(
        BlockContext block, AccountId coldkey, ushort netuid, AccountId hotkey, ulong rao, UInt128 limitPrice, bool allowPartial)
    {
        RejectionReason reason = CheckPlace(block.State, netuid, hotkey);
        if (reason != RejectionReason.None)
        {
            return reason;
        }

        if (rao < block.Parameters.MinStake)
        {
            return RejectionReason.AmountTooLow;
        }

        ulong paid = rao, received = rao;
        if (netuid != 0)
        {
            reason = PoolTrades.Buy(block, netuid, rao, limitPrice, allowPartial, out Swap swap);
            if (reason != RejectionReason.None)
            {
                return reason;
            }

            (paid, received) = (swap.AmountIn, swap.AmountOut);
        }

        if (!Balances.TryDebit(block.State, coldkey, paid))
        {
            return RejectionReason.InsufficientBalance;
        }

        StakeLedger.Credit(block.State, netuid, hotkey, coldkey, received);
        block.Emit(EventKind.StakeAdded, netuid, coldkey, hotkey, paid, received);
        return RejectionReason.None;
    }

    /// <summary>Sells staked alpha (1:1 on root); the largest amount means all.</summary>
    public static RejectionReason Remove(
        BlockContext block, AccountId coldkey, ushort netuid, AccountId hotkey, ulong amount, UInt128 limitPrice, bool allowPartial)
    {
        RejectionReason reason = CheckAmount(block, netuid, hotkey, coldkey, ref amount);
        if (reason != RejectionReason.None)
        {
            return reason;
        }

        reason = Withdraw(block, coldkey, netuid, hotkey, amount, limitPrice, allowPartial, out ulong taken, out ulong rao);
        if (reason != RejectionReason.None)
        {
            return reason;
        }

        Balances.Credit(block.State, coldkey, rao);
        block.Emit(EventKind.StakeRemoved, netuid, coldkey, hotkey, taken, rao);
        return RejectionReason.None;
    }

    /// <summary>Moves stake behind another hotkey of the same subnet: a plain transfer of shares.</summary>
    public static RejectionReason Move(BlockContext block, AccountId coldkey, ushort netuid, AccountId from, AccountId to, ulong amount)
    {
        if (from == to)
        {
            return RejectionReason.SameHotkey;
        }

        RejectionReason reason = CheckPlace(block.State, netuid, to);
        reason = reason != RejectionReason.None ? reason : CheckAmount(block, netuid, from, coldkey, ref amount);
        if (reason != RejectionReason.None)
        {
            return reason;
        }

        StakeLedger.Debit(block.State, netuid, from, coldkey, amount);
        StakeLedger.Credit(block.State, netuid, to, coldkey, amount);
        block.Emit(EventKind.StakeMoved, netuid, from, to, amount);
        return RejectionReason.None;
    }

    /// <summary>Moves stake to another subnet: a sale and a purchase, both or neither.</summary>
    public static RejectionReason Swap(
        BlockContext block, AccountId coldkey, AccountId hotkey, ushort from, ushort to, ulong amount, ulong minimumReceived)
    {
        if (from == to)
        {
            return RejectionReason.SameSubnet;
        }

        RejectionReason reason = CheckPlace(block.State, to, hotkey);
        reason = reason != RejectionReason.None ? reason : CheckAmount(block, from, hotkey, coldkey, ref amount);
        if (reason != RejectionReason.None)
        {
            return reason;
        }

        reason = Withdraw(block, coldkey, from, hotkey, amount, 0, false, out _, out ulong rao);
        if (reason != RejectionReason.None)
        {
            return reason;
        }

        if (rao < block.Parameters.MinStake)
        {
            return RejectionReason.AmountTooLow;
        }

        ulong received = rao;
        if (to != 0)
        {
            reason = PoolTrades.Buy(block, to, rao, 0, false, out Swap swap);
            if (reason != RejectionReason.None)
            {
                return reason;
            }

            received = swap.AmountOut;
        }

        if (received < minimumReceived)
        {
            return RejectionReason.SlippageTooHigh;
        }

        StakeLedger.Credit(block.State, to, hotkey, coldkey, received);
        block.Emit(EventKind.StakeSwapped, to, hotkey, coldkey, received, from);
        return RejectionReason.None;
    }

    /// <summary>Claims root dividends, as alpha behind the hotkey or sold into root stake behind it.</summary>
    public static RejectionReason ClaimRoot(BlockContext block, AccountId coldkey, ushort netuid, AccountId hotkey, bool swapToRoot)
    {
        if (netuid == 0)
        {
            return RejectionReason.RootNotAllowed;
        }

        RejectionReason reason = CheckPlace(block.State, netuid, hotkey);
        if (reason != RejectionReason.None)
        {
            return reason;
        }

        ulong alpha = RootClaims.Claimable(block.State, netuid, hotkey, coldkey);
        if (alpha == 0)
        {
            return RejectionReason.NothingToClaim;
        }

        RootClaims.Pay(block.State, netuid, hotkey, coldkey, alpha);
        SubnetKey key = new(netuid);
        SubnetState subnet = block.State.SubnetStates[key];
        block.State.SubnetStates.Set(key, subnet with { ClaimableAlpha = subnet.ClaimableAlpha - alpha });
        ulong rao = 0;
        if (swapToRoot)
        {
            reason = PoolTrades.Sell(block, netuid, alpha, 0, false, out Swap swap);
            if (reason != RejectionReason.None)
            {
                return reason;
            }

            rao = swap.AmountOut;
            StakeLedger.Credit(block.State, 0, hotkey, coldkey, rao);
        }
        else
        {
            StakeLedger.Credit(block.State, netuid, hotkey, coldkey, alpha);
        }

        block.Emit(EventKind.RootClaimed, netuid, coldkey, hotkey, alpha, rao);
        return RejectionReason.None;
    }

    private static RejectionReason CheckPlace(LedgerState state, ushort netuid, AccountId hotkey)
    {
        if (netuid != 0)
        {
            if (!state.Subnets.TryGet(new SubnetKey(netuid), out SubnetInfo? subnet))
            {
                return RejectionReason.SubnetNotFound;
            }

            if (subnet.StartedBlock == 0)
            {
                return RejectionReason.SubnetNotStarted;
            }
        }

        return state.Hotkeys.Contains(hotkey) ? RejectionReason.None : RejectionReason.HotkeyNotFound;
    }

    /// <summary>Resolves "all", checks the holding, and takes a nominator's rest along where it would fall below the minimum.</summary>
    private static RejectionReason CheckAmount(BlockContext block, ushort netuid, AccountId hotkey, AccountId coldkey, ref ulong amount)
    {
        RejectionReason reason = CheckPlace(block.State, netuid, hotkey);
        if (reason != RejectionReason.None)
        {
            return reason;
        }

        if (amount == 0)
        {
            return RejectionReason.AmountIsZero;
        }

        ulong held = StakeLedger.ValueOf(block.State, netuid, hotkey, coldkey);
        if (held == 0)
        {
            return RejectionReason.StakeNotFound;
        }

        if (amount == ulong.MaxValue)
        {
            amount = held;
        }

        if (amount > held)
        {
            return RejectionReason.InsufficientStake;
        }

        ulong rest = held - amount;
        bool isNominator = block.State.Hotkeys[hotkey].OwnerColdkey != coldkey;
        if (rest > 0 && isNominator && Valued(block.State, netuid, rest) < block.Parameters.MinNominatorStake)
        {
            amount = held;
            block.Emit(EventKind.StakeCleared, netuid, coldkey, hotkey, rest);
        }

        return RejectionReason.None;
    }

    private static ulong Valued(LedgerState state, ushort netuid, ulong alpha) =>
        netuid == 0 ? alpha : (PoolTrades.ReservesOf(state.SubnetStates[new SubnetKey(netuid)]).Price * U64F64.FromInteger(alpha)).FloorToUInt64();

    private static RejectionReason Withdraw(
        BlockContext block,
        AccountId coldkey,
        ushort netuid,
        AccountId hotkey,
        ulong amount,
        UInt128 limitPrice,
        bool allowPartial,
        out ulong taken,
        out ulong rao)
    {
        (taken, rao) = (amount, amount);
        if (netuid != 0)
        {
            RejectionReason reason = PoolTrades.Sell(block, netuid, amount, limitPrice, allowPartial, out Swap swap);
            if (reason != RejectionReason.None)
            {
                return reason;
            }

            (taken, rao) = (swap.AmountIn, swap.AmountOut);
        }

        StakeLedger.Debit(block.State, netuid, hotkey, coldkey, taken);
        return RejectionReason.None;
    }
}
