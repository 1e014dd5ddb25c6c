using System.CommandLine;
using System.Net;
using Subnet.Health.Cli.Api;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;
using Subnet.Health.Cli.Settings;
using Subnet.Health.Network;
using Subnet.Health.Node;
using Subnet.Health.Web.Hosting;

namespace Subnet.Health.Cli.Commands;

/// <summary><c>subnet dashboard</c>: the pages over a running node, else over the state that lies in this home.</summary>
internal sealed class DashboardCommand : SubnetCommand
{
    private readonly LedgerPlace place = new();
    private readonly Option<ushort?> port = new("--port") { Description = "Port on this machine (default: the setting web.port, a free one).", HelpName = "PORT" };

    public DashboardCommand()
        : base("dashboard", "Serve the pages of a network on this machine until stopped.", new CommandExample("dashboard --port 8480", "the state of a demo, or a running node"))
    {
        place.AddTo(this, withStore: false);
        Options.Add(port);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(DashboardDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        (ILedgerClient ledger, IAsyncDisposable owner) = await OpenAsync(context, cancellationToken).ConfigureAwait(false);
        await using (owner.ConfigureAwait(false))
        {
            NetworkFile? network = NetworkFile.TryRead(context.Home);
            NodeSiteOptions options = new(ledger, context.Loggers, context.Time)
            {
                IsSeeded = network?.Seeded ?? false,
                Parties = [.. (network?.Roles ?? []).Where(static r => r.Http is not null).Select(static r => (r.Role, r.Name, r.Http!))],
            };
            using NodeSite site = new(options, Otlp(context), null);
            HttpSide side = await HttpSide.StartAsync(
                new HttpSideOptions(new IPEndPoint(IPAddress.Loopback, (int)context.Settings.Number(SettingsCatalog.WebPort, context.Get(port)))),
                site.Parts,
                context.Loggers,
                context.Time,
                cancellationToken).ConfigureAwait(false);
            await using (side.ConfigureAwait(false))
            {
                context.Output.Line(new DashboardDocument(side.Address.ToString(), ledger.Identity.Network), $"dashboard of `{ledger.Identity.Network}` on {side.Address} until stopped");
                await Task.Delay(Timeout.InfiniteTimeSpan, context.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await side.StopAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }

        return ExitCode.Done;
    }

    /// <summary>Where metrics are pushed, or null.</summary>
    /// <exception cref="CommandException">The setting is no URL.</exception>
    public static Uri? Otlp(CommandContext context) => context.Settings.Text(SettingsCatalog.MetricsOtlp) switch
    {
        null => null,
        { } text when Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https" => url,
        { } text => throw new CommandException(ErrorCodes.SettingInvalid, $"The setting metrics.otlp is '{text}', which is no URL.", "Give one such as http://127.0.0.1:4317."),
    };

    /// <summary>A node that answers is followed; else what lies in this home is shown as it was left.</summary>
    private async Task<(ILedgerClient Ledger, IAsyncDisposable Owner)> OpenAsync(CommandContext context, CancellationToken cancellationToken)
    {
        bool hasStore = File.Exists(LedgerAccess.HomeStore(context));
        try
        {
            RemoteLedger remote = await place.ConnectAsync(context, cancellationToken).ConfigureAwait(false);
            return (remote.Client, remote);
        }
        catch (CommandException unreachable) when (hasStore && unreachable.Code is { Word: "no-connection" or "ledger-unavailable" or "timeout" })
        {
            LedgerAccess local = await place.OpenAsync(context, cancellationToken).ConfigureAwait(false);
            return (local.Client, new Closing(local));
        }
    }

    private sealed class Closing(LedgerAccess ledger) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            ledger.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>Where the pages are.</summary>
internal sealed record DashboardDocument(string Url, string Network) : Document(FormatName)
{
    public const string FormatName = "subnet/dashboard/1";
}
