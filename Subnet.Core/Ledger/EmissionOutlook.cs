using Subnet.Core.Numerics;
using Subnet.Core.State;

namespace Subnet.Core.Ledger;

/// <summary>What a subnet would get of the next block's emission, by the rules and from the state of the ledger.</summary>
/// <param name="Share">Its part of the block emission; zero where it takes no part.</param>
/// <param name="RootTakesPart">Whether root stake has its part of the alpha; else that part is not minted.</param>
public readonly record struct EmissionOutlook(U64F64 Share, bool RootTakesPart)
{
    /// <summary>The outlook of a subnet.</summary>
    public static EmissionOutlook Of(LedgerState state, ushort netuid)
    {
        ArgumentNullException.ThrowIfNull(state);
        return Coinbase.OutlookOf(state, netuid);
    }
}
