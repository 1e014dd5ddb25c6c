using Subnet.Core.State;

namespace Subnet.Core.Ledger.Calls;

/// <summary>Claims the root dividends that a hotkey earned on a subnet.</summary>
/// <param name="Netuid">Subnet; 0 is root.</param>
/// <param name="Hotkey">The hotkey.</param>
/// <param name="Swap">Sell them and stake the TAO on root, instead of keeping alpha.</param>
public sealed record ClaimRootCall(ushort Netuid, AccountId Hotkey, bool Swap) : LedgerCall
{
    /// <inheritdoc/>
    public override CallTag Tag => CallTag.ClaimRoot;

    internal override void WriteBody(CanonicalWriter writer)
    {
        writer.U16(Netuid);
        writer.Account(Hotkey);
        writer.Bool(Swap);
    }

    internal static ClaimRootCall ReadBody(ref CanonicalReader reader) =>
        new(reader.U16(), reader.Account(), reader.Bool());
}
