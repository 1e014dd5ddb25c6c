using System.Net;

namespace Subnet.Health.Rpc.Server;

/// <summary>Where and how a server listens.</summary>
/// <param name="Endpoint">Address and port; port 0 lets the system choose.</param>
internal sealed record GrpcServerHostOptions(IPEndPoint Endpoint)
{
    /// <summary>Room for all headers of a request: gRPC suggests 8 KiB, tokens and signatures need some more.</summary>
    public const int HeaderBytes = 16 * 1024;

    // Objects of the connection and of its streams, tables of header compression, TLS records being put together, and what waits to be sent (64 KiB).
    private const int StateBytes = 128 << 10;

    /// <summary>What one stream may have in flight unread, in bytes, 64 KiB or more. A key bundle fills it, a query does not.</summary>
    public int StreamWindowBytes { get; init; } = 1 << 20;

    /// <summary>What all streams of a connection may have in flight together, in bytes, 64 KiB or more.</summary>
    public int ConnectionWindowBytes { get; init; } = 4 << 20;

    /// <summary>Certificate and trust; null is plaintext, on loopback only.</summary>
    public GrpcServerTls? Tls { get; init; }

    /// <summary>How calls are answered.</summary>
    public GrpcServerOptions Calls { get; init; } = new();

    /// <summary>Bytes of a connection that came and are not told apart into frames yet, at most, 64 KiB or more.</summary>
    public int BufferBytes { get; init; } = 1 << 20;

    /// <summary>Connections at one time.</summary>
    public int MaxConnections { get; init; } = 1024;

    /// <summary>Calls at one time on one connection; more wait at the client.</summary>
    public int MaxStreamsPerConnection { get; init; } = 128;

    /// <summary>
    /// What one connection can hold at most beside messages that count against a <see cref="MessageBudget"/>, in bytes: what its peer may send before anybody read it, a block
    /// of memory a stream, and its state.
    /// </summary>
    public long BytesPerConnection => ConnectionWindowBytes + BufferBytes + ((long)MaxStreamsPerConnection * TransportMemory.BlockBytes) + StateBytes;

    /// <summary>How long running calls may go on after a stop.</summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(10);
}
