using Subnet.Health.Review.Entries;
using Subnet.Health.Review.Queries;

namespace Subnet.Health.Review.Tracing;

/// <summary>What a trace may look at. Whatever is absent makes links unavailable, never wrong.</summary>
/// <param name="Logs">Logs and bundles of clinics, miners and validators, each accepted under the reviewer's policy.</param>
/// <param name="Ledger">The ledger, or null.</param>
/// <param name="FindCard">The bytes of a card by its hash (64 hexadecimal digits), or null; they are not believed.</param>
internal sealed record TraceSources(IReadOnlyList<ITraceLog> Logs, ITraceLedger? Ledger, Func<string, byte[]?> FindCard);

/// <summary>
/// Follows one query through everybody's evidence (protocol 7): consent and purpose, the clinic's log, the miner's log, the receipt, the result, the
/// model's card and registration, the epoch's plan and verdict, the score, the weight, the emission. Each link is checked by itself; what is
/// missing is said, with the place where it should be.
/// </summary>
internal sealed class QueryTracer(TraceSources sources)
{
    /// <summary>Traces a query.</summary>
    /// <param name="name">The query's event, 32 hexadecimal digits.</param>
    /// <param name="cancellationToken">Stops between entries.</param>
    /// <exception cref="UnsoundLogException">A log does not hold what its checkpoint signs.</exception>
    public async Task<QueryTrace> TraceAsync(string name, CancellationToken cancellationToken)
    {
        QueryEvidence evidence = await Task.Run(() => QueryEvidence.Collect(name, sources.Logs, cancellationToken), cancellationToken).ConfigureAwait(false);
        List<TraceLink> links = [];
        links.AddRange(ClinicLinks.Before(evidence));
        links.AddRange(MinerLinks.Of(evidence));
        links.AddRange(ClinicLinks.After(evidence));
        links.AddRange(await ModelLinks.OfAsync(evidence, sources, cancellationToken).ConfigureAwait(false));
        links.AddRange(await ScoreLinks.OfAsync(evidence, sources, cancellationToken).ConfigureAwait(false));
        foreach (ITraceLog log in sources.Logs.Where(log => links.Any(link => link.Place == log.Checkpoint.Origin)))
        {
            links.Add(await CheckpointLinkAsync(log, cancellationToken).ConfigureAwait(false));
        }

        return new QueryTrace(name, links);
    }

    /// <summary>The tree that a log's links stand in: signed, cosigned, and where it is anchored the ledger's root is its beginning.</summary>
    private async Task<TraceLink> CheckpointLinkAsync(ITraceLog log, CancellationToken cancellationToken)
    {
        TracedAnchor? anchor = sources.Ledger is null ? null : await sources.Ledger.AnchorAsync(log.Checkpoint.Origin, cancellationToken).ConfigureAwait(false);
        bool? begins = anchor is null ? null : log.BeginsWith(anchor.Size, anchor.Root);
        bool contradicts = begins == false;
        string cosigned = log.Witnesses.Count == 0 ? "no witness that you trust cosigned it" : $"cosigned by {string.Join(", ", log.Witnesses)}";
        string anchored = anchor is null ? "no anchor on the ledger was looked at or found"
            : contradicts ? $"the ledger anchored another root of its first {anchor.Size} entries in block {anchor.Height}: two histories"
            : anchor.Size > log.Checkpoint.Size ? $"the ledger anchored {anchor.Size} entries in block {anchor.Height}: what was given is older"
            : begins is null ? $"the ledger anchored {anchor.Size} entries in block {anchor.Height}, which a bundle cannot be held against"
            : $"the ledger anchored its first {anchor.Size} entries in block {anchor.Height}";
        return new TraceLink(
            "checkpoint", "The log's tree is signed", contradicts ? TraceStatus.Failed : TraceStatus.Verified,
            $"signed by the log, {log.Checkpoint.Size} entries; {cosigned}; {anchored}")
        {
            Place = log.Checkpoint.Origin,
            Height = anchor?.Height,
            Facts = [new TraceFact("size", log.Checkpoint.Size.ToString(System.Globalization.CultureInfo.InvariantCulture)), new TraceFact("root", log.Checkpoint.Root.ToString())],
        };
    }

    /// <summary>A link about an entry that was found.</summary>
    internal static TraceLink Link(string step, string title, TraceStatus status, string why, FoundEntry entry, params TraceFact[] facts) =>
        new(step, title, status, why) { Place = entry.Log.Checkpoint.Origin, Entry = entry.Logged, Party = entry.ActorId, Facts = facts };

    /// <summary>The facts that there are.</summary>
    internal static TraceFact[] Facts(params (string Name, string? Value)[] facts) =>
        [.. facts.Where(fact => fact.Value is { Length: > 0 }).Select(fact => new TraceFact(fact.Name, fact.Value!))];

    /// <summary>The time of an entry; entries under a checkpoint may still be malformed, and then have none.</summary>
    internal static DateTimeOffset? TimeOf(FoundEntry entry) => EntryTime.TryParse(entry.Text("time"), out DateTimeOffset time) ? time : null;
}
