namespace Subnet.Health.Rpc.Client;

/// <summary>What one call sends along and for how long it waits.</summary>
internal sealed record GrpcCallOptions
{
    /// <summary>No metadata, no deadline.</summary>
    public static GrpcCallOptions None { get; } = new();

    /// <summary>Metadata for the server.</summary>
    public GrpcMetadata? Headers { get; init; }

    /// <summary>Time until the call ends with DEADLINE_EXCEEDED; the server is told. Null waits for ever.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Whether requests are compressed. Never beside secrets: their length would show.</summary>
    public bool Compress { get; init; }

    /// <summary>How much may come back; null takes the channel's.</summary>
    public GrpcLimits? Limits { get; init; }
}
