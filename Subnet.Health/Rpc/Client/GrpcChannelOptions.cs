namespace Subnet.Health.Rpc.Client;

/// <summary>How a channel connects and what it accepts.</summary>
internal sealed record GrpcChannelOptions
{
    /// <summary>Trust and certificate; needed for <c>https</c> addresses.</summary>
    public GrpcClientTls? Tls { get; init; }

    /// <summary>How much one call may bring back, unless the call says otherwise.</summary>
    public GrpcLimits Limits { get; init; } = GrpcLimits.Default;

    /// <summary>Largest message sent, in bytes.</summary>
    public int MaxSendMessageBytes { get; init; } = 64 << 20;

    /// <summary>Time to open a connection.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether each call has a connection of its own, without a resumed TLS session, so that the server cannot tie two calls together by it.</summary>
    public bool OneCallPerConnection { get; init; }
}
