using Subnet.Core.State;

namespace Subnet.Core.Ledger.Calls;

/// <summary>Registers a model card and the commitment to its weights for the signing miner.</summary>
/// <param name="Netuid">Subnet; 0 is root.</param>
/// <param name="Epoch">Epoch of the opening proof's context.</param>
/// <param name="Card">SHA-256 of the card.</param>
/// <param name="Commitment">33 byte curve point or 32 byte hash.</param>
/// <param name="Opening">Proof that the miner can open it.</param>
public sealed record RegisterModelCall(
    ushort Netuid,
    ulong Epoch,
    Hash256 Card,
    ReadOnlyMemory<byte> Commitment,
    ReadOnlyMemory<byte> Opening) : LedgerCall
{
    /// <inheritdoc/>
    public override CallTag Tag => CallTag.RegisterModel;

    /// <inheritdoc/>
    public override bool IsFree => true;

    internal override void WriteBody(CanonicalWriter writer)
    {
        writer.U16(Netuid);
        writer.U64(Epoch);
        writer.Digest(Card);
        writer.Bytes(Commitment.Span);
        writer.Bytes(Opening.Span);
    }

    internal static RegisterModelCall ReadBody(ref CanonicalReader reader) =>
        new(
            reader.U16(),
            reader.U64(),
            reader.Digest(),
            reader.Bytes(64).ToArray(),
            reader.Bytes(4096).ToArray());
}
