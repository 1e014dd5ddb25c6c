using System.CommandLine;
using System.Net;
using Subnet.Core.State;
using Subnet.Health.Cli.Api;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;
using Subnet.Health.Cli.Settings;
using Subnet.Health.Network;
using Subnet.Health.Node;
using Subnet.Health.Web.Sessions;

namespace Subnet.Health.Cli.Commands;

/// <summary><c>subnet dashboard</c>: the pages over a running node, else over the state that lies in this home.</summary>
internal sealed class DashboardCommand : SubnetCommand
{
    private readonly LedgerPlace place = new();
    private readonly Option<ushort?> port = new("--port") { Description = "Port on this machine (default: the setting web.port, a free one).", HelpName = "PORT" };

    private readonly Option<string[]> reviewer = new("--reviewer")
    {
        Description = "Address or public key that may sign in as a reviewer; once for each (and those of the setting web.reviewers).",
        HelpName = "ADDRESS",
    };

    public DashboardCommand()
        : base("dashboard", "Serve the pages of a network on this machine until stopped.", new CommandExample("dashboard --port 8480", "the state of a demo, or a running node"))
    {
        place.AddTo(this, withStore: false);
        reviewer.AllowMultipleArgumentsPerToken = false;
        Options.Add(port);
        Options.Add(reviewer);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(DashboardDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        SeenLedger seen = await SeenLedger.OpenAsync(place, context, cancellationToken).ConfigureAwait(false);
        await using (seen.ConfigureAwait(false))
        {
            ILedgerClient ledger = seen.Client;
            NetworkFile? network = NetworkFile.TryRead(context.Home);
            using HomeValidators validators = new((network?.Of("validator") ?? []).Select(r => (r.Name, Path.Combine(context.Home, r.Home))));
            NodeSiteOptions options = new(ledger, context.Loggers, context.Time)
            {
                IsSeeded = network?.Seeded ?? false,
                Miners = validators.Reports,
                Cards = new HomeCards(context.Home, context.Time),
                Parties = [.. (network?.Roles ?? []).Where(static r => r.Http is not null).Select(static r => (r.Role, r.Name, r.Http!))],
            };
            SessionStore sessions = new(context.Time);
            using ReviewSite review = new(context.Home, ledger, context.Time);
            AccountId sequencer = await ledger.ReadAsync(static view => view.Genesis.Sequencer, cancellationToken).ConfigureAwait(false);
            RoleSite site = await RoleSite.StartAsync(
                options,
                new IPEndPoint(IPAddress.Loopback, (int)context.Settings.Number(SettingsCatalog.WebPort, context.Get(port))),
                null,
                Otlp(context),
                sessions,
                [review.Part(Logs(context, network), Path.Combine(context.Home, "node", "log"), sequencer, Reviewers(context), sessions)],
                cancellationToken).ConfigureAwait(false);
            await using (site.ConfigureAwait(false))
            {
                context.Output.Line(new DashboardDocument(site.Address.ToString(), ledger.Identity.Network), $"dashboard of `{ledger.Identity.Network}` on {site.Address} until stopped");
                await Task.Delay(Timeout.InfiniteTimeSpan, context.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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

    // The logs that the network file names, else those that lie where roles of a home keep them.
    private static IEnumerable<(string Role, string Name, string Folder)> Logs(CommandContext context, NetworkFile? network) => network is not null
        ? network.Roles.Where(static r => r.Log is not null).Select(r => (r.Role, r.Name, Path.Combine(context.Home, r.Log!)))
        : ((string[])["clinic", "miner", "validator", "issuer"]).Select(role => (Role: role, Folder: Path.Combine(context.Home, role)))
            .Where(static r => Directory.Exists(r.Folder))
            .SelectMany(static r => Directory.EnumerateDirectories(r.Folder).Order(StringComparer.Ordinal).Select(party => (r.Role, Path.GetFileName(party), Path.Combine(party, "log"))));

    private HashSet<AccountId> Reviewers(CommandContext context)
    {
        string[] kept = (context.Settings.Text(SettingsCatalog.WebReviewers) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return [.. kept.Concat(context.Get(reviewer) ?? []).Select(LedgerText.Account)];
    }
}

/// <summary>Where the pages are.</summary>
internal sealed record DashboardDocument(string Url, string Network) : Document(FormatName)
{
    public const string FormatName = "subnet/dashboard/1";
}
