using System.Net;
using System.Security.Cryptography.X509Certificates;
using Subnet.Health.Network.Localnet;
using Subnet.Health.Web.Dashboard;
using Subnet.Health.Web.Hosting;
using Subnet.Health.Web.Sessions;

namespace Subnet.Health.Cli.Api;

/// <summary>The HTTP side of a role that runs: its parts and the port that they answer on.</summary>
internal sealed class RoleSite : IRoleSite
{
    private readonly NodeSite site;
    private readonly HttpSide side;

    private RoleSite(NodeSite site, HttpSide side) => (this.site, this.side) = (site, side);

    /// <inheritdoc/>
    public Uri Address => side.Address;

    /// <summary>Starts it.</summary>
    /// <param name="options">What it is made of.</param>
    /// <param name="endpoint">Where it listens; port 0 takes a free one.</param>
    /// <param name="certificate">The certificate; null for plaintext, on loopback only.</param>
    /// <param name="otlp">Where metrics are pushed; null nowhere.</param>
    /// <param name="sessions">Who is signed in; null where nobody can.</param>
    /// <param name="further">Parts beside those of every node, with their links in the navigation.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<RoleSite> StartAsync(
        NodeSiteOptions options,
        IPEndPoint endpoint,
        X509Certificate2? certificate,
        Uri? otlp,
        SessionStore? sessions,
        IReadOnlyList<(NavigationLink Link, Func<PageWriter, IReadOnlyList<IHttpPart>> Make)> further,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        NodeSite site = new(options, otlp, sessions, further);
        try
        {
            HttpSide side = await HttpSide.StartAsync(
                new HttpSideOptions(endpoint) { Certificate = certificate }, site.Parts, options.Loggers, options.Time, cancellationToken).ConfigureAwait(false);
            return new RoleSite(site, side);
        }
        catch
        {
            site.Dispose();
            throw;
        }
    }

    /// <summary>Takes no new requests, finishes those that run, and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        await side.StopAsync(CancellationToken.None).ConfigureAwait(false);
        await side.DisposeAsync().ConfigureAwait(false);
        site.Dispose();
    }
}
