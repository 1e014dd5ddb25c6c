using Subnet.Core.State;

namespace Subnet.Core.Ledger.Calls;

/// <summary>Anchors a checkpoint of a transparency log.</summary>
/// <param name="Origin">The log's origin line.</param>
/// <param name="Size">Number of leaves.</param>
/// <param name="Root">Root hash.</param>
public sealed record AnchorCheckpointCall(string Origin, ulong Size, Hash256 Root) : LedgerCall
{
    /// <inheritdoc/>
    public override CallTag Tag => CallTag.AnchorCheckpoint;

    internal override void WriteBody(CanonicalWriter writer)
    {
        writer.Text(Origin);
        writer.U64(Size);
        writer.Digest(Root);
    }

    internal static AnchorCheckpointCall ReadBody(ref CanonicalReader reader) =>
        new(reader.Text(255), reader.U64(), reader.Digest());
}
