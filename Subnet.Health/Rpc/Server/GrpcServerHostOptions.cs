using System.Net;

namespace Subnet.Health.Rpc.Server;

/// <summary>Where and how a server listens.</summary>
/// <param name="Endpoint">Address and port; port 0 lets the system choose.</param>
internal sealed record GrpcServerHostOptions(IPEndPoint Endpoint)
{
    /// <summary>Room for all headers of a request: gRPC suggests 8 KiB, tokens and signatures need some more.</summary>
    public const int HeaderBytes = 16 * 1024;

    /// <summary>What one stream may have in flight unread, in bytes. A key bundle fills it, a query does not.</summary>
    public const int StreamWindowBytes = 1 << 20;

    /// <summary>What all streams of a connection may have in flight together, in bytes.</summary>
    public const int ConnectionWindowBytes = 4 << 20;

    /// <summary>Certificate and trust; null is plaintext, on loopback only.</summary>
    public GrpcServerTls? Tls { get; init; }

    /// <summary>How calls are answered.</summary>
    public GrpcServerOptions Calls { get; init; } = new();

    /// <summary>Connections at one time.</summary>
    public int MaxConnections { get; init; } = 1024;

    /// <summary>Calls at one time on one connection; more wait at the client.</summary>
    public int MaxStreamsPerConnection { get; init; } = 128;

    /// <summary>How long running calls may go on after a stop.</summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(10);
}
