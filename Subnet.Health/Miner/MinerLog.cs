namespace Subnet.Health.Miner;

/// <summary>What a miner says in its log: events 1000 to 1099. Nothing of a query but counts is ever said.</summary>
internal static partial class MinerLog
{
    [LoggerMessage(1000, LogLevel.Information, "miner {Name} of subnet {Netuid} serves {Models} models at {Address}")]
    public static partial void Serving(ILogger logger, string name, ushort netuid, int models, Uri address);

    [LoggerMessage(1001, LogLevel.Information, "model {Id} ({Card}) is registered")]
    public static partial void Registered(ILogger logger, string id, string card);

    [LoggerMessage(1002, LogLevel.Information, "{Count} tokens of epoch {Epoch} for {Rows} rows are settled")]
    public static partial void Settled(ILogger logger, int count, ulong epoch, int rows);

    [LoggerMessage(1003, LogLevel.Warning, "tokens could not be settled: {Reason}")]
    public static partial void SettlementFailed(ILogger logger, string reason);

    [LoggerMessage(1004, LogLevel.Warning, "the ledger cannot be followed: {Reason}")]
    public static partial void LedgerLost(ILogger logger, string reason);

    [LoggerMessage(1005, LogLevel.Information, "miner {Name} drained and stopped")]
    public static partial void Stopped(ILogger logger, string name);

    [LoggerMessage(1007, LogLevel.Information, "{Address} is not on the ledger yet, which admits a new address only every so many blocks; it is announced with a later one")]
    public static partial void NotYetAnnounced(ILogger logger, Uri address);

    [LoggerMessage(
        1008, LogLevel.Warning,
        "model {Id} was registered {Epochs} access epochs ago or more and is served no longer: compile it again, which makes a new version, or set miner.version_epochs to 0 and start again")]
    public static partial void VersionEnded(ILogger logger, string id, ulong epochs);

    [LoggerMessage(1006, LogLevel.Warning, "{Count} queries were still running when the drain time was over")]
    public static partial void DrainTimeOver(ILogger logger, int count);
}
