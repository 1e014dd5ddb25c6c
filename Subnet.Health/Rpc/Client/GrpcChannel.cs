using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Subnet.Health.Rpc.Certificates;

namespace Subnet.Health.Rpc.Client;

/// <summary>
/// Calls the methods of one server over HTTP/2. Connections are opened when needed and kept. Safe for concurrent use.
/// The transport itself repeats what it knows was not processed (REFUSED_STREAM, GOAWAY before the stream, a kept
/// connection found closed); nothing else is ever sent twice.
/// </summary>
internal sealed class GrpcChannel : IDisposable
{
    private readonly SocketsHttpHandler handler;
    private readonly HttpMessageInvoker invoker;
    private readonly TimeProvider clock;

    /// <summary>A channel to <paramref name="address"/>: <c>https</c>, or <c>http</c> on loopback.</summary>
    /// <exception cref="ArgumentException">Another scheme, plaintext beyond loopback, or TLS without options for it.</exception>
    public GrpcChannel(Uri address, GrpcChannelOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(options);
        bool tls = address.Scheme == Uri.UriSchemeHttps;
        if (!tls && (address.Scheme != Uri.UriSchemeHttp || !address.IsLoopback))
        {
            throw new ArgumentException($"'{address}' is neither https nor http on loopback", nameof(address));
        }

        if (tls && options.Tls is null)
        {
            throw new ArgumentException($"'{address}' needs the authorities to trust", nameof(options));
        }

        Address = address;
        Options = options;
        this.clock = clock;
        handler = CreateHandler(address, options);
        invoker = new HttpMessageInvoker(handler, disposeHandler: true);
    }

    /// <summary>The server.</summary>
    public Uri Address { get; }

    /// <summary>What was given.</summary>
    internal GrpcChannelOptions Options { get; }

    /// <summary>Starts a call of any kind; the caller writes, reads and disposes it.</summary>
    public GrpcCall<TRequest, TResponse> Start<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, GrpcCallOptions options, CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        GrpcCall<TRequest, TResponse>.StartStreaming(this, invoker, clock, method, options, cancellationToken);

    /// <summary>Sends one request and takes one response.</summary>
    /// <exception cref="GrpcException">The call ended with another status than OK.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public async Task<TResponse> UnaryAsync<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, TRequest request, GrpcCallOptions options, CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        await using GrpcCall<TRequest, TResponse> call = StartSingle(method, request, options, cancellationToken);
        return await call.ReadSingleAsync().ConfigureAwait(false);
    }

    /// <summary>Sends one request; the caller reads the responses and disposes the call.</summary>
    public GrpcCall<TRequest, TResponse> StartSingle<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, TRequest request, GrpcCallOptions options, CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        GrpcCall<TRequest, TResponse>.StartSingle(this, invoker, clock, method, request, options, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => invoker.Dispose();

    private static SocketsHttpHandler CreateHandler(Uri address, GrpcChannelOptions options)
    {
        SocketsHttpHandler handler = new()
        {
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = options.ConnectTimeout,
            PooledConnectionLifetime = options.OneCallPerConnection ? TimeSpan.Zero : Timeout.InfiniteTimeSpan,
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(20),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
        };
        if (options.Tls is { } tls)
        {
            handler.SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                    tls.Servers.Accepts(certificate as X509Certificate2, PeerRole.Server, address.IdnHost),
                ClientCertificateContext = tls.Certificate is null ? null : SslStreamCertificateContext.Create(tls.Certificate, null, offline: true),
            };
        }

        return handler;
    }
}
