namespace Subnet.Core.State;

/// <summary>What of a subnet changes rarely.</summary>
/// <param name="OwnerColdkey">Who created it and takes the owner's decisions.</param>
/// <param name="OwnerHotkey">Hotkey that receives the owner's cut; exempt from pruning.</param>
/// <param name="CreatedBlock">Height of its creation.</param>
/// <param name="StartedBlock">Height of the start call; 0 before it.</param>
/// <param name="LockCost">TAO locked into the pool at creation.</param>
/// <param name="Name">Shown to people.</param>
public sealed record SubnetInfo(
    AccountId OwnerColdkey,
    AccountId OwnerHotkey,
    ulong CreatedBlock,
    ulong StartedBlock,
    ulong LockCost,
    string Name) : IStateRecord<SubnetInfo>
{
    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.Account(OwnerColdkey);
        writer.Account(OwnerHotkey);
        writer.U64(CreatedBlock);
        writer.U64(StartedBlock);
        writer.U64(LockCost);
        writer.Text(Name);
    }

    /// <inheritdoc/>
    public static SubnetInfo Read(ref CanonicalReader reader) =>
        new(
            reader.Account(),
            reader.Account(),
            reader.U64(),
            reader.U64(),
            reader.U64(),
            reader.Text(64));
}
