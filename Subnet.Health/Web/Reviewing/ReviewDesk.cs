using System.Collections.Concurrent;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Health.Review.Queries;
using Subnet.Health.Review.Verification;

namespace Subnet.Health.Web.Reviewing;

/// <summary>A log's state for the list of logs.</summary>
/// <param name="Log">The log.</param>
/// <param name="Opened">Its newest checkpoint; null where it cannot be read.</param>
/// <param name="Note">The signed note.</param>
/// <param name="Problem">Why it cannot be believed; null if nothing speaks against it.</param>
internal sealed record LogState(ReviewedLog Log, OpenedCheckpoint? Opened, string? Note, string? Problem);

/// <summary>Opens logs for review. A log is opened anew when its checkpoint changed; what is read from it is checked against the checkpoint's tree.</summary>
/// <param name="logs">Logs of parties.</param>
/// <param name="ledger">The log of the ledger's blocks, whose leaf n is the signed header of block n + 1; null where it is not at hand.</param>
internal sealed class ReviewDesk(IReadOnlyList<ReviewedLog> logs, ReviewedLog? ledger = null)
{
    private readonly ConcurrentDictionary<string, VerifiedLog> opened = new(StringComparer.Ordinal);

    /// <summary>The log of the ledger's blocks, or null.</summary>
    public ReviewedLog? Ledger => ledger;

    /// <summary>All logs.</summary>
    public IReadOnlyList<ReviewedLog> Logs => logs;

    /// <summary>A log by its word, or null.</summary>
    public ReviewedLog? Find(string? id) => logs.FirstOrDefault(log => log.Id == id);

    /// <summary>A log by its name, or null.</summary>
    public ReviewedLog? FindOrigin(string? origin) => logs.FirstOrDefault(log => log.Origin == origin);

    /// <summary>The state of a log; a log that is not sound is a state and not an exception.</summary>
    public LogState StateOf(ReviewedLog log)
    {
        ArgumentNullException.ThrowIfNull(log);
        try
        {
            string note = log.Source.ReadCheckpoint();
            OpenedCheckpoint checkpoint = OpenedCheckpoint.Open(note, log.Origin, log.Policy);
            if (checkpoint.IsAccepted)
            {
                Open(log);
            }

            return new LogState(log, checkpoint, note, checkpoint.IsAccepted ? null : checkpoint.Message);
        }
        catch (UnsoundLogException unsound)
        {
            return new LogState(log, null, null, unsound.Message);
        }
        catch (IOException)
        {
            return new LogState(log, null, null, "it cannot be read, or has published no checkpoint yet");
        }
    }

    /// <summary>A log whose newest checkpoint was accepted.</summary>
    /// <exception cref="UnsoundLogException">It does not hold what it signs.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public VerifiedLog Open(ReviewedLog log)
    {
        ArgumentNullException.ThrowIfNull(log);
        if (opened.TryGetValue(log.Id, out VerifiedLog? known) && known.Note == log.Source.ReadCheckpoint())
        {
            return known;
        }

        VerifiedLog verified = VerifiedLog.Open(log.Source, log.Origin, log.Policy);
        opened[log.Id] = verified;
        return verified;
    }

    /// <summary>Reads a whole log as <c>subnet audit verify</c> does.</summary>
    public static VerificationReport Verify(ReviewedLog log, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(log);
        VerificationReport report = new();
        using SemanticVerifier semantic = new(new SemanticOptions(), report);
        new StructuralVerifier(log.Origin, log.Policy).Verify(log.Source, null, report, PreparedEntry.Of, semantic.Add, stop, semantic.Pass);
        semantic.Finish();
        return report;
    }
}
