using Subnet.Core.Numerics;
using Subnet.Core.State;

namespace Subnet.Core.Staking;

/// <summary>
/// Root dividends: each raises a rate per unit of root stake behind the hotkey, and a holder claims the rate times its stake less its
/// debt. Adding root stake adds to the debt what the new stake did not earn; taking it away subtracts it again.
/// </summary>
internal static class RootClaims
{
    /// <summary>Raises the rate; returns the alpha that became claimable, the rest being too little for the rate's 32 fraction bits.</summary>
    public static ulong Distribute(LedgerState state, ushort netuid, AccountId hotkey, ulong amount)
    {
        ulong rootStake = StakeLedger.TotalOf(state, 0, hotkey);
        I96F32 step = I96F32.SafeDivide(I96F32.FromInteger(amount), I96F32.FromInteger(rootStake));
        if (step == I96F32.Zero)
        {
            return 0;
        }

        HotkeyKey key = new(netuid, hotkey);
        I96F32 rate = new(state.RootClaimRates.Find(key)?.Rate ?? 0);
        state.RootClaimRates.Set(key, new RootClaimRate((rate + step).Bits));

        // Floored for each holder later, so never more than this in all.
        return (step * I96F32.FromInteger(rootStake)).FloorToUInt64();
    }

    /// <summary>What a holder may claim of a hotkey's root dividends on a subnet, in alpha.</summary>
    public static ulong Claimable(LedgerState state, ushort netuid, AccountId hotkey, AccountId coldkey)
    {
        if (!state.RootClaimRates.TryGet(new HotkeyKey(netuid, hotkey), out RootClaimRate? rate))
        {
            return 0;
        }

        Int128 owed = Earned(rate, StakeLedger.ValueOf(state, 0, hotkey, coldkey))
            - (state.RootClaimDebts.Find(new StakeKey(netuid, hotkey, coldkey))?.Debt ?? 0);
        ulong held = state.SubnetStates[new SubnetKey(netuid)].ClaimableAlpha;
        return owed <= 0 ? 0 : owed > held ? held : (ulong)owed;
    }

    /// <summary>Records that a holder has had an amount.</summary>
    public static void Pay(LedgerState state, ushort netuid, AccountId hotkey, AccountId coldkey, ulong amount) =>
        AddDebt(state, new StakeKey(netuid, hotkey, coldkey), amount);

    /// <summary>Follows a change of a holder's root stake on every subnet where the hotkey has root dividends.</summary>
    public static void Adjust(LedgerState state, AccountId hotkey, AccountId coldkey, Int128 change)
    {
        foreach (ushort netuid in state.Netuids)
        {
            if (state.RootClaimRates.TryGet(new HotkeyKey(netuid, hotkey), out RootClaimRate? rate))
            {
                // Rounded against the holder, so that moving stake to and fro gains nothing.
                Int128 earned = change < 0 ? -Earned(rate, (ulong)-change) : Earned(rate, (ulong)change) + 1;
                AddDebt(state, new StakeKey(netuid, hotkey, coldkey), earned);
            }
        }
    }

    private static Int128 Earned(RootClaimRate rate, ulong stake) => (new I96F32(rate.Rate) * I96F32.FromInteger(stake)).Bits >> 32;

    private static void AddDebt(LedgerState state, StakeKey key, Int128 amount)
    {
        Int128 debt = (state.RootClaimDebts.Find(key)?.Debt ?? 0) + amount;
        if (debt == 0)
        {
            state.RootClaimDebts.Remove(key);
        }
        else
        {
            state.RootClaimDebts.Set(key, new RootClaimDebt(debt));
        }
    }
}
