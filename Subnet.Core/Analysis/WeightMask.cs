namespace Subnet.Core.Analysis;

/// <summary>Why a submitted weight does not count.</summary>
public enum WeightMask
{
    /// <summary>It counts.</summary>
    None,

    /// <summary>The validator held no permit before this epoch.</summary>
    NoPermit,

    /// <summary>It is the validator's weight on itself, and the validator is not the subnet's owner.</summary>
    SelfWeight,

    /// <summary>The miner registered in or after the block of the validator's last update: it is not the one who was weighed.</summary>
    MinerNewerThanWeights,

    /// <summary>The miner registered after the validator's earliest unrevealed commit.</summary>
    MinerNewerThanCommit,
}
