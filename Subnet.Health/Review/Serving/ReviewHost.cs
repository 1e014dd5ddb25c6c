using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Subnet.Health.Rpc.Server;

namespace Subnet.Health.Review.Serving;

/// <summary>A plain HTTP server for tiles or a witness, until it is stopped. TLS is the business of what stands in front of it.</summary>
internal static class ReviewHost
{
    /// <summary>Serves until <paramref name="cancellationToken"/> fires.</summary>
    /// <param name="address">Address to listen at.</param>
    /// <param name="port">Port; 0 for any free one.</param>
    /// <param name="map">Adds the endpoints.</param>
    /// <param name="started">Told the address once it listens.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task RunAsync(IPAddress address, int port, Action<IEndpointRouteBuilder> map, Action<string> started, CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(address, port, listen => listen.Protocols = HttpProtocols.Http1AndHttp2);
            kestrel.Limits.MaxRequestBodySize = 1 << 20;
        });
        await using WebApplication application = builder.Build();
        map(application);
        try
        {
            await application.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException fault) when (fault.InnerException is AddressInUseException)
        {
            throw new PortTakenException(new IPEndPoint(address, port), fault);
        }

        started(application.Urls.First());
        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The only way out: the user stopped the server.
        }

        await application.StopAsync(CancellationToken.None).ConfigureAwait(false);
    }
}
