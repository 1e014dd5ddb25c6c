using System.Globalization;
using System.Text.Json.Nodes;
using Subnet.Health.Review.Tracing;

namespace Subnet.Health.Web.Reviewing;

/// <summary>
/// What a browser checks of a link by itself: that an entry, a block's header or a log's tree is under a checkpoint that a trusted key signed, that a card hashes to what the
/// query named, and the signatures of those who signed statements.
/// </summary>
/// <param name="Kind">entry, block, card or tree; null where there is nothing to check.</param>
/// <param name="Origin">Name of the log whose checkpoint counts.</param>
/// <param name="Index">Place in it.</param>
/// <param name="Proof">Where proof or card is served.</param>
/// <param name="Hash">Hash that the block's header or the card must have, hexadecimal; null for none.</param>
/// <param name="Signed">Statements with keys and signatures, as JSON; null for none.</param>
internal sealed record TraceCheck(string? Kind, string? Origin, long? Index, string? Proof, string? Hash, string? Signed)
{
    private static readonly TraceCheck Nothing = new(null, null, null, null, null, null);

    /// <summary>What there is to check of a link.</summary>
    public static TraceCheck Of(TraceLink link, ReviewDesk desk)
    {
        ArgumentNullException.ThrowIfNull(link);
        ArgumentNullException.ThrowIfNull(desk);
        if (link.Entry is { } entry && desk.FindOrigin(link.Place) is { } log)
        {
            return new TraceCheck("entry", log.Origin, entry.Index, EntryView.Of(log, entry).ProofPath, null, SignedOf(link));
        }

        if (link.Status is not (TraceStatus.Verified or TraceStatus.Failed))
        {
            return Nothing;
        }

        return link.Step switch
        {
            "model-card" when FactOf(link, "card") is { } hash => new TraceCheck("card", null, null, "/review/cards/" + hash, hash, null),
            "checkpoint" when desk.FindOrigin(link.Place) is { } tree => new TraceCheck("tree", tree.Origin, null, $"/review/logs/{tree.Id}/proof/0", null, null),
            _ when link.Height is { } height && desk.Ledger is { } ledger => new TraceCheck(
                "block", ledger.Origin, height - 1, string.Create(CultureInfo.InvariantCulture, $"/review/ledger/proof/{height}"), FactOf(link, "block"), null),
            _ => Nothing,
        };
    }

    private static string? FactOf(TraceLink link, string name) => link.Facts.FirstOrDefault(fact => fact.Name == name)?.Value;

    private static string? SignedOf(TraceLink link) => link.Signatures.Count == 0
        ? null
        : new JsonArray([.. link.Signatures.Select(static signature => (JsonNode)new JsonObject
        {
            ["domain"] = signature.Domain,
            ["statement"] = Convert.ToBase64String(signature.Statement.Span),
            ["key"] = Convert.ToBase64String(signature.Key.Span),
            ["signature"] = Convert.ToBase64String(signature.Bytes.Span),
        })]).ToJsonString();
}
