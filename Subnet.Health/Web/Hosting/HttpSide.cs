using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Subnet.Health.Rpc.Server;

namespace Subnet.Health.Web.Hosting;

/// <summary>
/// The HTTP side of a role: one port, HTTP/1.1 and HTTP/2, on which its parts answer. It reads no environment and no settings file. Every
/// answer carries the headers of <see cref="SecurityHeaders"/>.
/// </summary>
internal sealed class HttpSide : IAsyncDisposable
{
    private readonly WebApplication application;

    private HttpSide(WebApplication application, Uri address)
    {
        this.application = application;
        Address = address;
    }

    /// <summary>Where it listens, with the port that was chosen.</summary>
    public Uri Address { get; }

    /// <summary>Starts to listen.</summary>
    /// <exception cref="ArgumentException">Without a certificate and not on loopback.</exception>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<HttpSide> StartAsync(
        HttpSideOptions options, IReadOnlyList<IHttpPart> parts, ILoggerFactory loggers, TimeProvider clock, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(parts);
        if (options.Certificate is null && !IPAddress.IsLoopback(options.Endpoint.Address))
        {
            throw new ArgumentException($"without a certificate HTTP is served on loopback only, not on {options.Endpoint.Address}", nameof(options));
        }

        WebApplication application = Build(options, parts, loggers, clock);
        try
        {
            await application.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            await application.DisposeAsync().ConfigureAwait(false);
            if (fault is IOException { InnerException: AddressInUseException })
            {
                throw new PortTakenException(options.Endpoint, fault);
            }

            throw;
        }

        string address = application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
        return new HttpSide(application, new Uri(address));
    }

    /// <summary>Takes no new requests and waits for those that run, at most for the drain time.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => application.StopAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => application.DisposeAsync();

    private static WebApplication Build(HttpSideOptions options, IReadOnlyList<IHttpPart> parts, ILoggerFactory loggers, TimeProvider clock)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Services.Replace(ServiceDescriptor.Singleton(loggers));
        builder.Services.AddSingleton(clock).AddRoutingCore();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.DrainTime);
        foreach (IHttpPart part in parts)
        {
            part.AddServices(builder.Services);
        }

        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => Configure(kestrel, options));
        WebApplication application = builder.Build();
        application.UseMiddleware<SecurityHeaders>(new AllowedHosts(options));
        application.UseRouting();
        application.UseEndpoints(routes =>
        {
            foreach (IHttpPart part in parts)
            {
                part.Map(routes);
            }
        });
        return application;
    }

    private static void Configure(KestrelServerOptions kestrel, HttpSideOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = options.MaxConnections;
        kestrel.Limits.MaxRequestBodySize = HttpSideOptions.MaxBodyBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        kestrel.Limits.MaxRequestLineSize = 4 * 1024;
        kestrel.Listen(options.Endpoint, listen =>
        {
            listen.Protocols = options.Certificate is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
            if (options.Certificate is X509Certificate2 certificate)
            {
                listen.UseHttps(certificate);
            }
        });
    }
}
