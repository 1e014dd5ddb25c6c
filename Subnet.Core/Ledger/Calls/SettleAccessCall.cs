using Subnet.Core.State;

namespace Subnet.Core.Ledger.Calls;

/// <summary>Redeems tokens that the signing miner received.</summary>
/// <param name="Netuid">Subnet; 0 is root.</param>
/// <param name="Epoch">Access epoch.</param>
/// <param name="Denomination">Rows a token pays for.</param>
/// <param name="Tokens">Ascending by bytes.</param>
public sealed record SettleAccessCall(ushort Netuid, ulong Epoch, ushort Denomination, IReadOnlyList<TokenBytes> Tokens) : LedgerCall
{
    /// <inheritdoc/>
    public override CallTag Tag => CallTag.SettleAccess;

    /// <inheritdoc/>
    public override bool IsFree => true;

    internal override void WriteBody(CanonicalWriter writer)
    {
        writer.U16(Netuid);
        writer.U64(Epoch);
        writer.U16(Denomination);
        Lists.Write(writer, Tokens);
    }

    internal static SettleAccessCall ReadBody(ref CanonicalReader reader) =>
        new(reader.U16(), reader.U64(), reader.U16(), Lists.Read<TokenBytes>(ref reader, 1024));
}
