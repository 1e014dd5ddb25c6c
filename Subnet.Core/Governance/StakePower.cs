using Subnet.Core.Numerics;
using Subnet.Core.Staking;
using Subnet.Core.State;

namespace Subnet.Core.Governance;

/// <summary>
/// What a coldkey's stake weighs in a vote, in rao: root stake as it is, alpha at the moving price. The spot price could be pushed for the
/// length of one block; the moving price needs weeks.
/// </summary>
internal static class StakePower
{
    /// <summary>Power of one coldkey.</summary>
    public static ulong Of(LedgerState state, AccountId coldkey)
    {
        UInt128 power = 0;
        foreach (StakePlace place in state.PositionsOf(coldkey))
        {
            power += Value(state, place.Netuid, StakeLedger.ValueOf(state, place.Netuid, place.Hotkey, coldkey));
        }

        return power > ulong.MaxValue ? ulong.MaxValue : (ulong)power;
    }

    /// <summary>Power of all stake.</summary>
    public static ulong Total(LedgerState state)
    {
        UInt128 power = state.StakedOn(0);
        foreach (ushort netuid in state.Netuids)
        {
            power += Value(state, netuid, (ulong)state.StakedOn(netuid));
        }

        return power > ulong.MaxValue ? ulong.MaxValue : (ulong)power;
    }

    private static ulong Value(LedgerState state, ushort netuid, ulong stake) => netuid == 0
        ? stake
        : (new I96F32(state.SubnetStates[new SubnetKey(netuid)].MovingPrice).ToU96F32() * U96F32.FromInteger(stake)).FloorToUInt64();
}
