namespace Subnet.Core.State;

/// <summary>The settings of the whole network, caps included; a genesis file sets them, votes change them.</summary>
/// <param name="TaoWeight">Weight of root stake, of 2^64-1.</param>
/// <param name="StakeThreshold">Stake weight a validator needs.</param>
/// <param name="SubnetOwnerCut">Of 65535.</param>
/// <param name="SubnetMovingAlpha">Rate of the moving price, I96F32 bits.</param>
/// <param name="MovingPriceHalving">Blocks after which the moving price runs at half its rate.</param>
/// <param name="SubnetLimit">Subnets beside root.</param>
/// <param name="NetworkMinLockCost">In rao.</param>
/// <param name="LockReductionInterval">Blocks in which the lock cost falls by the newest.</param>
/// <param name="NetworkImmunityPeriod">Blocks a new subnet cannot be dissolved.</param>
/// <param name="NetworkRateLimit">Blocks between subnet creations.</param>
/// <param name="StartDelay">Blocks between creation and start call.</param>
/// <param name="MaxEpochsPerBlock">Epochs in one block.</param>
/// <param name="MinTempo">Lowest tempo an owner may set.</param>
/// <param name="MaxTempo">Highest tempo an owner may set.</param>
/// <param name="MinUids">Lowest MaxAllowedUids.</param>
/// <param name="MaxUids">Highest MaxAllowedUids.</param>
/// <param name="RootSlots">Hotkeys on root.</param>
/// <param name="MaxFeeRate">Highest swap fee, of 65535.</param>
/// <param name="MinStake">Smallest stake operation, in rao.</param>
/// <param name="MinNominatorStake">A rest below it is cleared, in rao.</param>
/// <param name="MaxTake">Highest take, of 65535.</param>
/// <param name="TakeRateLimit">Blocks between raises of a take.</param>
/// <param name="MaxChildren">Children of a hotkey.</param>
/// <param name="ChildrenRateLimit">Blocks between changes of the children.</param>
/// <param name="ChildrenDelay">Blocks until children take effect.</param>
/// <param name="ChildBurn">Part of a parent's dividend that is burned, of 2^64-1.</param>
/// <param name="ServingRateLimit">Blocks between announcements of an endpoint.</param>
/// <param name="OwnerParameterTempos">Tempos between changes of one hyperparameter by the owner.</param>
/// <param name="OwnerFreezeBlocks">Blocks before an epoch in which the owner changes nothing.</param>
/// <param name="TransactionFee">In rao for each transaction.</param>
/// <param name="TransactionByteFee">In rao for each byte.</param>
/// <param name="MaxBlockTransactions">Transactions in a block.</param>
/// <param name="MaxBlockBytes">Bytes of transactions in a block.</param>
/// <param name="VotingPeriod">Blocks in which votes are taken.</param>
/// <param name="ExecutionDelay">Blocks between acceptance and effect.</param>
/// <param name="Quorum">Part of all stake that must vote, of 65535.</param>
/// <param name="Majority">Part of yes and no that yes must exceed, of 65535.</param>
/// <param name="ProposalDeposit">In rao.</param>
/// <param name="ProposalMinStake">Stake power a proposer needs, in rao.</param>
/// <param name="ProposalCooldown">Blocks until the same thing may be proposed again.</param>
/// <param name="AccessEpochBlocks">Blocks of an access epoch.</param>
public sealed record GlobalParameters(
    ulong TaoWeight,
    ulong StakeThreshold,
    ushort SubnetOwnerCut,
    Int128 SubnetMovingAlpha,
    ulong MovingPriceHalving,
    ushort SubnetLimit,
    ulong NetworkMinLockCost,
    ulong LockReductionInterval,
    ulong NetworkImmunityPeriod,
    ulong NetworkRateLimit,
    ulong StartDelay,
    byte MaxEpochsPerBlock,
    ushort MinTempo,
    ushort MaxTempo,
    ushort MinUids,
    ushort MaxUids,
    ushort RootSlots,
    ushort MaxFeeRate,
    ulong MinStake,
    ulong MinNominatorStake,
    ushort MaxTake,
    ulong TakeRateLimit,
    byte MaxChildren,
    ulong ChildrenRateLimit,
    ulong ChildrenDelay,
    ulong ChildBurn,
    ulong ServingRateLimit,
    ushort OwnerParameterTempos,
    ushort OwnerFreezeBlocks,
    ulong TransactionFee,
    ulong TransactionByteFee,
    uint MaxBlockTransactions,
    uint MaxBlockBytes,
    ulong VotingPeriod,
    ulong ExecutionDelay,
    ushort Quorum,
    ushort Majority,
    ulong ProposalDeposit,
    ulong ProposalMinStake,
    ulong ProposalCooldown,
    ulong AccessEpochBlocks) : IStateRecord<GlobalParameters>
{
    /// <summary>The access epoch that a block is in.</summary>
    public ulong AccessEpochAt(ulong height) => height / AccessEpochBlocks;

    /// <summary>The reference chain's defaults.</summary>
    public static GlobalParameters Default { get; } = new(
        TaoWeight: 971_718_665_099_567_868,
        StakeThreshold: 0,
        SubnetOwnerCut: 11_796,
        SubnetMovingAlpha: 12_885,
        MovingPriceHalving: 201_600,
        SubnetLimit: 128,
        NetworkMinLockCost: 1_000_000_000_000,
        LockReductionInterval: 100_800,
        NetworkImmunityPeriod: 1_296_000,
        NetworkRateLimit: 7_200,
        StartDelay: 50_400,
        MaxEpochsPerBlock: 2,
        MinTempo: 360,
        MaxTempo: 50_400,
        MinUids: 64,
        MaxUids: 256,
        RootSlots: 64,
        MaxFeeRate: 10_000,
        MinStake: 2_000_000,
        MinNominatorStake: 2_000_000,
        MaxTake: 11_796,
        TakeRateLimit: 216_000,
        MaxChildren: 5,
        ChildrenRateLimit: 150,
        ChildrenDelay: 7_200,
        ChildBurn: 0,
        ServingRateLimit: 50,
        OwnerParameterTempos: 2,
        OwnerFreezeBlocks: 10,
        TransactionFee: 10_000,
        TransactionByteFee: 10,
        MaxBlockTransactions: 20_000,
        MaxBlockBytes: 16_777_216,
        VotingPeriod: 50_400,
        ExecutionDelay: 7_200,
        Quorum: 21_845,
        Majority: 32_768,
        ProposalDeposit: 1_000_000_000,
        ProposalMinStake: 1_000_000_000,
        ProposalCooldown: 100_800,
        AccessEpochBlocks: 7_200);

    /// <inheritdoc/>
    public void Write(CanonicalWriter writer)
    {
        writer.U64(TaoWeight);
        writer.U64(StakeThreshold);
        writer.U16(SubnetOwnerCut);
        writer.I128(SubnetMovingAlpha);
        writer.U64(MovingPriceHalving);
        writer.U16(SubnetLimit);
        writer.U64(NetworkMinLockCost);
        writer.U64(LockReductionInterval);
        writer.U64(NetworkImmunityPeriod);
        writer.U64(NetworkRateLimit);
        writer.U64(StartDelay);
        writer.U8(MaxEpochsPerBlock);
        writer.U16(MinTempo);
        writer.U16(MaxTempo);
        writer.U16(MinUids);
        writer.U16(MaxUids);
        writer.U16(RootSlots);
        writer.U16(MaxFeeRate);
        writer.U64(MinStake);
        writer.U64(MinNominatorStake);
        writer.U16(MaxTake);
        writer.U64(TakeRateLimit);
        writer.U8(MaxChildren);
        writer.U64(ChildrenRateLimit);
        writer.U64(ChildrenDelay);
        writer.U64(ChildBurn);
        writer.U64(ServingRateLimit);
        writer.U16(OwnerParameterTempos);
        writer.U16(OwnerFreezeBlocks);
        writer.U64(TransactionFee);
        writer.U64(TransactionByteFee);
        writer.U32(MaxBlockTransactions);
        writer.U32(MaxBlockBytes);
        writer.U64(VotingPeriod);
        writer.U64(ExecutionDelay);
        writer.U16(Quorum);
        writer.U16(Majority);
        writer.U64(ProposalDeposit);
        writer.U64(ProposalMinStake);
        writer.U64(ProposalCooldown);
        writer.U64(AccessEpochBlocks);
    }

    /// <inheritdoc/>
    public static GlobalParameters Read(ref CanonicalReader reader) =>
        new(
            reader.U64(),
            reader.U64(),
            reader.U16(),
            reader.I128(),
            reader.U64(),
            reader.U16(),
            reader.U64(),
            reader.U64(),
            reader.U64(),
            reader.U64(),
            reader.U64(),
            reader.U8(),
            reader.U16(),
            reader.U16(),
            reader.U16(),
            reader.U16(),
            reader.U16(),
            reader.U16(),
            reader.U64(),
            reader.U64(),
            reader.U16(),
            reader.U64(),
            reader.U8(),
            reader.U64(),
            reader.U64(),
            reader.U64(),
            reader.U64(),
            reader.U16(),
            reader.U16(),
            reader.U64(),
            reader.U64(),
            reader.U32(),
            reader.U32(),
            reader.U64(),
            reader.U64(),
            reader.U16(),
            reader.U16(),
            reader.U64(),
            reader.U64(),
            reader.U64(),
            reader.U64());
}
