using Subnet.Core.State;

namespace Subnet.Core.Ledger.Calls;

/// <summary>Buys alpha of a subnet (1:1 on root) and stakes it behind a hotkey.</summary>
/// <param name="Netuid">Subnet; 0 is root.</param>
/// <param name="Hotkey">The hotkey.</param>
/// <param name="Amount">In rao, the swap fee included.</param>
/// <param name="LimitPrice">Highest price accepted, U64F64 bits; 0 for any.</param>
/// <param name="AllowPartial">Fill up to the limit price instead of refusing.</param>
public sealed record AddStakeCall(ushort Netuid, AccountId Hotkey, ulong Amount, UInt128 LimitPrice, bool AllowPartial) : LedgerCall
{
    /// <inheritdoc/>
    public override CallTag Tag => CallTag.AddStake;

    internal override void WriteBody(CanonicalWriter writer)
    {
        writer.U16(Netuid);
        writer.Account(Hotkey);
        writer.U64(Amount);
        writer.U128(LimitPrice);
        writer.Bool(AllowPartial);
    }

    internal static AddStakeCall ReadBody(ref CanonicalReader reader) =>
        new(reader.U16(), reader.Account(), reader.U64(), reader.U128(), reader.Bool());
}
