namespace Subnet.Core.State;

/// <summary>Counters of the whole ledger.</summary>
/// <param name="Issuance">TAO issued and not recycled, in rao; the halving depends on it.</param>
/// <param name="Burned">TAO in it that nobody can have again.</param>
/// <param name="LastLockCost">Lock cost of the newest subnet.</param>
/// <param name="LastLockBlock">Height of the newest subnet; 0 before the first.</param>
/// <param name="NextProposal">Number of the next proposal.</param>
/// <param name="Administrator">May do what a proposal may, at once; zero where only votes count.</param>
/// <param name="ProtocolVersion">Version of the rules in force.</param>
public sealed record GlobalState(
    ulong Issuance,
    ulong Burned,
    ulong LastLockCost,
    ulong LastLockBlock,
    ulong NextProposal,
    AccountId Administrator,
    uint ProtocolVersion) : IStateRecord<GlobalState>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.U64(Issuance);
        writer.U64(Burned);
        writer.U64(LastLockCost);
        writer.U64(LastLockBlock);
        writer.U64(NextProposal);
        writer.Account(Administrator);
        writer.U32(ProtocolVersion);
    }

    /// <inheritdoc/>
    public static GlobalState Read(ref CanonicalReader reader) =>
        new(
            reader.U64(),
            reader.U64(),
            reader.U64(),
            reader.U64(),
            reader.U64(),
            reader.Account(),
            reader.U32());
}
