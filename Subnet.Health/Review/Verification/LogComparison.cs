using Subnet.Crypto.CanonicalJson;
using Subnet.Health.Review.Queries;

namespace Subnet.Health.Review.Verification;

/// <summary>
/// Holds the logs of two parties against each other: every query that the clinic sent was served by the miner and the other way round, with
/// the same bytes, model and receipt. What one side hides, the other side shows.
/// </summary>
internal static class LogComparison
{
    /// <summary>Compares; ids say which party each log is of.</summary>
    /// <param name="clinic">Entries of the clinic's log.</param>
    /// <param name="clinicId">The clinic's id.</param>
    /// <param name="miner">Entries of the miner's log.</param>
    /// <param name="minerId">The miner's id; queries to others are left out.</param>
    /// <param name="report">Where findings go.</param>
    public static void Compare(IEnumerable<LoggedEntry> clinic, string clinicId, IEnumerable<LoggedEntry> miner, string minerId, VerificationReport report)
    {
        Dictionary<string, LoggedEntry> sent = new(StringComparer.Ordinal);
        Dictionary<string, LoggedEntry> received = new(StringComparer.Ordinal);
        foreach (LoggedEntry entry in clinic.Where(entry => PeerIs(entry, "miner", minerId)))
        {
            switch (entry.Members.TextOrNull("type"))
            {
                case "query.sent":
                    sent[entry.Members.TextOrNull("event") ?? ""] = entry;
                    break;
                case "result.received":
                    received[entry.Members.TextOrNull("ref") ?? ""] = entry;
                    break;
            }
        }

        foreach (LoggedEntry served in miner.Where(entry => entry.Members.TextOrNull("type") == "query.served" && MayBeOf(entry, clinicId, sent)))
        {
            report.Count("query.served");
            Match(served, sent, received, report);
        }

        foreach ((string name, LoggedEntry query) in sent.OrderBy(pair => pair.Value.Index))
        {
            bool answered = received.ContainsKey(name);
            report.Add(
                answered ? FindingSeverity.Error : FindingSeverity.Warning, "not-served", query.Index,
                $"query {name} of the clinic's log is not in the miner's{(answered ? " although the clinic has its result" : ": it may not have arrived")}");
        }

        foreach ((string name, LoggedEntry result) in received.Where(pair => !sent.ContainsKey(pair.Key)))
        {
            report.Add(FindingSeverity.Error, "not-served", result.Index, $"the result of query {name} in the clinic's log has no counterpart in the miner's");
        }
    }

    private static void Match(LoggedEntry served, Dictionary<string, LoggedEntry> sent, Dictionary<string, LoggedEntry> received, VerificationReport report)
    {
        string name = served.Members.TextOrNull("ref") ?? "";
        if (!sent.Remove(name, out LoggedEntry? query))
        {
            report.Add(FindingSeverity.Error, "not-sent", served.Index, $"query {name} of the miner's log is not in the clinic's, or was served twice");
            return;
        }

        report.Count("query.sent");
        Differ(query, served, "in", "the clinic sent and the miner served other bytes", report);
        DifferInModel(query, served, report);
        if (!received.Remove(name, out LoggedEntry? result))
        {
            if (served.Members.TextOrNull("outcome") == "ok")
            {
                report.Add(FindingSeverity.Warning, "no-result", query.Index, $"query {name} was served and the clinic has no result: the reply was lost or is not recorded");
            }

            return;
        }

        report.Count("result.received");
        Differ(result, served, "in", "the clinic's result is for other bytes than the miner served", report);
        Differ(result, served, "out", "the clinic received other bytes than the miner sent", report);
        DifferInModel(result, served, report);
        if (result.Members.ObjectOrNull("receipt")?.TextOrNull("sig") != served.Members.ObjectOrNull("receipt")?.TextOrNull("sig"))
        {
            report.Add(FindingSeverity.Error, "receipt-differs", result.Index, $"the two logs have different receipts of query {name}");
        }
    }

    private static void Differ(LoggedEntry ours, LoggedEntry theirs, string name, string message, VerificationReport report)
    {
        if (ours.Members.ObjectOrNull(name)?.TextOrNull("hash") != theirs.Members.ObjectOrNull(name)?.TextOrNull("hash"))
        {
            report.Add(FindingSeverity.Error, $"{name}-differs", ours.Index, $"{message} (entry {theirs.Index} of the miner's log)");
        }
    }

    private static void DifferInModel(LoggedEntry ours, LoggedEntry theirs, VerificationReport report)
    {
        if (ours.Members.ObjectOrNull("model")?.TextOrNull("commit") != theirs.Members.ObjectOrNull("model")?.TextOrNull("commit"))
        {
            report.Add(FindingSeverity.Error, "model-differs", ours.Index, $"the two logs name different models (entry {theirs.Index} of the miner's log)");
        }
    }

    private static bool PeerIs(LoggedEntry entry, string kind, string id)
    {
        CanonicalObject? peer = entry.Members.ObjectOrNull("peer");
        return peer?.TextOrNull("kind") == kind && peer.TextOrNull("id") == id;
    }

    /// <summary>A miner that cannot know who asked names no peer; then only queries that the clinic knows are its own.</summary>
    private static bool MayBeOf(LoggedEntry served, string clinicId, Dictionary<string, LoggedEntry> sent) =>
        PeerIs(served, "clinic", clinicId) || (served.Members.ObjectOrNull("peer") is null && sent.ContainsKey(served.Members.TextOrNull("ref") ?? ""));
}
