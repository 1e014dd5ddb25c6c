using Subnet.Core.State;

namespace Subnet.Core.Ledger.Calls;

/// <summary>Moves free TAO to another account.</summary>
/// <param name="To">Receiver.</param>
/// <param name="Amount">In rao.</param>
public sealed record TransferCall(AccountId To, ulong Amount) : LedgerCall
{
    /// <inheritdoc/>
    public override CallTag Tag => CallTag.Transfer;

    internal override void WriteBody(CanonicalWriter writer)
    {
        writer.Account(To);
        writer.U64(Amount);
    }

    internal static TransferCall ReadBody(ref CanonicalReader reader) =>
        new(reader.Account(), reader.U64());
}
