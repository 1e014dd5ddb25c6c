using System.Net.Sockets;
using System.Security.Authentication;

namespace Subnet.Health.Rpc.Client;

/// <summary>The status of a call that the transport ended (<c>doc/PROTOCOL-HTTP2.md</c>, "HTTP2 transport mapping").</summary>
internal static class TransportErrors
{
    private const long RefusedStream = 7;

    /// <summary>The status for what sending or reading threw.</summary>
    public static GrpcStatus ToStatus(Exception exception)
    {
        foreach (Exception inner in Chain(exception))
        {
            switch (inner)
            {
                case HttpProtocolException { ErrorCode: >= 0 } protocol:
                    return new GrpcStatus(FromReset(protocol.ErrorCode), $"The server ended the stream with HTTP/2 code {protocol.ErrorCode}.");
                case AuthenticationException:
                    return new GrpcStatus(GrpcStatusCode.Unavailable, "The TLS handshake failed: check both certificates and whom each side trusts.");
                case OperationCanceledException { InnerException: TimeoutException }:
                    return new GrpcStatus(GrpcStatusCode.Unavailable, "The server cannot be reached: it took no connection in the time given to connect.");
                case UnsettledConnectionException:
                    return new GrpcStatus(GrpcStatusCode.Unavailable, inner.Message);
                case SocketException or HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError }:
                    return new GrpcStatus(GrpcStatusCode.Unavailable, $"The server cannot be reached: {inner.Message}");
            }
        }

        return exception is IOException or HttpRequestException
            ? new GrpcStatus(GrpcStatusCode.Unavailable, "The connection broke off.")
            : new GrpcStatus(GrpcStatusCode.Internal, "The call failed in the transport.");
    }

    /// <summary>Whether no connection could be opened, so that nothing reached the server.</summary>
    public static bool IsConnectFailure(Exception exception) =>
        Chain(exception).Any(each => each is AuthenticationException or UnsettledConnectionException or OperationCanceledException { InnerException: TimeoutException }
            or HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError });

    /// <summary>Whether the server refused the stream before it processed any of it (RFC 9113, 8.7).</summary>
    public static bool IsRefused(Exception exception) => Chain(exception).Any(each => each is HttpProtocolException { ErrorCode: RefusedStream });

    private static IEnumerable<Exception> Chain(Exception exception)
    {
        for (Exception? inner = exception; inner is not null; inner = inner.InnerException)
        {
            yield return inner;
        }
    }

    private static GrpcStatusCode FromReset(long code) => code switch
    {
        RefusedStream => GrpcStatusCode.Unavailable,
        8 => GrpcStatusCode.Cancelled,
        11 => GrpcStatusCode.ResourceExhausted,
        12 => GrpcStatusCode.PermissionDenied,
        5 => GrpcStatusCode.Unknown,
        _ => GrpcStatusCode.Internal,
    };
}
