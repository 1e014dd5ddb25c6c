namespace Subnet.Core.State;

/// <summary>Why a call or a transaction was refused; each has a code, a sentence and a fix in <see cref="Rejections"/>.</summary>
public enum RejectionReason
{
    /// <summary>It was not refused.</summary>
    None = 0,

    /// <summary>The signature is not the signer's for this network.</summary>
    BadSignature = 1,

    /// <summary>The transaction is for another network.</summary>
    WrongNetwork = 2,

    /// <summary>A transaction with this nonce was already included.</summary>
    NonceUsed = 3,

    /// <summary>A transaction with an earlier nonce is missing.</summary>
    NonceTooHigh = 4,

    /// <summary>The last height at which the transaction may be included has passed.</summary>
    Expired = 5,

    /// <summary>The fee is higher than the signer accepts.</summary>
    FeeAboveLimit = 6,

    /// <summary>The signer cannot pay the fee.</summary>
    FeeNotCovered = 7,

    /// <summary>The block holds as much as it may.</summary>
    BlockFull = 8,

    /// <summary>The free balance is too small.</summary>
    InsufficientBalance = 9,

    /// <summary>The amount is below the smallest one allowed.</summary>
    AmountTooLow = 10,

    /// <summary>The amount is zero.</summary>
    AmountIsZero = 11,

    /// <summary>Sender and receiver are the same.</summary>
    SameAccount = 12,

    /// <summary>The signer does not own this hotkey.</summary>
    NotOwner = 13,

    /// <summary>The signer does not own this subnet.</summary>
    NotSubnetOwner = 14,

    /// <summary>The signer is not the network's administrator.</summary>
    NotAdministrator = 15,

    /// <summary>There is no such subnet.</summary>
    SubnetNotFound = 16,

    /// <summary>The call has no meaning on root.</summary>
    RootNotAllowed = 17,

    /// <summary>The hotkey is not known to the ledger.</summary>
    HotkeyNotFound = 18,

    /// <summary>The hotkey is not registered on this subnet.</summary>
    HotkeyNotRegistered = 19,

    /// <summary>The hotkey is already registered on this subnet.</summary>
    HotkeyAlreadyRegistered = 20,

    /// <summary>The hotkey belongs to another coldkey.</summary>
    HotkeyOwnedByAnother = 21,

    /// <summary>The same was done too recently.</summary>
    RateLimited = 22,

    /// <summary>The subnet was not started yet.</summary>
    SubnetNotStarted = 23,

    /// <summary>The subnet was already started.</summary>
    SubnetAlreadyStarted = 24,

    /// <summary>The delay has not passed yet.</summary>
    TooEarly = 25,

    /// <summary>The signer has no stake there.</summary>
    StakeNotFound = 26,

    /// <summary>The stake is smaller than the amount.</summary>
    InsufficientStake = 27,

    /// <summary>The price would pass the limit.</summary>
    SlippageTooHigh = 28,

    /// <summary>The pool cannot take an amount of this size.</summary>
    InsufficientLiquidity = 29,

    /// <summary>Both subnets are the same.</summary>
    SameSubnet = 30,

    /// <summary>Both hotkeys are the same.</summary>
    SameHotkey = 31,

    /// <summary>The take is above the highest one allowed.</summary>
    TakeTooHigh = 32,

    /// <summary>The take is below the lowest one allowed on this subnet.</summary>
    TakeTooLow = 33,

    /// <summary>There are more children than allowed.</summary>
    TooManyChildren = 34,

    /// <summary>A child is named twice.</summary>
    DuplicateChild = 35,

    /// <summary>A hotkey cannot be child and parent at once, nor its own child.</summary>
    ChildIsParent = 36,

    /// <summary>The proportions add up to more than the whole.</summary>
    ProportionTooHigh = 37,

    /// <summary>The parent has less stake weight than the threshold.</summary>
    NotEnoughStakeForChildren = 38,

    /// <summary>There is nothing to claim.</summary>
    NothingToClaim = 39,

    /// <summary>The registration price is above the limit given.</summary>
    BurnAboveLimit = 40,

    /// <summary>The lock cost is above the limit given.</summary>
    LockCostAboveLimit = 41,

    /// <summary>The subnet takes no registrations.</summary>
    RegistrationClosed = 42,

    /// <summary>Every uid is protected from pruning.</summary>
    NoSlotAvailable = 43,

    /// <summary>The hotkey has not more root stake than the least one on root.</summary>
    RootStakeTooLow = 44,

    /// <summary>Every subnet is protected from being dissolved.</summary>
    SubnetLimitReached = 45,

    /// <summary>A name needs 1 to 64 printable characters.</summary>
    NameInvalid = 46,

    /// <summary>An address is an absolute http, https or grpc URL.</summary>
    AddressInvalid = 47,

    /// <summary>There is no such parameter.</summary>
    ParameterNotFound = 48,

