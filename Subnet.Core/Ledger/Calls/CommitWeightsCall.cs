using Subnet.Core.State;

namespace Subnet.Core.Ledger.Calls;

/// <summary>Commits to weights that are revealed later.</summary>
/// <param name="Netuid">Subnet; for a mechanism beside the first its place, see <see cref="MechanismIndex"/>.</param>
/// <param name="Digest">BLAKE2b-256 of row and salt.</param>
public sealed record CommitWeightsCall(ushort Netuid, Hash256 Digest) : LedgerCall
{
    /// <inheritdoc/>
    public override CallTag Tag => CallTag.CommitWeights;

    /// <inheritdoc/>
    public override bool IsFree => true;

    internal override void WriteBody(CanonicalWriter writer)
    {
        writer.U16(Netuid);
        writer.Digest(Digest);
    }

    internal static CommitWeightsCall ReadBody(ref CanonicalReader reader) =>
        new(reader.U16(), reader.Digest());
}
