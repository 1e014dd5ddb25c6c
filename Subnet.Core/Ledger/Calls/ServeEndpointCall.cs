using Subnet.Core.State;

namespace Subnet.Core.Ledger.Calls;

/// <summary>Announces where the signing hotkey serves.</summary>
/// <param name="Netuid">Subnet; 0 is root.</param>
/// <param name="Address">URL.</param>
public sealed record ServeEndpointCall(ushort Netuid, string Address) : LedgerCall
{
    /// <inheritdoc/>
    public override CallTag Tag => CallTag.ServeEndpoint;

    /// <inheritdoc/>
    public override bool IsFree => true;

    internal override void WriteBody(CanonicalWriter writer)
    {
        writer.U16(Netuid);
        writer.Text(Address);
    }

    internal static ServeEndpointCall ReadBody(ref CanonicalReader reader) =>
        new(reader.U16(), reader.Text(256));
}
