using Subnet.Core.State;

namespace Subnet.Core.Ledger.Calls;

/// <summary>Sets what an own hotkey keeps of its parents' dividends.</summary>
/// <param name="Netuid">Subnet; 0 is root.</param>
/// <param name="Hotkey">The hotkey.</param>
/// <param name="Take">Of 65535.</param>
public sealed record SetChildTakeCall(ushort Netuid, AccountId Hotkey, ushort Take) : LedgerCall
{
    /// <inheritdoc/>
    public override CallTag Tag => CallTag.SetChildTake;

    internal override void WriteBody(CanonicalWriter writer)
    {
        writer.U16(Netuid);
        writer.Account(Hotkey);
        writer.U16(Take);
    }

    internal static SetChildTakeCall ReadBody(ref CanonicalReader reader) =>
        new(reader.U16(), reader.Account(), reader.U16());
}
