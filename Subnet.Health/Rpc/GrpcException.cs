namespace Subnet.Health.Rpc;

/// <summary>
/// A call that did not end with OK. Thrown by the client side with what came from the peer, and by a handler to end its
/// call with that status; its message then crosses the wire.
/// </summary>
internal sealed class GrpcException : Exception
{
    /// <summary>A call that ended with <paramref name="status"/>.</summary>
    public GrpcException(GrpcStatus status, GrpcMetadata? trailers = null, Exception? inner = null)
        : base(status.ToString(), inner)
    {
        Status = status;
        Trailers = trailers ?? new GrpcMetadata();
    }

    /// <summary>A call that ended with <paramref name="code"/> and a sentence for the other side.</summary>
    public GrpcException(GrpcStatusCode code, string message)
        : this(new GrpcStatus(code, message))
    {
    }

    /// <summary>How the call ended.</summary>
    public GrpcStatus Status { get; }

    /// <summary>The metadata that came (or is to go) with the status.</summary>
    public GrpcMetadata Trailers { get; }

    /// <summary>Whether the server's transport refused the call before any of it was processed (HTTP/2 REFUSED_STREAM).</summary>
    public bool IsRefused { get; init; }

    /// <summary>Whether no connection came about, so that nothing reached the server.</summary>
    public bool IsUnconnected { get; init; }
}
