using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Subnet.Health.Rpc.Certificates;

namespace Subnet.Health.Rpc.Server;

/// <summary>
/// A gRPC server on one port: HTTP/2 alone, with TLS, or without on loopback. It reads no environment and no settings
/// file: everything comes through <see cref="GrpcServerHostOptions"/>.
/// </summary>
internal sealed class GrpcServerHost : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly GrpcServerMetrics metrics;

    private GrpcServerHost(WebApplication application, GrpcServerMetrics metrics, Uri address)
    {
        this.application = application;
        this.metrics = metrics;
        Address = address;
    }

    /// <summary>Where it listens, with the port that was chosen.</summary>
    public Uri Address { get; }

    /// <summary>Starts to listen.</summary>
    /// <exception cref="ArgumentException">Without TLS and not on loopback.</exception>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<GrpcServerHost> StartAsync(
        GrpcServerHostOptions options, GrpcServices services, ILoggerFactory loggers, TimeProvider clock, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(services);
        if (options.Tls is null && !IPAddress.IsLoopback(options.Endpoint.Address))
        {
            throw new ArgumentException($"without TLS a server listens on loopback only, not on {options.Endpoint.Address}", nameof(options));
        }

        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Services.Replace(ServiceDescriptor.Singleton(loggers));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.DrainTime);
        builder.Services.Replace(ServiceDescriptor.Singleton<IMemoryPoolFactory<byte>, TransportMemory>());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => Configure(kestrel, options));
        WebApplication application = builder.Build();
        GrpcServerMetrics metrics = new();
        GrpcRequestHandler handler = new(services, options.Calls, metrics, clock, loggers.CreateLogger<GrpcRequestHandler>());
        application.Run(handler.HandleAsync);
        try
        {
            await application.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            await application.DisposeAsync().ConfigureAwait(false);
            metrics.Dispose();
            if (fault is IOException { InnerException: AddressInUseException })
            {
                throw new PortTakenException(options.Endpoint, fault);
            }

            throw;
        }

        string address = application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
        return new GrpcServerHost(application, metrics, new Uri(address));
    }

    /// <summary>Takes no new calls and waits for those that run, at most for the drain time; then ends them.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => application.StopAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await application.DisposeAsync().ConfigureAwait(false);
        metrics.Dispose();
    }

    private static void Configure(KestrelServerOptions kestrel, GrpcServerHostOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = options.MaxConnections;
        kestrel.Limits.MaxRequestBufferSize = options.BufferBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = GrpcServerHostOptions.HeaderBytes;
        kestrel.Limits.Http2.MaxRequestHeaderFieldSize = GrpcServerHostOptions.HeaderBytes;
        kestrel.Limits.Http2.MaxStreamsPerConnection = options.MaxStreamsPerConnection;
        kestrel.Limits.Http2.InitialStreamWindowSize = options.StreamWindowBytes;
        kestrel.Limits.Http2.InitialConnectionWindowSize = options.ConnectionWindowBytes;
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
        kestrel.Listen(options.Endpoint, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            if (options.Tls is { } tls)
            {
                listen.UseHttps(https => ConfigureTls(https, tls));
            }
        });
    }

    private static void ConfigureTls(HttpsConnectionAdapterOptions https, GrpcServerTls tls)
    {
        https.ServerCertificate = tls.Certificate;
        if (tls.Clients is null)
        {
            https.ClientCertificateMode = ClientCertificateMode.NoCertificate;
            return;
        }

        https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
        https.ClientCertificateValidation = (certificate, _, _) => tls.Clients.Accepts(certificate, PeerRole.Client);
    }
}
