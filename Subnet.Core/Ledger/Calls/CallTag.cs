namespace Subnet.Core.Ledger.Calls;

/// <summary>The first byte of an encoded call; never reused.</summary>
public enum CallTag
{
    /// <summary><see cref="TransferCall"/>.</summary>
    Transfer = 1,

    /// <summary><see cref="AddStakeCall"/>.</summary>
    AddStake = 2,

    /// <summary><see cref="RemoveStakeCall"/>.</summary>
    RemoveStake = 3,

    /// <summary><see cref="MoveStakeCall"/>.</summary>
    MoveStake = 4,

    /// <summary><see cref="SwapStakeCall"/>.</summary>
    SwapStake = 5,

    /// <summary><see cref="CreateSubnetCall"/>.</summary>
    CreateSubnet = 6,

    /// <summary><see cref="StartSubnetCall"/>.</summary>
    StartSubnet = 7,

    /// <summary><see cref="SetHyperparameterCall"/>.</summary>
    SetHyperparameter = 8,

    /// <summary><see cref="RegisterNeuronCall"/>.</summary>
    RegisterNeuron = 9,

    /// <summary><see cref="RegisterRootCall"/>.</summary>
    RegisterRoot = 10,

    /// <summary><see cref="SetWeightsCall"/>.</summary>
    SetWeights = 11,

    /// <summary><see cref="CommitWeightsCall"/>.</summary>
    CommitWeights = 12,

    /// <summary><see cref="RevealWeightsCall"/>.</summary>
    RevealWeights = 13,

    /// <summary><see cref="SetTakeCall"/>.</summary>
    SetTake = 14,

    /// <summary><see cref="SetChildrenCall"/>.</summary>
    SetChildren = 15,

    /// <summary><see cref="SetChildTakeCall"/>.</summary>
    SetChildTake = 16,

    /// <summary><see cref="ClaimRootCall"/>.</summary>
    ClaimRoot = 17,

    /// <summary><see cref="ServeEndpointCall"/>.</summary>
    ServeEndpoint = 18,

    /// <summary><see cref="PublishIssuerKeyCall"/>.</summary>
    PublishIssuerKey = 19,

    /// <summary><see cref="PurchaseAccessCall"/>.</summary>
    PurchaseAccess = 20,

    /// <summary><see cref="SettleAccessCall"/>.</summary>
    SettleAccess = 21,

    /// <summary><see cref="RegisterModelCall"/>.</summary>
    RegisterModel = 22,

    /// <summary><see cref="RetireModelCall"/>.</summary>
    RetireModel = 23,

    /// <summary><see cref="AnchorCheckpointCall"/>.</summary>
    AnchorCheckpoint = 24,

    /// <summary><see cref="ProposeCall"/>.</summary>
    Propose = 25,

    /// <summary><see cref="CastVoteCall"/>.</summary>
    CastVote = 26,

    /// <summary><see cref="AdministerCall"/>.</summary>
    Administer = 27,
}
