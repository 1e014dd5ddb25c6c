using Subnet.Core.Staking;
using Subnet.Core.State;

namespace Subnet.Core.Registration;

/// <summary>Dissolves a subnet: its holders share the pool's TAO in proportion to their alpha, and every record of it goes.</summary>
internal static class SubnetDissolution
{
    /// <summary>Pays out and removes; what rounding leaves is recycled.</summary>
    public static void Dissolve(BlockContext block, ushort netuid)
    {
        LedgerState state = block.State;
        SubnetKey key = new(netuid);
        ulong pot = state.SubnetStates[key].TaoReserve;
        UInt128 staked = state.StakedOn(netuid);
        ulong paid = 0;
        List<StakeKey> holders = [.. state.StakeShares.Unordered().Select(static s => s.Key).Where(k => k.Netuid == netuid)];
        foreach (StakeKey holder in holders)
        {
            ulong value = StakeLedger.ValueOf(state, netuid, holder.Hotkey, holder.Coldkey);
            ulong rao = staked == 0 ? 0 : (ulong)((UInt128)pot * value / staked);
            Balances.Credit(state, holder.Coldkey, rao);
            paid += rao;
        }

        RefundAccess(block, netuid);
        GlobalState global = state.Global[default];
        state.Global.Set(default, global with { Issuance = global.Issuance - (pot - paid) });
        block.Recycle(0, pot - paid);
        block.Emit(EventKind.SubnetDissolved, netuid, state.Subnets[key].OwnerColdkey, default, paid, (ulong)holders.Count);

        state.Subnets.Remove(key);
        state.SubnetStates.Remove(key);
        state.Hyperparameters.Remove(key);
        Remove(state.Neurons, k => k.Netuid == netuid);
        DropMechanisms(state, netuid, from: 0);
        Remove(state.StakeShares, k => k.Netuid == netuid);
        Remove(state.StakePools, k => k.Netuid == netuid);
        Remove(state.Children, k => k.Netuid == netuid);
        Remove(state.PendingChildren, k => k.Netuid == netuid);
        Remove(state.ChildTakes, k => k.Netuid == netuid);
        Remove(state.RateLimits, k => k.Netuid == netuid);
        Remove(state.RootClaimRates, k => k.Netuid == netuid);
        Remove(state.RootClaimDebts, k => k.Netuid == netuid);
        Remove(state.Models, k => k.Netuid == netuid);
        Remove(state.IssuerKeys, k => k.Netuid == netuid);
        Remove(state.Purchases, k => k.Issuer.Netuid == netuid);
        Remove(state.SettledTokens, k => k.Issuer.Netuid == netuid);
        Remove(state.Endpoints, k => k.Netuid == netuid);
    }

    /// <summary>Removes the weights, bonds and commits of a subnet's mechanisms from one on.</summary>
    public static void DropMechanisms(LedgerState state, ushort netuid, int from)
    {
        Remove(state.Weights, k => IsDropped(k.Netuid));
        Remove(state.Bonds, k => IsDropped(k.Netuid));
        Remove(state.WeightCommits, k => IsDropped(k.Netuid));
        Remove(state.MechanismUpdates, k => IsDropped(k.Netuid));

        bool IsDropped(ushort index) => MechanismIndex.NetuidOf(index) == netuid && MechanismIndex.MechanismOf(index) >= from;
    }

    /// <summary>What was paid for tokens and not settled goes back to the buyers in proportion to what they bought.</summary>
    private static void RefundAccess(BlockContext block, ushort netuid)
    {
        LedgerState state = block.State;
        ulong refunded = 0, escrow = 0;
        foreach ((IssuerKeyId id, IssuerKey issuer) in state.IssuerKeys.Unordered().Where(k => k.Key.Netuid == netuid).ToList())
        {
            escrow += issuer.Escrow;
            foreach ((PurchaseKey purchase, Purchase bought) in state.Purchases.Unordered().Where(p => p.Key.Issuer == id).ToList())
            {
                ulong rao = (ulong)((UInt128)issuer.Escrow * bought.Count / Math.Max(issuer.Sold, 1));
                Balances.Credit(state, purchase.Buyer, rao);
                refunded += rao;
            }
        }

        GlobalState global = state.Global[default];
        state.Global.Set(default, global with { Issuance = global.Issuance - (escrow - refunded) });
        block.Recycle(0, escrow - refunded);
    }

    private static void Remove<TKey, TValue>(StateTable<TKey, TValue> table, Func<TKey, bool> belongs)
        where TKey : struct, IStateRecord<TKey>, IEquatable<TKey>
        where TValue : class, IStateRecord<TValue>
    {
        foreach (TKey key in table.Unordered().Select(static r => r.Key).Where(belongs).ToList())
        {
            table.Remove(key);
        }
    }
}
