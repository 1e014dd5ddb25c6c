using Subnet.Core.State;

namespace Subnet.Core.Staking;

/// <summary>
/// Stake of every (subnet, hotkey, coldkey) in the ledger's tables, each hotkey's as a share pool. Root stake carries with it what the holder
/// had of the hotkey's root dividends, so that coming late or leaving early neither takes from others nor loses anything.
/// </summary>
internal static class StakeLedger
{
    /// <summary>All stake behind a hotkey, in smallest units.</summary>
    public static ulong TotalOf(LedgerState state, ushort netuid, AccountId hotkey) =>
        state.StakePools.Find(new HotkeyKey(netuid, hotkey))?.Total ?? 0;

    /// <summary>What a coldkey's share is worth, in smallest units.</summary>
    public static ulong ValueOf(LedgerState state, ushort netuid, AccountId hotkey, AccountId coldkey) =>
        state.StakeShares.Contains(new StakeKey(netuid, hotkey, coldkey)) ? Load(state, netuid, hotkey, coldkey).ValueOf(coldkey) : 0;

    /// <summary>Adds to one holder's stake.</summary>
    public static void Credit(LedgerState state, ushort netuid, AccountId hotkey, AccountId coldkey, ulong amount)
    {
        if (amount == 0)
        {
            return;
        }

        if (TotalOf(state, netuid, hotkey) == 0)
        {
            // Truncated shares of a pool that was emptied are worth nothing and must not revive.
            foreach (AccountId holder in state.HoldersOf(netuid, hotkey).ToArray())
            {
                state.StakeShares.Remove(new StakeKey(netuid, hotkey, holder));
            }

            state.StakePools.Remove(new HotkeyKey(netuid, hotkey));
        }

        SharePool<AccountId> pool = Load(state, netuid, hotkey, coldkey);
        pool.GiveToOne(coldkey, amount);
        Store(state, netuid, hotkey, coldkey, pool);
        if (netuid == 0)
        {
            RootClaims.Adjust(state, hotkey, coldkey, amount);
        }
    }

    /// <summary>Takes from one holder's stake, at most <see cref="ValueOf"/>.</summary>
    public static void Debit(LedgerState state, ushort netuid, AccountId hotkey, AccountId coldkey, ulong amount)
    {
        if (amount == 0)
        {
            return;
        }

        SharePool<AccountId> pool = Load(state, netuid, hotkey, coldkey);
        bool all = amount == pool.ValueOf(coldkey);
        pool.TakeFromOne(coldkey, amount);
        Store(state, netuid, hotkey, coldkey, pool);
        if (all && pool.ValueOf(coldkey) == 0)
        {
            state.StakeShares.Remove(new StakeKey(netuid, hotkey, coldkey));
        }

        if (netuid == 0)
        {
            RootClaims.Adjust(state, hotkey, coldkey, -(Int128)amount);
        }
    }

    /// <summary>Gives to all holders behind a hotkey pro rata; to the hotkey's owner where there is none.</summary>
    public static void CreditAll(LedgerState state, ushort netuid, AccountId hotkey, AccountId owner, ulong amount)
    {
        if (amount == 0)
        {
            return;
        }

        HotkeyKey key = new(netuid, hotkey);
        if (state.StakePools.TryGet(key, out StakePool? pool) && pool.Total > 0)
        {
            state.StakePools.Set(key, pool with { Total = checked(pool.Total + amount) });
        }
        else
        {
            Credit(state, netuid, hotkey, owner, amount);
        }
    }

    private static SharePool<AccountId> Load(LedgerState state, ushort netuid, AccountId hotkey, AccountId coldkey)
    {
        StakePool pool = state.StakePools.Find(new HotkeyKey(netuid, hotkey)) ?? StakePool.Empty;
        StakeShare? share = state.StakeShares.Find(new StakeKey(netuid, hotkey, coldkey));
        return new SharePool<AccountId>(
            pool.Total,
            ShareNumber.FromParts(pool.DenominatorMantissa, pool.DenominatorExponent),
            share is null ? [] : [KeyValuePair.Create(coldkey, ShareNumber.FromParts(share.Mantissa, share.Exponent))]);
    }

    private static void Store(LedgerState state, ushort netuid, AccountId hotkey, AccountId coldkey, SharePool<AccountId> pool)
    {
        state.StakePools.Set(
            new HotkeyKey(netuid, hotkey), new StakePool(pool.Total, pool.Denominator.Mantissa, pool.Denominator.Exponent));
        StakeKey key = new(netuid, hotkey, coldkey);
        if (pool.Shares.TryGetValue(coldkey, out ShareNumber share))
        {
            state.StakeShares.Set(key, new StakeShare(share.Mantissa, share.Exponent));
        }
        else
        {
            state.StakeShares.Remove(key);
        }
    }
}
