namespace Subnet.Health.Issuer;

/// <summary>What an issuer says in its log: events 3000 to 3099.</summary>
internal static partial class IssuerLog
{
    [LoggerMessage(3000, LogLevel.Information, "subnet {Netuid}: the token key of epoch {Epoch} for {Rows} rows is on the ledger")]
    public static partial void KeyPublished(ILogger logger, ushort netuid, ulong epoch, int rows);

    [LoggerMessage(3001, LogLevel.Warning, "subnet {Netuid}: the next token keys could not be published: {Reason}")]
    public static partial void PublishFailed(ILogger logger, ushort netuid, string reason);
}
