using Subnet.Core.State;

namespace Subnet.Core.Ledger.Calls;

/// <summary>Creates a subnet; the lock cost becomes its pool.</summary>
/// <param name="Hotkey">The hotkey.</param>
/// <param name="Name">Shown to people.</param>
/// <param name="MaxLockCost">Highest lock cost accepted, in rao.</param>
public sealed record CreateSubnetCall(AccountId Hotkey, string Name, ulong MaxLockCost) : LedgerCall
{
    /// <inheritdoc/>
    public override CallTag Tag => CallTag.CreateSubnet;

    internal override void WriteBody(CanonicalWriter writer)
    {
        writer.Account(Hotkey);
        writer.Text(Name);
        writer.U64(MaxLockCost);
    }

    internal static CreateSubnetCall ReadBody(ref CanonicalReader reader) =>
        new(reader.Account(), reader.Text(64), reader.U64());
}
