namespace Subnet.Core.Governance;

/// <summary>The settings of the whole network by number and name; what a genesis file may set and a vote may change.</summary>
public static class GlobalParameterCatalog
{
    /// <summary>All of them, by number from 1.</summary>
    public static IReadOnlyList<GlobalParameter> All { get; } =
    [
        new(1, "tao_weight", 0, ulong.MaxValue, static p => p.TaoWeight, static (p, v) => p with { TaoWeight = (ulong)v }),
        new(2, "stake_threshold", 0, ulong.MaxValue, static p => p.StakeThreshold, static (p, v) => p with { StakeThreshold = (ulong)v }),
        new(3, "subnet_owner_cut", 0, ushort.MaxValue, static p => p.SubnetOwnerCut, static (p, v) => p with { SubnetOwnerCut = (ushort)v }),
        new(4, "subnet_moving_alpha", 0, 4_294_967_296, static p => p.SubnetMovingAlpha, static (p, v) => p with { SubnetMovingAlpha = (Int128)v }),
        new(5, "moving_price_halving", 1, ulong.MaxValue, static p => p.MovingPriceHalving, static (p, v) => p with { MovingPriceHalving = (ulong)v }),
        new(6, "subnet_limit", 1, 4_095, static p => p.SubnetLimit, static (p, v) => p with { SubnetLimit = (ushort)v }),
        new(7, "network_min_lock_cost", 0, ulong.MaxValue, static p => p.NetworkMinLockCost, static (p, v) => p with { NetworkMinLockCost = (ulong)v }),
        new(8, "lock_reduction_interval", 1, ulong.MaxValue, static p => p.LockReductionInterval, static (p, v) => p with { LockReductionInterval = (ulong)v }),
        new(9, "network_immunity_period", 0, ulong.MaxValue, static p => p.NetworkImmunityPeriod, static (p, v) => p with { NetworkImmunityPeriod = (ulong)v }),
        new(10, "network_rate_limit", 0, ulong.MaxValue, static p => p.NetworkRateLimit, static (p, v) => p with { NetworkRateLimit = (ulong)v }),
        new(11, "start_delay", 0, ulong.MaxValue, static p => p.StartDelay, static (p, v) => p with { StartDelay = (ulong)v }),
        new(12, "max_epochs_per_block", 1, byte.MaxValue, static p => p.MaxEpochsPerBlock, static (p, v) => p with { MaxEpochsPerBlock = (byte)v }),
        new(13, "min_tempo", 1, ushort.MaxValue, static p => p.MinTempo, static (p, v) => p with { MinTempo = (ushort)v }),
        new(14, "max_tempo", 1, ushort.MaxValue, static p => p.MaxTempo, static (p, v) => p with { MaxTempo = (ushort)v }),
        new(15, "min_uids", 1, 4_096, static p => p.MinUids, static (p, v) => p with { MinUids = (ushort)v }),
        new(16, "max_uids", 1, 4_096, static p => p.MaxUids, static (p, v) => p with { MaxUids = (ushort)v }),
        new(17, "root_slots", 1, 4_096, static p => p.RootSlots, static (p, v) => p with { RootSlots = (ushort)v }),
        new(18, "max_fee_rate", 0, ushort.MaxValue, static p => p.MaxFeeRate, static (p, v) => p with { MaxFeeRate = (ushort)v }),
        new(19, "min_stake", 1, ulong.MaxValue, static p => p.MinStake, static (p, v) => p with { MinStake = (ulong)v }),
        new(20, "min_nominator_stake", 0, ulong.MaxValue, static p => p.MinNominatorStake, static (p, v) => p with { MinNominatorStake = (ulong)v }),
        new(21, "max_take", 0, ushort.MaxValue, static p => p.MaxTake, static (p, v) => p with { MaxTake = (ushort)v }),
        new(22, "take_rate_limit", 0, ulong.MaxValue, static p => p.TakeRateLimit, static (p, v) => p with { TakeRateLimit = (ulong)v }),
        new(23, "max_children", 0, 16, static p => p.MaxChildren, static (p, v) => p with { MaxChildren = (byte)v }),
        new(24, "children_rate_limit", 0, ulong.MaxValue, static p => p.ChildrenRateLimit, static (p, v) => p with { ChildrenRateLimit = (ulong)v }),
        new(25, "children_delay", 0, ulong.MaxValue, static p => p.ChildrenDelay, static (p, v) => p with { ChildrenDelay = (ulong)v }),
        new(26, "child_burn", 0, ulong.MaxValue, static p => p.ChildBurn, static (p, v) => p with { ChildBurn = (ulong)v }),
        new(27, "serving_rate_limit", 0, ulong.MaxValue, static p => p.ServingRateLimit, static (p, v) => p with { ServingRateLimit = (ulong)v }),
        new(28, "owner_parameter_tempos", 0, ushort.MaxValue, static p => p.OwnerParameterTempos, static (p, v) => p with { OwnerParameterTempos = (ushort)v }),
        new(29, "owner_freeze_blocks", 0, ushort.MaxValue, static p => p.OwnerFreezeBlocks, static (p, v) => p with { OwnerFreezeBlocks = (ushort)v }),
        new(30, "transaction_fee", 0, ulong.MaxValue, static p => p.TransactionFee, static (p, v) => p with { TransactionFee = (ulong)v }),
        new(31, "transaction_byte_fee", 0, ulong.MaxValue, static p => p.TransactionByteFee, static (p, v) => p with { TransactionByteFee = (ulong)v }),
        new(32, "max_block_transactions", 1, 1_048_576, static p => p.MaxBlockTransactions, static (p, v) => p with { MaxBlockTransactions = (uint)v }),
        new(33, "max_block_bytes", 1_048_576, 268_435_456, static p => p.MaxBlockBytes, static (p, v) => p with { MaxBlockBytes = (uint)v }),
        new(34, "voting_period", 1, ulong.MaxValue, static p => p.VotingPeriod, static (p, v) => p with { VotingPeriod = (ulong)v }),
        new(35, "execution_delay", 0, ulong.MaxValue, static p => p.ExecutionDelay, static (p, v) => p with { ExecutionDelay = (ulong)v }),
        new(36, "quorum", 0, ushort.MaxValue, static p => p.Quorum, static (p, v) => p with { Quorum = (ushort)v }),
        new(37, "majority", 0, ushort.MaxValue, static p => p.Majority, static (p, v) => p with { Majority = (ushort)v }),
        new(38, "proposal_deposit", 0, ulong.MaxValue, static p => p.ProposalDeposit, static (p, v) => p with { ProposalDeposit = (ulong)v }),
        new(39, "proposal_min_stake", 0, ulong.MaxValue, static p => p.ProposalMinStake, static (p, v) => p with { ProposalMinStake = (ulong)v }),
        new(40, "proposal_cooldown", 0, ulong.MaxValue, static p => p.ProposalCooldown, static (p, v) => p with { ProposalCooldown = (ulong)v }),
        new(41, "access_epoch_blocks", 1, ulong.MaxValue, static p => p.AccessEpochBlocks, static (p, v) => p with { AccessEpochBlocks = (ulong)v }),
    ];

    /// <summary>The parameter of a number, or null.</summary>
    public static GlobalParameter? Find(ushort number) => number >= 1 && number <= All.Count ? All[number - 1] : null;

    /// <summary>The parameter of a name, or null.</summary>
    public static GlobalParameter? Find(string name) => All.FirstOrDefault(p => p.Name == name);
}
