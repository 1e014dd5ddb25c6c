using Subnet.Core.State;

namespace Subnet.Core.Ledger;

/// <summary>
/// Nothing is minted or lost unseen: after every block all TAO adds up to the issuance and all alpha of each subnet to what is outstanding.
/// The sums follow every change of the tables, so the check costs a few additions for each subnet.
/// </summary>
internal static class ConservationCheck
{
    /// <exception cref="InvalidOperationException">The rules created or lost something: a bug, and the block must not be signed.</exception>
    public static void Demand(LedgerState state)
    {
        GlobalState global = state.Global[default];
        UInt128 tao = state.TotalBalances + state.TotalPoolTao + state.StakedOn(0) + state.TotalEscrow + state.TotalDeposits + global.Burned;
        if (tao != global.Issuance)
        {
            throw new InvalidOperationException(
                $"TAO is not conserved: {state.TotalBalances} free + {state.TotalPoolTao} in pools + {state.StakedOn(0)} on root + "
                + $"{state.TotalEscrow} in escrow + {state.TotalDeposits} deposited + {global.Burned} burned is not the issuance of {global.Issuance} rao");
        }

        foreach (ushort netuid in state.Netuids)
        {
            SubnetState subnet = state.SubnetStates[new SubnetKey(netuid)];
            UInt128 alpha = state.StakedOn(netuid) + subnet.ProtocolAlpha + subnet.ClaimableAlpha + subnet.BurnedAlpha + subnet.DustAlpha
                + subnet.PendingServer + subnet.PendingValidator + subnet.PendingRoot + subnet.PendingOwner;
            if (alpha != subnet.AlphaOutstanding)
            {
                throw new InvalidOperationException(
                    $"alpha of subnet {netuid} is not conserved: {alpha} is accounted for, {subnet.AlphaOutstanding} is outstanding");
            }
        }
    }
}
