namespace Subnet.Health.Rpc.Server;

/// <summary>How a server answers, whatever the method.</summary>
internal sealed record GrpcServerOptions
{
    /// <summary>Calls at one time; one more is refused with RESOURCE_EXHAUSTED, so that memory stays bounded under overload.</summary>
    public int MaxConcurrentCalls { get; init; } = 1024;

    /// <summary>Largest message sent, in bytes.</summary>
    public int MaxSendMessageBytes { get; init; } = 64 << 20;

    /// <summary>How much of an upload is thrown away after its call has ended, in bytes, before the stream is reset.</summary>
    public long MaxDrainBytes { get; init; } = 128L << 20;

    /// <summary>How long a call that has ended waits for a peer that does not read its trailers, or that still sends.</summary>
    public TimeSpan TrailerGrace { get; init; } = TimeSpan.FromSeconds(1);
}