    /// <summary>The value is outside the range of the parameter.</summary>
    ParameterOutOfRange = 49,

    /// <summary>Only a vote can change this parameter.</summary>
    RootOnlyParameter = 50,

    /// <summary>Parameters are frozen in the blocks before an epoch.</summary>
    TooCloseToEpoch = 51,

    /// <summary>There are not as many weights as uids.</summary>
    LengthsDiffer = 52,

    /// <summary>There are more uids than neurons.</summary>
    TooManyUids = 53,

    /// <summary>The stake weight is below the threshold for validators.</summary>
    NotEnoughStake = 54,

    /// <summary>The version key is below the subnet's.</summary>
    VersionTooOld = 55,

    /// <summary>The hotkey has no validator permit.</summary>
    NoValidatorPermit = 56,

    /// <summary>A uid is named twice.</summary>
    DuplicateUid = 57,

    /// <summary>A uid does not exist.</summary>
    UidNotFound = 58,

    /// <summary>There are fewer weights than the subnet demands.</summary>
    TooFewWeights = 59,

    /// <summary>A weight is above the limit.</summary>
    WeightAboveLimit = 60,

    /// <summary>The subnet takes weights by commit and reveal only.</summary>
    CommitRevealEnabled = 61,

    /// <summary>The subnet takes no commits.</summary>
    CommitRevealDisabled = 62,

    /// <summary>Ten commits wait for their reveal.</summary>
    TooManyCommits = 63,

    /// <summary>No commit matches what was revealed.</summary>
    CommitNotFound = 64,

    /// <summary>The epoch in which to reveal has not come.</summary>
    RevealTooEarly = 65,

    /// <summary>The epoch in which to reveal has passed.</summary>
    RevealExpired = 66,

    /// <summary>The signing hotkey is not registered on this subnet.</summary>
    NotAMiner = 67,

    /// <summary>A denomination is 1, 16 or 256 rows.</summary>
    DenominationInvalid = 68,

    /// <summary>There is already a key for this epoch and denomination.</summary>
    IssuerKeyExists = 69,

    /// <summary>There is no key for this epoch and denomination.</summary>
    IssuerKeyNotFound = 70,

    /// <summary>The public key is not one of the token protocol.</summary>
    IssuerKeyInvalid = 71,

    /// <summary>A key is published before its access epoch begins.</summary>
    EpochNotFuture = 72,

    /// <summary>The access epoch is over.</summary>
    EpochOver = 73,

    /// <summary>The price is above the limit given.</summary>
    PriceAboveLimit = 74,

    /// <summary>The count is zero or too large.</summary>
    CountInvalid = 75,

    /// <summary>Tokens are not in ascending order, or one comes twice.</summary>
    TokensUnsorted = 76,

    /// <summary>A token was not signed by the issuer for this miner.</summary>
    TokenInvalid = 77,

    /// <summary>A token was settled before.</summary>
    TokenSpent = 78,

    /// <summary>More tokens would be settled than were sold.</summary>
    MoreSettledThanSold = 79,

    /// <summary>There is no such proposal.</summary>
    ProposalNotFound = 80,

    /// <summary>The proposal does not say anything the network can do.</summary>
    ProposalInvalid = 81,

    /// <summary>No more votes are taken on this proposal.</summary>
    ProposalClosed = 82,

    /// <summary>The same was proposed too recently.</summary>
    ProposalCooldown = 83,

    /// <summary>The proposer has less stake than a proposal needs.</summary>
    ProposalStakeTooLow = 84,

    /// <summary>This coldkey already voted the same.</summary>
    AlreadyVoted = 85,

    /// <summary>A vote is 0 no, 1 yes or 2 abstain.</summary>
    ChoiceInvalid = 86,

    /// <summary>The signer has no stake to vote with.</summary>
    NoStake = 87,

    /// <summary>The protocol version is not newer, or this build does not know it.</summary>
    VersionNotNewer = 88,

    /// <summary>The origin is not a log's origin line.</summary>
    OriginInvalid = 89,

    /// <summary>Another account anchors for this origin.</summary>
    OriginOwnedByAnother = 90,

    /// <summary>The log is smaller than when it was last anchored.</summary>
    AnchorRollback = 91,

    /// <summary>The log has the same size and another root than when it was last anchored.</summary>
    AnchorFork = 92,

    /// <summary>The card is already registered.</summary>
    ModelExists = 93,

    /// <summary>The signing miner has no such card in use.</summary>
    ModelNotFound = 94,

    /// <summary>A commitment is 32 or 33 bytes, and its opening must verify.</summary>
    CommitmentInvalid = 95,

    /// <summary>Another hotkey registered this commitment first.</summary>
    CommitmentOwnedByAnother = 96,

    /// <summary>The subnet has no such mechanism.</summary>
    MechanismNotFound = 97,
}
