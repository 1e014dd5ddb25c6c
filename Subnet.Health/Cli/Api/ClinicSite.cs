using System.Net;
using Subnet.Core.State;
using Subnet.Health.Clinic;
using Subnet.Health.Web.Clinics;
using Subnet.Health.Web.Dashboard;
using Subnet.Health.Web.Hosting;
using Subnet.Health.Web.Sessions;

namespace Subnet.Health.Cli.Api;

/// <summary>The HTTP side of a clinic's own gateway: the clinic's page after signing in, beside what every node serves. It listens on loopback only.</summary>
internal static class ClinicSite
{
    /// <summary>Starts it.</summary>
    /// <param name="gateway">The gateway's stores.</param>
    /// <param name="options">What every node serves.</param>
    /// <param name="users">Who may sign in.</param>
    /// <param name="port">Port; 0 takes a free one.</param>
    /// <param name="otlp">Where metrics are pushed; null nowhere.</param>
    /// <param name="stop">Gives up starting.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<RoleSite> StartAsync(GatewayView gateway, NodeSiteOptions options, IReadOnlySet<AccountId> users, int port, Uri? otlp, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(gateway);
        ArgumentNullException.ThrowIfNull(options);
        SessionStore sessions = new(options.Time);
        Dictionary<string, IReadOnlySet<AccountId>> allowed = new() { [Session.Clinic] = users };
        options = options with
        {
            Checks = [.. options.Checks, new HealthCheck("history", async _ => (await gateway.NewestAsync(1).ConfigureAwait(false)) is null ? "it does not open" : null)],
        };
        RoleSite site = await RoleSite.StartAsync(
            options,
            new IPEndPoint(IPAddress.Loopback, port),
            null,
            otlp,
            sessions,
            [
                (
                    new NavigationLink("clinic", "Clinic", "/clinic"),
                    writer => [new LoginPart(writer, sessions, new LoginChallenges(options.Time), allowed), new ClinicPart(new GatewayDesk(gateway), sessions, writer)]),
            ],
            stop).ConfigureAwait(false);

        // Only what is counted while somebody collects is in the figures.
        gateway.Measure();
        return site;
    }
}
