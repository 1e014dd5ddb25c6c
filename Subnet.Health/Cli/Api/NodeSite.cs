using System.Collections.Concurrent;
using Subnet.Health.Cli.Commands;
using Subnet.Health.Node;
using Subnet.Health.Web.Api;
using Subnet.Health.Web.Dashboard;
using Subnet.Health.Web.Hosting;
using Subnet.Health.Web.Miners;
using Subnet.Health.Web.Sessions;
using Subnet.Health.Web.Telemetry;

namespace Subnet.Health.Cli.Api;

/// <summary>What a node's HTTP side is made of.</summary>
/// <param name="Ledger">The ledger.</param>
/// <param name="Loggers">Loggers.</param>
/// <param name="Time">The clock.</param>
internal sealed record NodeSiteOptions(ILedgerClient Ledger, ILoggerFactory Loggers, TimeProvider Time)
{
    /// <summary>Whether the network's keys follow from a seed.</summary>
    public bool IsSeeded { get; init; }

    /// <summary>Other parties, whose health is asked for.</summary>
    public IReadOnlyList<(string Role, string Name, Uri Address)> Parties { get; init; } = [];

    /// <summary>What validators found out about miners.</summary>
    public IMinerReports Miners { get; init; } = new NoMinerReports();

    /// <summary>Model cards at hand.</summary>
    public IModelCards Cards { get; init; } = new NoModelCards();

    /// <summary>What must be well beside the ledger.</summary>
    public IReadOnlyList<HealthCheck> Checks { get; init; } = [];

    /// <summary>Documents beside the ledger's.</summary>
    public IReadOnlyList<ApiRoute> Routes { get; init; } = [];

    /// <summary>How old the newest block may be before the node counts as unwell; null where nobody makes blocks.</summary>
    public TimeSpan? BlockPatience { get; init; }
}

/// <summary>Puts the HTTP side of a node together: health, metrics, API, events of blocks, pages.</summary>
internal sealed class NodeSite : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1), Fresh = TimeSpan.FromSeconds(5);

    private readonly NodeSiteOptions options;
    private readonly RoleMetrics metrics;
    private readonly DashboardPart dashboard;
    private readonly HttpClient client = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = Patience };
    private readonly ConcurrentDictionary<Uri, (DateTimeOffset At, string? Problem)> health = [];

    /// <param name="options">What it is made of.</param>
    /// <param name="otlp">Where metrics are pushed; null nowhere.</param>
    /// <param name="sessions">Who is signed in; null where nobody can.</param>
    /// <param name="further">Parts beside those of every node, with their links in the navigation.</param>
    public NodeSite(NodeSiteOptions options, Uri? otlp, SessionStore? sessions, params IReadOnlyList<(NavigationLink Link, Func<PageWriter, IReadOnlyList<IHttpPart>> Make)> further)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(further);
        this.options = options;
        metrics = new RoleMetrics(otlp);
        PageWriter writer = new(options.Ledger, sessions, [new NavigationLink("overview", "Overview", "/"), .. further.Select(static f => f.Link)], options.IsSeeded);
        dashboard = new DashboardPart(options.Ledger, writer, HealthAsync, options.Miners, options.Cards);
        DocumentFormat format = new();
        Parts =
        [
            new HealthPart([new HealthCheck("ledger", LedgerHealthAsync), .. options.Checks], options.Loggers.CreateLogger<HealthPart>()),
            new MetricsPart(metrics),
            new BlocksPart(options.Ledger, NodeBlockDocument.Of, format),
            new ApiPart([.. LedgerApi.Routes(options.Ledger), .. options.Routes], format, options.Loggers.CreateLogger<ApiPart>()),
            new SiteAssets(),
            dashboard,
            .. further.SelectMany(f => f.Make(writer)),
        ];
    }

    /// <summary>For <see cref="HttpSide.StartAsync"/>.</summary>
    public IReadOnlyList<IHttpPart> Parts { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        dashboard.Dispose();
        metrics.Dispose();
        client.Dispose();
    }

    private async Task<string?> LedgerHealthAsync(CancellationToken stop)
    {
        LedgerTip tip = await options.Ledger.GetTipAsync(stop).ConfigureAwait(false);
        TimeSpan age = options.Time.GetUtcNow() - tip.Time;
        return options.BlockPatience is { } patience && tip.Height > 0 && age > patience ? $"the newest block, {tip.Height}, is {Words.Length(age)} old" : null;
    }

    /// <summary>Asks each party for its health, at most once in five seconds whoever looks.</summary>
    private async Task<IReadOnlyList<NodeHealth>> HealthAsync(CancellationToken stop) => await Task.WhenAll(options.Parties.Select(async party =>
    {
        DateTimeOffset now = options.Time.GetUtcNow();
        if (!health.TryGetValue(party.Address, out (DateTimeOffset At, string? Problem) known) || now - known.At > Fresh)
        {
            health[party.Address] = known = (now, await AskAsync(party.Address, stop).ConfigureAwait(false));
        }

        return new NodeHealth(party.Role, party.Name, party.Address.ToString(), known.Problem);
    })).ConfigureAwait(false);

    private async Task<string?> AskAsync(Uri address, CancellationToken stop)
    {
        try
        {
            using HttpResponseMessage answer = await client.GetAsync(new Uri(address, "/healthz"), HttpCompletionOption.ResponseHeadersRead, stop).ConfigureAwait(false);
            return answer.IsSuccessStatusCode ? null : "says that it is not well";
        }
        catch (Exception failed) when (failed is HttpRequestException or TaskCanceledException && !stop.IsCancellationRequested)
        {
            return "does not answer";
        }
    }
}
