using Subnet.Core.State;

namespace Subnet.Core.Ledger.Calls;

/// <summary>Buys a uid for a hotkey.</summary>
/// <param name="Netuid">Subnet; 0 is root.</param>
/// <param name="Hotkey">The hotkey.</param>
/// <param name="MaxBurn">Highest price accepted, in rao.</param>
public sealed record RegisterNeuronCall(ushort Netuid, AccountId Hotkey, ulong MaxBurn) : LedgerCall
{
    /// <inheritdoc/>
    public override CallTag Tag => CallTag.RegisterNeuron;

    internal override void WriteBody(CanonicalWriter writer)
    {
        writer.U16(Netuid);
        writer.Account(Hotkey);
        writer.U64(MaxBurn);
    }

    internal static RegisterNeuronCall ReadBody(ref CanonicalReader reader) =>
        new(reader.U16(), reader.Account(), reader.U64());
}
