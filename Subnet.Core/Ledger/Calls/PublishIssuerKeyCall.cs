using Subnet.Core.State;

namespace Subnet.Core.Ledger.Calls;

/// <summary>Publishes a token key for an access epoch that has not begun.</summary>
/// <param name="Netuid">Subnet; 0 is root.</param>
/// <param name="Epoch">Access epoch.</param>
/// <param name="Denomination">Rows a token pays for: 1, 16 or 256.</param>
/// <param name="PublicKey">As the token protocol encodes it.</param>
public sealed record PublishIssuerKeyCall(ushort Netuid, ulong Epoch, ushort Denomination, ReadOnlyMemory<byte> PublicKey) : LedgerCall
{
    /// <inheritdoc/>
    public override CallTag Tag => CallTag.PublishIssuerKey;

    internal override void WriteBody(CanonicalWriter writer)
    {
        writer.U16(Netuid);
        writer.U64(Epoch);
        writer.U16(Denomination);
        writer.Bytes(PublicKey.Span);
    }

    internal static PublishIssuerKeyCall ReadBody(ref CanonicalReader reader) =>
        new(reader.U16(), reader.U64(), reader.U16(), reader.Bytes(1024).ToArray());
}
