using Subnet.Health.Review.Entries;

namespace Subnet.Health.Review.Tracing;

/// <summary>The clinic's part of a trace: why it asked, what it sent, what it got, who looked.</summary>
internal static class ClinicLinks
{
    private const string ConsentTitle = "Purpose and legal basis";
    private const string SentTitle = "The clinic recorded the query before sending it";
    private const string ReceivedTitle = "The clinic recorded the result";

    /// <summary>Consent and the query itself.</summary>
    public static IEnumerable<TraceLink> Before(QueryEvidence evidence)
    {
        if (evidence.Sent is not { } sent)
        {
            yield return new TraceLink("consent", ConsentTitle, TraceStatus.Unavailable, "it stands in the query's entry, which is not there");
            yield return new TraceLink(
                "query-sent", SentTitle, TraceStatus.Missing, $"no log that was looked at has a query.sent with event {evidence.Event}: is the clinic's log among them?");
            yield break;
        }

        yield return Consent(evidence, sent);
        bool fits = AuditEntryFits(sent, out string why);
        yield return QueryTracer.Link(
            "query-sent", SentTitle, fits ? TraceStatus.Verified : TraceStatus.Failed,
            fits ? "the entry is in the clinic's log; its hash is that of the query's bytes" : why, sent, Facts(sent));
    }

    /// <summary>The result, who saw it, and whether the outcome was reported.</summary>
    public static IEnumerable<TraceLink> After(QueryEvidence evidence)
    {
        if (evidence.Received is not { } received)
        {
            yield return new TraceLink(
                "result-received", ReceivedTitle, evidence.Sent is { Log.IsPartial: false } ? TraceStatus.Missing : TraceStatus.Unavailable,
                "no result.received answers the query: lost, refused, under way, or withheld");
            yield break;
        }

        string? difference = Difference(evidence, received);
        yield return QueryTracer.Link(
            "result-received", ReceivedTitle, difference is null ? TraceStatus.Verified : TraceStatus.Failed,
            difference ?? "same query bytes, model and reply bytes as in the query and in the miner's log", received, Facts(received));
        FoundEntry[] viewed = [.. evidence.Viewed];
        if (viewed.Length == 0)
        {
            yield return new TraceLink("result-viewed", "Who looked at the score", TraceStatus.None, "nobody is recorded to have looked at it");
        }

        foreach (FoundEntry view in viewed)
        {
            string user = view.Members.ObjectOrNull("actor")?.TextOrNull("user") ?? "nobody named";
            yield return QueryTracer.Link("result-viewed", "Who looked at the score", TraceStatus.Verified, $"{user} looked, recorded before it was shown", view);
        }

        yield return evidence.Reported is { } reported
            ? QueryTracer.Link("outcome-reported", "An outcome was reported", TraceStatus.Verified, "that one was, never what", reported)
            : new TraceLink("outcome-reported", "An outcome was reported", TraceStatus.None, "no outcome was reported for this query");
    }

    private static TraceLink Consent(QueryEvidence evidence, FoundEntry sent)
    {
        string basis = sent.Text("basis");
        string what = $"purpose {sent.Text("purpose")}, basis {basis}";
        if (basis != "consent")
        {
            return QueryTracer.Link("consent", ConsentTitle, TraceStatus.Verified, $"{what}: no consent document is needed under this basis", sent);
        }

        FoundEntry[] before = [.. evidence.Consents.Where(entry => entry.Log == sent.Log && entry.Logged.Index < sent.Logged.Index)];
        return before.LastOrDefault() switch
        {
            null when sent.Log.IsPartial => QueryTracer.Link("consent", ConsentTitle, TraceStatus.Unavailable, $"{what}: its grant is not among the disclosed entries", sent),
            null => QueryTracer.Link("consent", ConsentTitle, TraceStatus.Missing, $"{what}: the log has no consent.granted of that reference before the query", sent),
            { Type: "consent.withdrawn" } withdrawn => QueryTracer.Link("consent", ConsentTitle, TraceStatus.Failed, $"{what}: it was withdrawn before the query", withdrawn),
            { } granted => QueryTracer.Link("consent", ConsentTitle, TraceStatus.Verified, $"{what}: granted before the query and not withdrawn before it", granted),
        };
    }

    private static string? Difference(QueryEvidence evidence, FoundEntry received)
    {
        if (evidence.Sent is { } sent && (sent.Hash("in") != received.Hash("in") || sent.Commit != received.Commit))
        {
            return "the result is for other bytes or another model than the query's entry has";
        }

        return evidence.Served is { } served && (served.Hash("in") != received.Hash("in") || served.Hash("out") != received.Hash("out") || served.Commit != received.Commit)
            ? "clinic and miner recorded other bytes or another model"
            : null;
    }

    private static bool AuditEntryFits(FoundEntry entry, out string why)
    {
        try
        {
            AuditEntry.Parse(entry.Logged.Bytes);
            why = "";
            return true;
        }
        catch (AuditEntryException refused)
        {
            why = $"the schema does not allow the entry: {refused.Message}";
            return false;
        }
    }

    private static TraceFact[] Facts(FoundEntry entry) => QueryTracer.Facts(
        ("in", entry.Hash("in")), ("out", entry.Hash("out")), ("card", entry.Commit), ("pred", entry.Members.TextOrNull("pred")),
        ("policy", entry.Members.TextOrNull("policy")), ("fset", entry.Members.TextOrNull("fset")));
}
