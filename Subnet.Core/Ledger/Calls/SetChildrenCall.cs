using Subnet.Core.State;

namespace Subnet.Core.Ledger.Calls;

/// <summary>Lets other hotkeys validate with an own hotkey's stake; takes effect later.</summary>
/// <param name="Netuid">Subnet; 0 is root.</param>
/// <param name="Hotkey">The hotkey.</param>
/// <param name="Children">None revokes.</param>
public sealed record SetChildrenCall(ushort Netuid, AccountId Hotkey, IReadOnlyList<ChildLink> Children) : LedgerCall
{
    /// <inheritdoc/>
    public override CallTag Tag => CallTag.SetChildren;

    internal override void WriteBody(CanonicalWriter writer)
    {
        writer.U16(Netuid);
        writer.Account(Hotkey);
        Lists.Write(writer, Children);
    }

    internal static SetChildrenCall ReadBody(ref CanonicalReader reader) =>
        new(reader.U16(), reader.Account(), Lists.Read<ChildLink>(ref reader, 16));
}
