namespace Subnet.Health.Rpc.Server;

/// <summary>How a server answers, whatever the method.</summary>
internal sealed record GrpcServerOptions
{
    /// <summary>Calls at one time; one more is refused with RESOURCE_EXHAUSTED, so that memory stays bounded under overload.</summary>
    public int MaxConcurrentCalls { get; init; } = 1024;

    /// <summary>Largest message sent, in bytes.</summary>
    public int MaxSendMessageBytes { get; init; } = 64 << 20;

    /// <summary>How long trailers of a call past its deadline may wait for a reader that does not read.</summary>
    public TimeSpan TrailerGrace { get; init; } = TimeSpan.FromSeconds(1);
}
