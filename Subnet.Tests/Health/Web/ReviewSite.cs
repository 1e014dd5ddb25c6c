using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Subnet.Core.State;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Tiles;
using Subnet.Health.Cli.Api;
using Subnet.Health.Cli.Commands;
using Subnet.Health.Review.Findings;
using Subnet.Health.Review.Sources;
using Subnet.Health.Review.Tracing;
using Subnet.Health.Web.Api;
using Subnet.Health.Web.Clinics;
using Subnet.Health.Web.Dashboard;
using Subnet.Health.Web.Hosting;
using Subnet.Health.Web.Miners;
using Subnet.Health.Web.Reviewing;
using Subnet.Health.Web.Sessions;
using Subnet.Tests.Health.Review;

namespace Subnet.Tests.Health.Web;

/// <summary>A gateway's HTTP side over the logs of a clinic and a miner with whole queries in them, for reviewers and the clinic to sign in to.</summary>
internal sealed class ReviewSite : IAsyncDisposable
{
    private readonly PageLedger _ledger;
    private readonly DashboardPart _dashboard;

    private ReviewSite(PageLedger ledger, TestLog log, DashboardPart dashboard, HttpSide side, Dictionary<string, IReadOnlySet<AccountId>> allowed, SwitchableSource clinic, Record record)
    {
        (_ledger, Log, _dashboard, Side, Clinic, Reviews) = (ledger, log, dashboard, side, clinic, record);
        Allowed = allowed.ToDictionary(static a => a.Key, static a => (HashSet<AccountId>)a.Value);
    }

    public TestLog Log { get; }

    public HttpSide Side { get; }

    /// <summary>Keys that may sign in, by role; a test adds its browser's.</summary>
    public Dictionary<string, HashSet<AccountId>> Allowed { get; }

    public SwitchableSource Clinic { get; }

    public Record Reviews { get; }

    public static async Task<ReviewSite> StartAsync(int queries = 5)
    {
        TestLog log = new();
        await log.WriteAsync(queries);
        PageLedger ledger = await PageLedger.CreateAsync(8, 3, 5, 1);
        SwitchableSource clinic = new(new FolderLogSource(log.ClinicFolder));
        ReviewDesk desk = new(
        [
            new ReviewedLog("clinic", "Clinic 7", log.Clinic.Verifier, clinic, []),
            new ReviewedLog("miner", "Miner 1", log.Miner.Verifier, new FolderLogSource(log.MinerFolder), []),
        ]);
        Record record = new();
        SessionStore sessions = new(TimeProvider.System);
        Dictionary<string, IReadOnlySet<AccountId>> allowed = new() { [Session.Reviewer] = new HashSet<AccountId>(), [Session.Clinic] = new HashSet<AccountId>() };
        PageWriter writer = new(
            ledger.Client, sessions, [new NavigationLink("overview", "Overview", "/"), new NavigationLink("review", "Review", "/review"), new NavigationLink("clinic", "Clinic", "/clinic")], false);
        DashboardPart dashboard = new(ledger.Client, writer, static _ => Task.FromResult<IReadOnlyList<NodeHealth>>([]), new NoMinerReports(), new NoModelCards());
        Func<string, CancellationToken, Task<QueryTrace>> trace = (name, stop) => new QueryTracer(
            new TraceSources([.. desk.Logs.Select(l => new WholeTraceLog(desk.Open(l)))], null, static _ => null)).TraceAsync(name, stop);
        HttpSide side = await HttpSide.StartAsync(
            new HttpSideOptions(new IPEndPoint(IPAddress.Loopback, 0)),
            [
                new BlocksPart(ledger.Client, NodeBlockDocument.Of, new DocumentFormat()),
                new SiteAssets(),
                dashboard,
                new LoginPart(writer, sessions, new LoginChallenges(TimeProvider.System), allowed),
                new ReviewPart(desk, trace, static _ => null, record, new FindingStore(Path.Combine(log.Folder, "findings")), sessions, writer),
                new ClinicPart(new SampleClinic(record), sessions, writer),
            ],
            NullLoggerFactory.Instance,
            TimeProvider.System,
            default);
        return new ReviewSite(ledger, log, dashboard, side, allowed, clinic, record);
    }

    public async ValueTask DisposeAsync()
    {
        await Side.DisposeAsync();
        _dashboard.Dispose();
        _ledger.Dispose();
        Log.Dispose();
    }

    /// <summary>What was recorded before it was shown.</summary>
    internal sealed class Record : IReviewRecord
    {
        public ConcurrentQueue<string> Acts { get; } = [];

        public Task OpenedAsync(string reviewer, Checkpoint reviewed, long lo, long hi)
        {
            Acts.Enqueue($"opened {reviewed.Origin} by {reviewer}");
            return Task.CompletedTask;
        }

        public Task ExportedAsync(string reviewer, Checkpoint reviewed, long lo, long hi)
        {
            Acts.Enqueue($"exported {reviewed.Origin} by {reviewer}");
            return Task.CompletedTask;
        }
    }

    /// <summary>A log behind which another can be put: an operator who changes history.</summary>
    internal sealed class SwitchableSource(ILogSource source) : ILogSource
    {
        public ILogSource Source { get; set; } = source;

        public string Name => Source.Name;

        public string ReadCheckpoint() => Source.ReadCheckpoint();

        public IEnumerable<long> EarlierCheckpointSizes() => Source.EarlierCheckpointSizes();

        public string? ReadEarlierCheckpoint(long size) => Source.ReadEarlierCheckpoint(size);

        public byte[]? Read(TileId tile) => Source.Read(tile);
    }

    private sealed class SampleClinic(Record record) : IClinicDesk
    {
        private static readonly ClinicQueryLine Line =
            new(new string('c', 32), new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.Zero), 1, "heart-fasttree", new string('a', 64), "5FA9nQDVg267DEd8m1ZypXLBnvN7SFxYwV7ndqSYGiN9TTpu", 1, 0);

        public string Name => "Clinic 7";

        public Task<IReadOnlyList<ClinicQueryLine>> NewestAsync(int most) => Task.FromResult<IReadOnlyList<ClinicQueryLine>>([Line]);

        public Task<ClinicResult?> ViewAsync(string queryEvent, string user)
        {
            record.Acts.Enqueue($"viewed {queryEvent} by {user}");
            return Task.FromResult(queryEvent == Line.Event ? new ClinicResult(Line, "patient-0007", [new ClinicScore(1, 0.734, "disease", null)], "{\"request\":\"...\"}", true, new ClinicLeak(13_000, 9_000, 1, ["age"], ["its size class"], ["any value"])) : null);
        }

        public Task<IReadOnlyList<ClinicTokens>> TokensAsync() =>
            Task.FromResult<IReadOnlyList<ClinicTokens>>([new ClinicTokens(1, "5FA9nQDVg267DEd8m1ZypXLBnvN7SFxYwV7ndqSYGiN9TTpu", 12, 16, 40, 8)]);
    }
}
