using Subnet.Core.State;

namespace Subnet.Core.Ledger.Calls;

/// <summary>Does at once what a proposal may; for the administrator named by the genesis file.</summary>
/// <param name="Action">What is done.</param>
public sealed record AdministerCall(ProposalAction Action) : LedgerCall
{
    /// <inheritdoc/>
    public override CallTag Tag => CallTag.Administer;

    internal override void WriteBody(CanonicalWriter writer) => Action.Write(writer);

    internal static AdministerCall ReadBody(ref CanonicalReader reader) =>
        new(ProposalAction.Read(ref reader));
}
