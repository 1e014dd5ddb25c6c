using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Health.Review.Logs;

namespace Subnet.Health.Review.Journal;

/// <summary>
/// A reviewer's own log, so that reviews are themselves logged: what was opened or exported, under which checkpoint, before anything of it is
/// shown. It lies in <c>HOME/reviewer</c>, with a key of its own, and is verified like every other log.
/// </summary>
internal sealed class ReviewJournal : IAsyncDisposable
{
    /// <summary>The network in the name of reviewers' logs: a reviewer looks at logs of any network.</summary>
    public const string Network = "reviews";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly RoleLog log;

    private ReviewJournal(RoleLog log, SigningKey key)
    {
        this.log = log;
        Key = key;
    }

    /// <summary>The reviewer's key, which also signs findings.</summary>
    public SigningKey Key { get; }

    /// <summary>The log's name.</summary>
    public string Origin => log.Origin;

    /// <summary>The folder of a reviewer in a home.</summary>
    public static string FolderIn(string home) => Path.Combine(home, "reviewer");

    /// <summary>Opens the journal of a home, made where there is none. Waits a while for another command that has it open.</summary>
    /// <exception cref="IOException">It stays open elsewhere, or cannot be written: then nothing may be reviewed.</exception>
    /// <exception cref="FormatException">The reviewer's key file is damaged.</exception>
    public static async Task<ReviewJournal> OpenAsync(string home, TimeProvider clock, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(clock);
        string folder = FolderIn(home);
        Directory.CreateDirectory(folder);
        SigningKey key = SeedFile.ReadOrCreate(Path.Combine(folder, "key"));
        try
        {
            RoleLogOptions options = new(Path.Combine(folder, "log"), Network, "reviewer") { CheckpointInterval = TimeSpan.FromHours(1) };
            long started = clock.GetTimestamp();
            while (true)
            {
                try
                {
                    return new ReviewJournal(await RoleLog.OpenAsync(options, key, clock, new OperatingSystemRandomSource()).ConfigureAwait(false), key);
                }
                catch (IOException busy) when (busy is not LogStoreException && clock.GetElapsedTime(started) < Patience)
                {
                    await Task.Delay(Pause, clock, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>Records that entries of a log are read.</summary>
    /// <param name="reviewed">The log's checkpoint.</param>
    /// <param name="lo">First entry read.</param>
    /// <param name="hi">First entry behind.</param>
    public Task OpenedAsync(Checkpoint reviewed, long lo, long hi) => log.Recorder.RecordAsync("review.opened", About(reviewed, lo, hi));

    /// <summary>Records that entries of a log, or proofs of them, go into a file or to another system.</summary>
    /// <param name="reviewed">The log's checkpoint.</param>
    /// <param name="lo">First entry exported.</param>
    /// <param name="hi">First entry behind.</param>
    public Task ExportedAsync(Checkpoint reviewed, long lo, long hi) => log.Recorder.RecordAsync("review.exported", About(reviewed, lo, hi));

    /// <summary>Records a step of a finding: the finding's id, what was done, and the hash of the signed record.</summary>
    public Task FindingAsync(string finding, string act, string hash, long bytes) => log.Recorder.RecordAsync("review.opened", new()
    {
        { "finding", finding }, { "code", act }, { "out", new CanonicalObject { { "hash", hash }, { "bytes", bytes } } },
    });

    /// <summary>Records that another reviewer reads entries through this program's server.</summary>
    public Task ServedAsync(string origin, string reviewer, long hi) => log.Recorder.RecordAsync("review.opened", new()
    {
        { "origin", origin }, { "peer", new CanonicalObject { { "kind", "reviewer" }, { "id", reviewer } } }, { "lo", 0 }, { "hi", hi },
    });

    /// <summary>Whether the journal has the record of a finding's step with this hash.</summary>
    public bool HasFinding(string finding, string hash) => log.Read().Any(entry =>
        entry.Entry.Members.TextOrNull("finding") == finding && entry.Entry.Members.ObjectOrNull("out")?.TextOrNull("hash") == hash);

    /// <summary>Publishes the journal's checkpoint and closes it.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await log.PublishAsync().ConfigureAwait(false);
        }
        catch (LogStoreException)
        {
            // What was recorded is durable; the checkpoint follows when the journal is opened again.
        }

        await log.DisposeAsync().ConfigureAwait(false);
        Key.Dispose();
    }

    private static CanonicalObject About(Checkpoint reviewed, long lo, long hi) => new()
    {
        { "origin", reviewed.Origin }, { "size", reviewed.Size }, { "root", reviewed.Root.ToBase64() }, { "lo", lo }, { "hi", hi },
    };
}
