namespace Subnet.Health.Review.Tracing;

/// <summary>What a trace asks of the ledger. Implemented over a ledger that was re-executed, so that its answers follow from signed blocks.</summary>
internal interface ITraceLedger
{
    /// <summary>Which ledger, and up to which block.</summary>
    string Name { get; }

    /// <summary>The registration of a card, or null.</summary>
    /// <param name="card">Hash of the card, 64 hexadecimal digits.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<TracedModel?> ModelAsync(string card, CancellationToken cancellationToken);

    /// <summary>The newest anchored checkpoint of a log, or null.</summary>
    Task<TracedAnchor?> AnchorAsync(string origin, CancellationToken cancellationToken);

    /// <summary>The epochs of a subnet that ended after a time, oldest first.</summary>
    /// <param name="netuid">The subnet.</param>
    /// <param name="miner">SS58 address of the miner whose numbers are wanted.</param>
    /// <param name="after">Only epochs whose block is later.</param>
    /// <param name="maximum">How many at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<TracedEpoch>> EpochsAfterAsync(int netuid, string miner, DateTimeOffset after, int maximum, CancellationToken cancellationToken);
}

/// <summary>A registered model.</summary>
/// <param name="Netuid">Its subnet.</param>
/// <param name="Miner">SS58 address of the hotkey.</param>
/// <param name="Commitment">The commitment to its weights, hexadecimal.</param>
/// <param name="Height">Block of registration.</param>
/// <param name="Time">Time of that block.</param>
/// <param name="RetiredTime">Time of the block of retirement, or null while it is in use.</param>
internal sealed record TracedModel(int Netuid, string Miner, string Commitment, long Height, DateTimeOffset Time, DateTimeOffset? RetiredTime);

/// <summary>An anchored checkpoint.</summary>
/// <param name="Size">Entries.</param>
/// <param name="Root">Root, hexadecimal.</param>
/// <param name="Height">Block that anchored it.</param>
internal sealed record TracedAnchor(long Size, string Root, long Height);

/// <summary>The end of an epoch, as far as it concerns one miner.</summary>
/// <param name="Index">The epoch's number.</param>
/// <param name="Height">Block in which it ended.</param>
/// <param name="Time">Time of that block.</param>
/// <param name="Block">Id of that block, hexadecimal.</param>
/// <param name="Weights">The weight that each validator's row in force gives the miner, 0 to 65535, by the validator's address.</param>
/// <param name="Incentive">The miner's share of the miners' emission, 0 to 1.</param>
/// <param name="EmissionRao">What the miner's hotkey got, in smallest units.</param>
/// <param name="Explanation">How these numbers follow from one another, a sentence each.</param>
internal sealed record TracedEpoch(
    long Index,
    long Height,
    DateTimeOffset Time,
    string Block,
    IReadOnlyDictionary<string, int> Weights,
    double Incentive,
    ulong EmissionRao,
    IReadOnlyList<string> Explanation);
