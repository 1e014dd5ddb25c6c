using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Polly;
using Polly.Retry;
using Subnet.Health.Rpc.Certificates;

namespace Subnet.Health.Rpc.Client;

/// <summary>
/// Calls the methods of one server over HTTP/2. Connections are opened when needed and kept, or are each call's own. Safe for
/// concurrent use.
/// </summary>
/// <remarks>
/// A shared connection is used once the server said how many calls it takes (<see cref="SettledStream"/>), so that it need refuse none.
/// What the server did not process is sent again: at once by the transport (REFUSED_STREAM, GOAWAY before the stream, a kept connection
/// found closed), and after that, for a unary call refused still, with growing pauses. Nothing else is ever sent twice.
/// </remarks>
internal sealed class GrpcChannel : IDisposable
{
    private const int RefusedRetries = 4;
    private static readonly TimeSpan RefusedPause = TimeSpan.FromMilliseconds(10);

    private readonly HttpMessageInvoker? shared;
    private readonly SslClientAuthenticationOptions? tls;
    private readonly ResiliencePipeline refused;
    private readonly TimeProvider clock;

    /// <summary>A channel to <paramref name="address"/>: <c>https</c>, or <c>http</c> on loopback.</summary>
    /// <exception cref="ArgumentException">Another scheme, plaintext beyond loopback, or TLS without options for it.</exception>
    public GrpcChannel(Uri address, GrpcChannelOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(options);
        bool isTls = address.Scheme == Uri.UriSchemeHttps;
        if (!isTls && (address.Scheme != Uri.UriSchemeHttp || !address.IsLoopback))
        {
            throw new ArgumentException($"'{address}' is neither https nor http on loopback", nameof(address));
        }

        if (isTls && options.Tls is null)
        {
            throw new ArgumentException($"'{address}' needs the authorities to trust", nameof(options));
        }

        Address = address;
        Options = options;
        this.clock = clock;
        tls = CreateTls(address, options);
        shared = options.OneCallPerConnection ? null : Connect();
        refused = new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<GrpcException>(fault => fault.IsRefused),
                MaxRetryAttempts = RefusedRetries,
                BackoffType = DelayBackoffType.Exponential,
                Delay = RefusedPause,
                UseJitter = true,
            })
            .Build();
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
        GrpcCall<TRequest, TResponse>.StartStreaming(this, shared ?? Connect(), clock, method, options, cancellationToken);

    /// <summary>Sends one request and takes one response.</summary>
    /// <exception cref="GrpcException">The call ended with another status than OK.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public async Task<TResponse> UnaryAsync<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, TRequest request, GrpcCallOptions options, CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        long started = clock.GetTimestamp();
        return await refused.ExecuteAsync(
            async stop =>
            {
                await using GrpcCall<TRequest, TResponse> call = StartSingle(method, request, options with { Timeout = Left(options.Timeout, started) }, stop);
                return await call.ReadSingleAsync().ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends one request; the caller reads the responses and disposes the call.</summary>
    public GrpcCall<TRequest, TResponse> StartSingle<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, TRequest request, GrpcCallOptions options, CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        GrpcCall<TRequest, TResponse>.StartSingle(this, shared ?? Connect(), clock, method, request, options, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => shared?.Dispose();

    private static SslClientAuthenticationOptions? CreateTls(Uri address, GrpcChannelOptions options) => options.Tls is not { } tls ? null : new()
    {
        RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            tls.Servers.Accepts(certificate as X509Certificate2, PeerRole.Server, address.IdnHost),
        ClientCertificateContext = tls.Certificate is null ? null : SslStreamCertificateContext.Create(tls.Certificate, null, offline: true),

        // A resumed session would tell the server that two connections are one client's.
        AllowTlsResume = !options.OneCallPerConnection,
    };

    // All time of a call counts against its deadline, pauses between attempts too.
    private TimeSpan? Left(TimeSpan? timeout, long started)
    {
        TimeSpan? left = timeout - clock.GetElapsedTime(started);
        return left < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : left;
    }

    // A handler puts calls that are made at one moment on one connection, whatever lifetime it gives to connections. So a call that must have its own has
    // its own handler, and its connection closes with it.
    private HttpMessageInvoker Connect()
    {
        SocketsHttpHandler handler = new()
        {
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = Options.ConnectTimeout,
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(20),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
        };
        if (tls is not null)
        {
            handler.SslOptions = tls;
        }

        // A connection of one call needs no more streams than any server gives.
        if (!Options.OneCallPerConnection)
        {
            handler.PlaintextStreamFilter = (context, _) => ValueTask.FromResult<Stream>(new SettledStream(context.PlaintextStream));
        }

        return new HttpMessageInvoker(handler, disposeHandler: true);
    }
}
