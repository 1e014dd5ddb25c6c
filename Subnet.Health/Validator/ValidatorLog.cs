using Subnet.Core.State;

namespace Subnet.Health.Validator;

/// <summary>What a validator says in its log: events 4000 to 4099.</summary>
internal static partial class ValidatorLog
{
    [LoggerMessage(4000, LogLevel.Information, "subnet {Netuid}: plan of epoch {Epoch} logged, {Queries} queries to {Miners} miners")]
    public static partial void Planned(ILogger logger, ushort netuid, ulong epoch, int queries, int miners);

    [LoggerMessage(4001, LogLevel.Information, "subnet {Netuid}: epoch {Epoch}, {Miner}: {Code}, {Signatures} of 3 signatures")]
    public static partial void Judged(ILogger logger, ushort netuid, ulong epoch, string miner, string code, int signatures);

    [LoggerMessage(4002, LogLevel.Information, "subnet {Netuid}: weights of epoch {Epoch} committed")]
    public static partial void Committed(ILogger logger, ushort netuid, ulong epoch);

    [LoggerMessage(4003, LogLevel.Information, "subnet {Netuid}: weights of epoch {Epoch} revealed")]
    public static partial void Revealed(ILogger logger, ushort netuid, ulong epoch);

    [LoggerMessage(4004, LogLevel.Warning, "subnet {Netuid}: weights of epoch {Epoch} came too late for the ledger: {Reason}")]
    public static partial void WeightsExpired(ILogger logger, ushort netuid, ulong epoch, string reason);

    [LoggerMessage(4010, LogLevel.Warning, "the card {Card} is registered, but {Endpoint} does not serve it")]
    public static partial void CardMissing(ILogger logger, Hash256 card, Uri endpoint);

    [LoggerMessage(4011, LogLevel.Warning, "the card {Card} at {Endpoint} has another hash or commitment than the ledger")]
    public static partial void CardDiffers(ILogger logger, Hash256 card, Uri endpoint);

    [LoggerMessage(4012, LogLevel.Warning, "the card {Card} cannot be had from {Endpoint}: {Reason}")]
    public static partial void CardUnavailable(ILogger logger, Hash256 card, Uri endpoint, string reason);

    [LoggerMessage(4013, LogLevel.Debug, "subnet {Netuid}: a query to {Miner} was not answered: {Reason}")]
    public static partial void NotAnswered(ILogger logger, ushort netuid, string miner, string reason);

    [LoggerMessage(4025, LogLevel.Information, "subnet {Netuid}: {Miner} has not sent its proof of epoch {Epoch}; it is asked again until block {Height}")]
    public static partial void ProofWaitedFor(ILogger logger, ushort netuid, string miner, ulong epoch, ulong height);

    [LoggerMessage(4014, LogLevel.Warning, "subnet {Netuid}: {Validator} does not answer about {Miner}: {Reason}")]
    public static partial void CoValidatorSilent(ILogger logger, ushort netuid, string validator, string miner, string reason);

    [LoggerMessage(4015, LogLevel.Warning, "subnet {Netuid}: {Validator} finds another verdict about {Miner} than this validator")]
    public static partial void CoValidatorDiffers(ILogger logger, ushort netuid, string validator, string miner);

    [LoggerMessage(4016, LogLevel.Warning, "subnet {Netuid}: the plan of epoch {Epoch} could not be announced to {Validator}: {Reason}")]
    public static partial void NotAnnounced(ILogger logger, ushort netuid, ulong epoch, string validator, string reason);

    [LoggerMessage(4020, LogLevel.Information, "subnet {Netuid}: {Copy} answers as {Owner}, whose commitment is older: one reward for both")]
    public static partial void Duplicate(ILogger logger, ushort netuid, string copy, string owner);

    [LoggerMessage(4021, LogLevel.Error, "subnet {Netuid}: the work of block {Height} failed and is tried again with the next block")]
    public static partial void StepFailed(ILogger logger, Exception fault, ushort netuid, ulong height);

    [LoggerMessage(4023, LogLevel.Error, "an open batch of scoring could not be taken up again; its clinic gets no answer from here")]
    public static partial void SlotLost(ILogger logger, Exception fault);

    [LoggerMessage(4024, LogLevel.Information, "{Address} is not on the ledger yet and is announced with a later block: {Reason}")]
    public static partial void NotYetAnnounced(ILogger logger, Uri address, string reason);

    [LoggerMessage(4029, LogLevel.Error, "the disk refused what was due at block {Height}, and nothing of it is half-written; free some space, it is tried again with the next block: {Reason}")]
    public static partial void DiskRefused(ILogger logger, ulong height, string reason);

    [LoggerMessage(4022, LogLevel.Information, "subnet {Netuid}: shadow weights of epoch {Epoch} differ from the ledger's consensus by {Distance:F4}")]
    public static partial void Shadow(ILogger logger, ushort netuid, ulong epoch, double distance);
}
