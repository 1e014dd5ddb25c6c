using Subnet.Core.State;

namespace Subnet.Core.Ledger.Calls;

/// <summary>Moves stake to another subnet behind the same hotkey: a sale and a purchase.</summary>
/// <param name="Hotkey">The hotkey.</param>
/// <param name="FromNetuid">Where it is.</param>
/// <param name="ToNetuid">Where it goes.</param>
/// <param name="Amount">In smallest units; the largest value takes all.</param>
/// <param name="MinimumReceived">Refuse if less arrives; 0 for any.</param>
public sealed record SwapStakeCall(AccountId Hotkey, ushort FromNetuid, ushort ToNetuid, ulong Amount, ulong MinimumReceived) : LedgerCall
{
    /// <inheritdoc/>
    public override CallTag Tag => CallTag.SwapStake;

    internal override void WriteBody(CanonicalWriter writer)
    {
        writer.Account(Hotkey);
        writer.U16(FromNetuid);
        writer.U16(ToNetuid);
        writer.U64(Amount);
        writer.U64(MinimumReceived);
    }

    internal static SwapStakeCall ReadBody(ref CanonicalReader reader) =>
        new(reader.Account(), reader.U16(), reader.U16(), reader.U64(), reader.U64());
}
