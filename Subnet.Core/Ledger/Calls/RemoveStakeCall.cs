using Subnet.Core.State;

namespace Subnet.Core.Ledger.Calls;

/// <summary>Sells staked alpha of a subnet (1:1 on root).</summary>
/// <param name="Netuid">Subnet; 0 is root.</param>
/// <param name="Hotkey">The hotkey.</param>
/// <param name="Amount">In smallest units; the largest value takes all.</param>
/// <param name="LimitPrice">Lowest price accepted, U64F64 bits; 0 for any.</param>
/// <param name="AllowPartial">Sell down to the limit price instead of refusing.</param>
public sealed record RemoveStakeCall(ushort Netuid, AccountId Hotkey, ulong Amount, UInt128 LimitPrice, bool AllowPartial) : LedgerCall
{
    /// <inheritdoc/>
    public override CallTag Tag => CallTag.RemoveStake;

    internal override void WriteBody(CanonicalWriter writer)
    {
        writer.U16(Netuid);
        writer.Account(Hotkey);
        writer.U64(Amount);
        writer.U128(LimitPrice);
        writer.Bool(AllowPartial);
    }

    internal static RemoveStakeCall ReadBody(ref CanonicalReader reader) =>
        new(reader.U16(), reader.Account(), reader.U64(), reader.U128(), reader.Bool());
}
