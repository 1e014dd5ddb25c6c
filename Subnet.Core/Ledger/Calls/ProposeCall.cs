using Subnet.Core.State;

namespace Subnet.Core.Ledger.Calls;

/// <summary>Opens a vote.</summary>
/// <param name="Action">What is proposed.</param>
/// <param name="Rationale">SHA-256 of the text that argues for it.</param>
public sealed record ProposeCall(ProposalAction Action, Hash256 Rationale) : LedgerCall
{
    /// <inheritdoc/>
    public override CallTag Tag => CallTag.Propose;

    internal override void WriteBody(CanonicalWriter writer)
    {
        Action.Write(writer);
        writer.Digest(Rationale);
    }

    internal static ProposeCall ReadBody(ref CanonicalReader reader) =>
        new(ProposalAction.Read(ref reader), reader.Digest());
}
