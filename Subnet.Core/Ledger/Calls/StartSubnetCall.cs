using Subnet.Core.State;

namespace Subnet.Core.Ledger.Calls;

/// <summary>Starts the emission of an own subnet.</summary>
/// <param name="Netuid">Subnet; 0 is root.</param>
public sealed record StartSubnetCall(ushort Netuid) : LedgerCall
{
    /// <inheritdoc/>
    public override CallTag Tag => CallTag.StartSubnet;

    internal override void WriteBody(CanonicalWriter writer) => writer.U16(Netuid);

    internal static StartSubnetCall ReadBody(ref CanonicalReader reader) =>
        new(reader.U16());
}
