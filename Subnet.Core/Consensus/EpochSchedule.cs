using Subnet.Core.State;

namespace Subnet.Core.Consensus;

/// <summary>When a subnet's epoch is due (<c>design/yuma.md</c> 6).</summary>
internal static class EpochSchedule
{
    private const ulong LongestWait = 50_400;

    /// <summary>Whether an epoch is due at a height.</summary>
    public static bool IsDue(SubnetState subnet, Hyperparameters parameters, ulong height) =>
        parameters.Tempo > 0
        && (height - subnet.LastEpochBlock >= parameters.Tempo || (subnet.LastStepBlock != 0 && height - subnet.LastStepBlock > LongestWait));

    /// <summary>The epoch counter a commit or reveal of this block belongs to: one more while a due epoch had to wait.</summary>
    public static ulong CurrentEpoch(LedgerState state, ushort netuid, ulong height)
    {
        SubnetState subnet = state.SubnetStates[new SubnetKey(netuid)];
        return subnet.EpochIndex + (IsDue(subnet, state.Hyperparameters[new SubnetKey(netuid)], height) ? 1UL : 0UL);
    }
}
