using Subnet.Crypto.CanonicalJson;
using Subnet.Health.Review.Queries;

namespace Subnet.Health.Review.Tracing;

/// <summary>An entry and the log that has it.</summary>
/// <param name="Log">The log.</param>
/// <param name="Logged">The entry.</param>
internal sealed record FoundEntry(ITraceLog Log, LoggedEntry Logged)
{
    /// <summary>The members.</summary>
    public CanonicalObject Members => Logged.Members;

    /// <summary>The kind of event.</summary>
    public string Type => Text("type");

    /// <summary>Who recorded it: id.</summary>
    public string ActorId => Members.ObjectOrNull("actor")?.TextOrNull("id") ?? "";

    /// <summary>Who recorded it: kind.</summary>
    public string ActorKind => Members.ObjectOrNull("actor")?.TextOrNull("kind") ?? "";

    /// <summary>The other party's id.</summary>
    public string? PeerId => Members.ObjectOrNull("peer")?.TextOrNull("id");

    /// <summary>Commitment of the model named.</summary>
    public string? Commit => Members.ObjectOrNull("model")?.TextOrNull("commit");

    /// <summary>A text member, empty where it is not there.</summary>
    public string Text(string name) => Members.TextOrNull(name) ?? "";

    /// <summary>The hash in <c>in</c> or <c>out</c>.</summary>
    public string? Hash(string name) => Members.ObjectOrNull(name)?.TextOrNull("hash");
}

/// <summary>
/// The entries of all logs that speak of one query, collected in two passes of each: what names the event, then what its model and consent are
/// about. Memory grows with what concerns the query, not with the logs.
/// </summary>
internal sealed class QueryEvidence
{
    private readonly List<FoundEntry> ofQuery = [];
    private readonly List<FoundEntry> ofConsent = [];
    private readonly List<FoundEntry> ofModel = [];

    private QueryEvidence(string name) => Event = name;

    /// <summary>The query's event.</summary>
    public string Event { get; }

    /// <summary>The clinic's <c>query.sent</c>; null if no log has it.</summary>
    public FoundEntry? Sent => ofQuery.Find(entry => entry.Type == "query.sent" && entry.Text("event") == Event);

    /// <summary>The miner's <c>query.served</c>.</summary>
    public FoundEntry? Served => ofQuery.Find(entry => entry.Type == "query.served");

    /// <summary>The clinic's <c>result.received</c>.</summary>
    public FoundEntry? Received => ofQuery.Find(entry => entry.Type == "result.received");

    /// <summary>Who looked at the result.</summary>
    public IEnumerable<FoundEntry> Viewed => ofQuery.Where(entry => entry.Type == "result.viewed");

    /// <summary>Whether an outcome was reported.</summary>
    public FoundEntry? Reported => ofQuery.Find(entry => entry.Type == "outcome.reported");

    /// <summary>Grants and withdrawals of the query's consent, in order.</summary>
    public IReadOnlyList<FoundEntry> Consents => ofConsent;

    /// <summary>Registrations and retirements of the model, plans, verdicts and scores, in order of each log.</summary>
    public IReadOnlyList<FoundEntry> Models => ofModel;

    /// <summary>Card hash of the model that answered, from whichever party says so.</summary>
    public string? Card => Sent?.Commit ?? Served?.Commit ?? Received?.Commit;

    /// <summary>Address of the miner that was asked.</summary>
    public string? Miner => Sent?.PeerId ?? Received?.PeerId ?? Served?.ActorId;

    /// <summary>When the query was sent, by the first party that says so.</summary>
    public string? Time => Sent?.Text("time") ?? Served?.Text("time") ?? Received?.Text("time");

    /// <summary>Reads the logs.</summary>
    /// <exception cref="UnsoundLogException">A log's entry is not what its tree holds.</exception>
    public static QueryEvidence Collect(string name, IReadOnlyList<ITraceLog> logs, CancellationToken cancellationToken)
    {
        QueryEvidence evidence = new(name);
        foreach (FoundEntry entry in All(logs, cancellationToken).Where(entry => entry.Text("event") == name || entry.Text("ref") == name))
        {
            evidence.ofQuery.Add(entry);
        }

        string? consent = evidence.Sent?.Members.ObjectOrNull("consent")?.TextOrNull("ref");
        foreach (FoundEntry entry in All(logs, cancellationToken))
        {
            if (entry.Type is "consent.granted" or "consent.withdrawn" && entry.Members.ObjectOrNull("consent")?.TextOrNull("ref") == consent)
            {
                evidence.ofConsent.Add(entry);
            }
            else if (evidence.Concerns(entry))
            {
                evidence.ofModel.Add(entry);
            }
        }

        return evidence;
    }

    private static IEnumerable<FoundEntry> All(IReadOnlyList<ITraceLog> logs, CancellationToken cancellationToken)
    {
        foreach (ITraceLog log in logs)
        {
            foreach (LoggedEntry entry in log.Entries())
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return new FoundEntry(log, entry);
            }
        }
    }

    private bool Concerns(FoundEntry entry) => entry.Type switch
    {
        "model.registered" or "model.retired" => entry.Commit == Card,
        "score.assigned" => entry.Text("code") == Entries.ScoreEntries.PlanCode || entry.PeerId == Miner,
        _ => false,
    };
}
