using Subnet.Core.State;

namespace Subnet.Core.Ledger.Calls;

/// <summary>Takes a model card of the signing miner out of use.</summary>
/// <param name="Netuid">Subnet; 0 is root.</param>
/// <param name="Card">SHA-256 of the card.</param>
public sealed record RetireModelCall(ushort Netuid, Hash256 Card) : LedgerCall
{
    /// <inheritdoc/>
    public override CallTag Tag => CallTag.RetireModel;

    /// <inheritdoc/>
    public override bool IsFree => true;

    internal override void WriteBody(CanonicalWriter writer)
    {
        writer.U16(Netuid);
        writer.Digest(Card);
    }

    internal static RetireModelCall ReadBody(ref CanonicalReader reader) =>
        new(reader.U16(), reader.Digest());
}
