using System.Net.Sockets;
using System.Security.Authentication;

namespace Subnet.Health.Rpc.Client;

/// <summary>The status of a call that the transport ended (<c>doc/PROTOCOL-HTTP2.md</c>, "HTTP2 transport mapping").</summary>
internal static class TransportErrors
{
    /// <summary>The status for what sending or reading threw.</summary>
    public static GrpcStatus ToStatus(Exception exception)
    {
        for (Exception? inner = exception; inner is not null; inner = inner.InnerException)
        {
            switch (inner)
            {
                case HttpProtocolException { ErrorCode: >= 0 } protocol:
                    return new GrpcStatus(FromReset(protocol.ErrorCode), $"The server ended the stream with HTTP/2 code {protocol.ErrorCode}.");
                case AuthenticationException:
                    return new GrpcStatus(GrpcStatusCode.Unavailable, "The TLS handshake failed: check both certificates and whom each side trusts.");
                case SocketException or HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError }:
                    return new GrpcStatus(GrpcStatusCode.Unavailable, $"The server cannot be reached: {inner.Message}");
            }
        }

        return exception is IOException or HttpRequestException
            ? new GrpcStatus(GrpcStatusCode.Unavailable, "The connection broke off.")
            : new GrpcStatus(GrpcStatusCode.Internal, "The call failed in the transport.");
    }

    /// <summary>Whether the transport could not even open a connection, so that nothing reached the server.</summary>
    public static bool IsConnectFailure(Exception exception) =>
        exception is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError, InnerException: SocketException };

    private static GrpcStatusCode FromReset(long code) => code switch
    {
        7 => GrpcStatusCode.Unavailable,
        8 => GrpcStatusCode.Cancelled,
        11 => GrpcStatusCode.ResourceExhausted,
        12 => GrpcStatusCode.PermissionDenied,
        5 => GrpcStatusCode.Unknown,
        _ => GrpcStatusCode.Internal,
    };
}
