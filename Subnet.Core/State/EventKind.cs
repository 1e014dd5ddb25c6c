namespace Subnet.Core.State;

/// <summary>What an event tells; its two numbers are named in this order.</summary>
public enum EventKind
{
    /// <summary>TAO went from other to subject; rao.</summary>
    Transferred = 1,

    /// <summary>Subject staked behind other; rao paid, alpha received.</summary>
    StakeAdded = 2,

    /// <summary>Subject unstaked from behind other; alpha paid, rao received.</summary>
    StakeRemoved = 3,

    /// <summary>Stake behind subject went behind other; amount.</summary>
    StakeMoved = 4,

    /// <summary>Stake behind subject came to this subnet; received, and the subnet it left.</summary>
    StakeSwapped = 5,

    /// <summary>By subject with owner hotkey other; lock cost in rao.</summary>
    SubnetCreated = 6,

    /// <summary>Emission may begin.</summary>
    SubnetStarted = 7,

    /// <summary>Its holders were paid out; rao, number of holders.</summary>
    SubnetDissolved = 8,

    /// <summary>Number of the parameter, low 64 bits of its value.</summary>
    HyperparameterSet = 9,

    /// <summary>Number of the parameter, low 64 bits of its value.</summary>
    GlobalParameterSet = 10,

    /// <summary>The version.</summary>
    ProtocolVersionSet = 11,

    /// <summary>Subject registered by other; price in rao, uid.</summary>
    NeuronRegistered = 12,

    /// <summary>Subject gave way; uid.</summary>
    NeuronPruned = 13,

    /// <summary>By subject; uid, number of weights.</summary>
    WeightsSet = 14,

    /// <summary>By subject; uid, epoch of the commit.</summary>
    WeightsCommitted = 15,

    /// <summary>By subject; uid, epoch of the commit.</summary>
    WeightsRevealed = 16,

    /// <summary>Commits of subject that were not revealed in time; number.</summary>
    CommitExpired = 17,

    /// <summary>Of subject; of 65535.</summary>
    TakeSet = 18,

    /// <summary>Of subject; number, first block in effect.</summary>
    ChildrenScheduled = 19,

    /// <summary>Of subject; number.</summary>
    ChildrenApplied = 20,

    /// <summary>Of subject; of 65535.</summary>
    ChildTakeSet = 21,

    /// <summary>By subject from behind other; alpha, rao if swapped.</summary>
    RootClaimed = 22,

    /// <summary>By subject.</summary>
    EndpointServed = 23,

    /// <summary>
    /// Epoch counter before it, alpha distributed (of a mechanism beside the first: its part). Subject and other are no accounts here: their bytes are the hashes of what the epoch read
    /// (SHA-256 of the epoch record) and of what it decided (the epoch digest of the result).
    /// </summary>
    EpochRun = 24,

    /// <summary>Alpha to miner subject as stake; amount, uid.</summary>
    ServerEmission = 25,

    /// <summary>Alpha of the owner's hotkey subject, burned or recycled; amount, uid.</summary>
    ServerEmissionWithheld = 26,

    /// <summary>Alpha dividends of validator subject after its take; to nominators, take.</summary>
    ValidatorEmission = 27,

    /// <summary>Alpha dividends of subject for root stake; to nominators, take.</summary>
    RootEmission = 28,

    /// <summary>Alpha to owner hotkey subject.</summary>
    OwnerCut = 29,

    /// <summary>Alpha of an epoch that nobody earned.</summary>
    EmissionRecycled = 30,

    /// <summary>Alpha left over by rounding in an epoch.</summary>
    Dust = 31,

    /// <summary>By subject; access epoch, denomination.</summary>
    IssuerKeyPublished = 32,

    /// <summary>By subject; tokens, rao.</summary>
    AccessPurchased = 33,

    /// <summary>By miner subject; tokens, rao received.</summary>
    AccessSettled = 34,

    /// <summary>Unsettled fees of a finished epoch; rao burned, tokens.</summary>
    AccessExpired = 35,

    /// <summary>By miner subject.</summary>
    ModelRegistered = 36,

    /// <summary>By miner subject.</summary>
    ModelRetired = 37,

    /// <summary>By subject; tree size.</summary>
    CheckpointAnchored = 38,

    /// <summary>By subject; number of the proposal.</summary>
    Proposed = 39,

    /// <summary>By subject; number of the proposal, choice.</summary>
    Voted = 40,

    /// <summary>Number of the proposal, its status.</summary>
    ProposalClosed = 41,

    /// <summary>Number of the proposal, reason of failure or 0.</summary>
    ProposalExecuted = 42,

    /// <summary>By the administrator; kind of the action.</summary>
    Administered = 43,

    /// <summary>Subject's rest behind other fell below the minimum and was paid out; alpha.</summary>
    StakeCleared = 44,
}
