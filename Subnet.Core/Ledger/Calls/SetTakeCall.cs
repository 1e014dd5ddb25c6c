using Subnet.Core.State;

namespace Subnet.Core.Ledger.Calls;

/// <summary>Sets what an own hotkey keeps of its nominators' dividends.</summary>
/// <param name="Hotkey">The hotkey.</param>
/// <param name="Take">Of 65535.</param>
public sealed record SetTakeCall(AccountId Hotkey, ushort Take) : LedgerCall
{
    /// <inheritdoc/>
    public override CallTag Tag => CallTag.SetTake;

    internal override void WriteBody(CanonicalWriter writer)
    {
        writer.Account(Hotkey);
        writer.U16(Take);
    }

    internal static SetTakeCall ReadBody(ref CanonicalReader reader) =>
        new(reader.Account(), reader.U16());
}
