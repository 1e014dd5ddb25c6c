using Subnet.Core.State;

namespace Subnet.Core.Ledger.Calls;

/// <summary>Pays for tokens; the issuer may then sign that many blinded ones.</summary>
/// <param name="Netuid">Subnet; 0 is root.</param>
/// <param name="Epoch">Access epoch.</param>
/// <param name="Denomination">Rows a token pays for.</param>
/// <param name="Count">Tokens.</param>
/// <param name="MaxPrice">Highest price of one accepted, in rao.</param>
public sealed record PurchaseAccessCall(ushort Netuid, ulong Epoch, ushort Denomination, ulong Count, ulong MaxPrice) : LedgerCall
{
    /// <inheritdoc/>
    public override CallTag Tag => CallTag.PurchaseAccess;

    internal override void WriteBody(CanonicalWriter writer)
    {
        writer.U16(Netuid);
        writer.U64(Epoch);
        writer.U16(Denomination);
        writer.U64(Count);
        writer.U64(MaxPrice);
    }

    internal static PurchaseAccessCall ReadBody(ref CanonicalReader reader) =>
        new(reader.U16(), reader.U64(), reader.U16(), reader.U64(), reader.U64());
}
