namespace Subnet.Core.State;

/// <summary>Something that happened on the ledger; part of the receipts a block commits to.</summary>
/// <param name="Kind">What.</param>
/// <param name="Netuid">On which subnet; 0 where none is concerned or on root. Of weights and epochs of a mechanism beside the first its place, see <see cref="MechanismIndex"/>.</param>
/// <param name="Subject">To whom: an account, or zero.</param>
/// <param name="Other">The other party: an account, or zero.</param>
/// <param name="Amount">How much, or a number; see <see cref="EventKind"/>.</param>
/// <param name="Extra">A second number; see <see cref="EventKind"/>.</param>
public readonly record struct LedgerEvent(EventKind Kind, ushort Netuid, AccountId Subject, AccountId Other, ulong Amount, ulong Extra)
    : IStateRecord<LedgerEvent>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.U8((byte)Kind);
        writer.U16(Netuid);
        writer.Account(Subject);
        writer.Account(Other);
        writer.U64(Amount);
        writer.U64(Extra);
    }

    /// <inheritdoc/>
    public static LedgerEvent Read(ref CanonicalReader reader) =>
        new((EventKind)reader.U8(), reader.U16(), reader.Account(), reader.Account(), reader.U64(), reader.U64());
}
