namespace Subnet.Health.Validator;

/// <summary>Where a validator stands in one subnet.</summary>
/// <param name="Netuid">The subnet.</param>
/// <param name="Epoch">The current epoch.</param>
/// <param name="Height">The newest block that it worked through.</param>
/// <param name="Planned">Queries of the current epoch.</param>
/// <param name="Answered">Of these, answered so far.</param>
/// <param name="Verdicts">Verdicts of the epoch before, by their words.</param>
/// <param name="Scores">Smoothed score by miner, hexadecimal hotkeys.</param>
/// <param name="PendingWeights">Rows decided and not revealed.</param>
public sealed record ValidatorSubnetStatus(
    ushort Netuid,
    ulong Epoch,
    ulong Height,
    int Planned,
    int Answered,
    IReadOnlyDictionary<string, int> Verdicts,
    IReadOnlyDictionary<string, double> Scores,
    int PendingWeights);

/// <summary>Where a validator stands.</summary>
/// <param name="Hotkey">Its address.</param>
/// <param name="Endpoint">Where it serves.</param>
/// <param name="Shadow">Whether it only looks.</param>
/// <param name="Subnets">One entry for each subnet.</param>
public sealed record ValidatorStatus(string Hotkey, Uri Endpoint, bool Shadow, IReadOnlyList<ValidatorSubnetStatus> Subnets);
