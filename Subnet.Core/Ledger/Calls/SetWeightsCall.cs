using Subnet.Core.State;

namespace Subnet.Core.Ledger.Calls;

/// <summary>Sets the signing hotkey's weights.</summary>
/// <param name="Netuid">Subnet; for a mechanism beside the first its place, see <see cref="MechanismIndex"/>.</param>
/// <param name="Uids">Columns.</param>
/// <param name="Values">One weight for each.</param>
/// <param name="VersionKey">Version of the validator's code.</param>
public sealed record SetWeightsCall(
    ushort Netuid,
    ReadOnlyMemory<ushort> Uids,
    ReadOnlyMemory<ushort> Values,
    ulong VersionKey) : LedgerCall
{
    /// <inheritdoc/>
    public override CallTag Tag => CallTag.SetWeights;

    /// <inheritdoc/>
    public override bool IsFree => true;

    internal override void WriteBody(CanonicalWriter writer)
    {
        writer.U16(Netuid);
        writer.U16List(Uids.Span);
        writer.U16List(Values.Span);
        writer.U64(VersionKey);
    }

    internal static SetWeightsCall ReadBody(ref CanonicalReader reader) =>
        new(reader.U16(), reader.U16List(4096), reader.U16List(4096), reader.U64());
}
