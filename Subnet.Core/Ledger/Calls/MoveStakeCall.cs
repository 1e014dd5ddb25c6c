using Subnet.Core.State;

namespace Subnet.Core.Ledger.Calls;

/// <summary>Moves stake to another hotkey of the same subnet, without a swap.</summary>
/// <param name="Netuid">Subnet; 0 is root.</param>
/// <param name="FromHotkey">Where it is.</param>
/// <param name="ToHotkey">Where it goes.</param>
/// <param name="Amount">In smallest units; the largest value takes all.</param>
public sealed record MoveStakeCall(ushort Netuid, AccountId FromHotkey, AccountId ToHotkey, ulong Amount) : LedgerCall
{
    /// <inheritdoc/>
    public override CallTag Tag => CallTag.MoveStake;

    internal override void WriteBody(CanonicalWriter writer)
    {
        writer.U16(Netuid);
        writer.Account(FromHotkey);
        writer.Account(ToHotkey);
        writer.U64(Amount);
    }

    internal static MoveStakeCall ReadBody(ref CanonicalReader reader) =>
        new(reader.U16(), reader.Account(), reader.Account(), reader.U64());
}
