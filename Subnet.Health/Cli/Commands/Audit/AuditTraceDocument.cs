using Subnet.Health.Cli.Output;
using Subnet.Health.Review.Tracing;

namespace Subnet.Health.Cli.Commands.Audit;

/// <summary>The answer of <c>subnet audit trace</c>.</summary>
/// <param name="Event">The query's event.</param>
/// <param name="Sound">Whether nothing that was found contradicts anything else.</param>
/// <param name="Complete">Whether every link is there and holds.</param>
/// <param name="Links">In the order of the chain.</param>
/// <param name="Limits">What a trace does not show.</param>
internal sealed record AuditTraceDocument(
    string Event, bool Sound, bool Complete, IReadOnlyList<TraceLinkDocument> Links, IReadOnlyList<string> Limits) : Document(FormatName)
{
    public const string FormatName = "subnet/audit-trace/1";

    public static AuditTraceDocument Of(QueryTrace trace) => new(
        trace.Event,
        trace.IsSound,
        trace.IsComplete,
        [
            .. trace.Links.Select(link => new TraceLinkDocument(
                link.Step, link.Title, link.Status.ToString().ToLowerInvariant(), link.Why, link.Place, link.Entry?.Index, link.Entry?.Leaf.ToString(), link.Entry?.Text,
                link.Height, link.Party, [.. link.Facts.Select(fact => new TraceFactDocument(fact.Name, fact.Value))])),
        ],
        [
            "A trace shows what the parties recorded and signed, not that the recorded thing is true.",
            "An audit shows that a miner's answers of an epoch are those of the committed model; it does not name this query's row.",
            "What was not given to the trace is unavailable, not absent.",
        ]);
}

/// <summary>One link of a trace.</summary>
/// <param name="Step">Stable word of the step.</param>
/// <param name="Title">What it shows.</param>
/// <param name="Status">verified, failed, missing, unavailable, open or none.</param>
/// <param name="Why">One sentence.</param>
/// <param name="Place">The log or ledger that the evidence is in.</param>
/// <param name="Index">Place of the entry in the log.</param>
/// <param name="Leaf">Hash of the entry in the tree, hexadecimal.</param>
/// <param name="Entry">The canonical text of the entry.</param>
/// <param name="Height">Block of the ledger.</param>
/// <param name="Party">Address of the party whose link this is.</param>
/// <param name="Facts">The hashes and numbers it rests on.</param>
internal sealed record TraceLinkDocument(
    string Step,
    string Title,
    string Status,
    string Why,
    string? Place,
    long? Index,
    string? Leaf,
    string? Entry,
    long? Height,
    string? Party,
    IReadOnlyList<TraceFactDocument> Facts);

/// <summary>A named hash or number.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">Its value.</param>
internal sealed record TraceFactDocument(string Name, string Value);
