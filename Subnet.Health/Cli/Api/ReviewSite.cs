using Subnet.Core.State;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Health.Node;
using Subnet.Health.Review.Findings;
using Subnet.Health.Review.Journal;
using Subnet.Health.Review.Logs;
using Subnet.Health.Review.Sources;
using Subnet.Health.Review.Tracing;
using Subnet.Health.Web.Dashboard;
using Subnet.Health.Web.Hosting;
using Subnet.Health.Web.Reviewing;
using Subnet.Health.Web.Sessions;

namespace Subnet.Health.Cli.Api;

/// <summary>
/// The reviewer's portal over the logs of a state folder. Each log's key follows from its name (<see cref="LogName"/>); reviews are recorded in the folder's review journal, which
/// is opened for each record, so that commands can use it meanwhile.
/// </summary>
/// <param name="home">The state folder.</param>
/// <param name="ledger">The ledger.</param>
/// <param name="time">The clock.</param>
internal sealed class ReviewSite(string home, ILedgerClient ledger, TimeProvider time) : IReviewRecord, IDisposable
{
    private readonly SemaphoreSlim writing = new(1, 1);

    /// <summary>The portal's parts and its link.</summary>
    /// <param name="folders">Role, name and folder of each log.</param>
    /// <param name="blocks">Folder of the log of the ledger's blocks; null where it is not here.</param>
    /// <param name="sequencer">The key that signs blocks, 32 bytes.</param>
    /// <param name="reviewers">Who may sign in.</param>
    /// <param name="sessions">Who is signed in.</param>
    public (NavigationLink Link, Func<PageWriter, IReadOnlyList<IHttpPart>> Make) Part(
        IEnumerable<(string Role, string Name, string Folder)> folders, string? blocks, AccountId sequencer, IReadOnlySet<AccountId> reviewers, SessionStore sessions)
    {
        ReviewDesk desk = new([.. folders.Select(Open).OfType<ReviewedLog>()], blocks is null ? null : OpenBlocks(blocks, ledger.Identity.Network, sequencer));
        CardFinder cards = new(CardFolders());
        Dictionary<string, IReadOnlySet<AccountId>> allowed = new() { [Session.Reviewer] = reviewers };
        return (
            new NavigationLink("review", "Review", "/review"),
            writer =>
            [
                new LoginPart(writer, sessions, new LoginChallenges(time), allowed),
                new ReviewPart(desk, (name, stop) => TraceAsync(desk, name, stop), cards.Find, this, new FindingStore(Path.Combine(ReviewJournal.FolderIn(home), "findings")), sessions, writer),
            ]);
    }

    /// <inheritdoc/>
    public Task OpenedAsync(string reviewer, Checkpoint reviewed, long lo, long hi) => WriteAsync(journal => journal.ServedAsync(reviewed.Origin, reviewer, hi));

    /// <inheritdoc/>
    public Task ExportedAsync(string reviewer, Checkpoint reviewed, long lo, long hi) => WriteAsync(journal => journal.ExportedAsync(reviewed, lo, hi));

    /// <inheritdoc/>
    public void Dispose() => writing.Dispose();

    private static ReviewedLog? Open((string Role, string Name, string Folder) place)
    {
        if (!File.Exists(Path.Combine(place.Folder, "checkpoint")))
        {
            return null;
        }

        FolderLogSource source = new(place.Folder);
        string origin = source.ReadCheckpoint().Split('\n')[0];
        return LogName.KeyOf(origin) is { } key ? new ReviewedLog($"{place.Role}-{place.Name}", $"{place.Role} {place.Name}", key, source, WitnessesOf(source)) : null;
    }

    private static ReviewedLog? OpenBlocks(string folder, string network, AccountId sequencer) => File.Exists(Path.Combine(folder, "checkpoint"))
        ? new ReviewedLog("ledger", "the ledger's blocks", new VerifierKey(BlockLog.OriginOf(network), SignatureType.Ed25519, sequencer.ToArray()), new FolderLogSource(folder), [])
        : null;

    // Cosigners whose names say their keys; whether they are to be trusted is the reviewer's to say.
    private static VerifierKey[] WitnessesOf(FolderLogSource source) => LogName.CosignersOf(SignedNote.Parse(source.ReadCheckpoint()));

    private async Task<QueryTrace> TraceAsync(ReviewDesk desk, string name, CancellationToken stop)
    {
        WholeTraceLog[] logs = [.. desk.Logs.Where(log => desk.StateOf(log).Problem is null).Select(log => new WholeTraceLog(desk.Open(log)))];
        LedgerTrace seen = await LedgerTrace.OfAsync(ledger, stop).ConfigureAwait(false);
        return await new QueryTracer(new TraceSources(logs, seen, new CardFinder(CardFolders()).Find)).TraceAsync(name, stop).ConfigureAwait(false);
    }

    private IEnumerable<string> CardFolders() => ((string[])["clinic", "miner", "validator"]).Select(role => Path.Combine(home, role)).Where(Directory.Exists);

    private async Task WriteAsync(Func<ReviewJournal, Task> write)
    {
        await writing.WaitAsync().ConfigureAwait(false);
        try
        {
            ReviewJournal journal = await ReviewJournal.OpenAsync(home, time, CancellationToken.None).ConfigureAwait(false);
            await using (journal.ConfigureAwait(false))
            {
                await write(journal).ConfigureAwait(false);
            }
        }
        finally
        {
            writing.Release();
        }
    }
}
