using Subnet.Core.State;

namespace Subnet.Core.Ledger.Calls;

/// <summary>Votes with the signer's stake.</summary>
/// <param name="Proposal">Its number.</param>
/// <param name="Choice">0 no, 1 yes, 2 abstain.</param>
public sealed record CastVoteCall(ulong Proposal, byte Choice) : LedgerCall
{
    /// <inheritdoc/>
    public override CallTag Tag => CallTag.CastVote;

    internal override void WriteBody(CanonicalWriter writer)
    {
        writer.U64(Proposal);
        writer.U8(Choice);
    }

    internal static CastVoteCall ReadBody(ref CanonicalReader reader) =>
        new(reader.U64(), reader.U8());
}
