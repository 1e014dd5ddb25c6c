using Subnet.Core.Emission;
using Subnet.Core.Numerics;
using Subnet.Core.State;

namespace Subnet.Core.Staking;

/// <summary>The stake that counts for a hotkey on a subnet (<c>design/yuma.md</c> 3.2 and 9.4).</summary>
internal static class StakeWeight
{
    /// <summary>Own and inherited alpha and root stake, in smallest units.</summary>
    public static (ulong Alpha, ulong Root) Inherited(LedgerState state, ushort netuid, AccountId hotkey)
    {
        ulong alpha = StakeLedger.TotalOf(state, netuid, hotkey);
        ulong root = StakeLedger.TotalOf(state, 0, hotkey);
        IReadOnlyList<(AccountId Parent, ulong Proportion)> parents = state.ParentsOf(netuid, hotkey);
        ChildSet? children = state.Children.Find(new HotkeyKey(netuid, hotkey));
        if (parents.Count == 0 && children is null)
        {
            return (alpha, root);
        }

        ulong[] given = [.. (children?.Children ?? []).Select(static c => c.Proportion)];
        InheritedPart[] alphaParts = [.. parents.Select(p => new InheritedPart(StakeLedger.TotalOf(state, netuid, p.Parent), p.Proportion))];
        InheritedPart[] rootParts = [.. parents.Select(p => new InheritedPart(StakeLedger.TotalOf(state, 0, p.Parent), p.Proportion))];
        return (InheritedStake.Compute(alpha, given, alphaParts), InheritedStake.Compute(root, given, rootParts));
    }

    /// <summary>Stake weight of what a validator may vote with: inherited alpha plus weighted root stake, floored.</summary>
    public static ulong Of(LedgerState state, ulong taoWeight, ushort netuid, AccountId hotkey)
    {
        (ulong alpha, ulong root) = Inherited(state, netuid, hotkey);
        return Weigh(alpha, root, taoWeight);
    }

    /// <summary>Stake weight before parents and children.</summary>
    public static ulong OfOwnStake(LedgerState state, ulong taoWeight, ushort netuid, AccountId hotkey) =>
        Weigh(StakeLedger.TotalOf(state, netuid, hotkey), StakeLedger.TotalOf(state, 0, hotkey), taoWeight);

    private static ulong Weigh(ulong alpha, ulong root, ulong taoWeight)
    {
        // As the epoch does: the weight by U96F32 division, the sum in 64 fraction bits.
        I64F64 weight = TaoWeight.FromStored(taoWeight).ToI64F64();
        I64F64 total = U96F32.FromInteger(alpha).ToI64F64() + (U96F32.FromInteger(root).ToI64F64() * weight);
        return total.Bits < 0 ? 0 : (ulong)(total.Bits >> 64);
    }
}
