using Subnet.Crypto.CanonicalJson;
using Subnet.Health.Review.Queries;

namespace Subnet.Health.Web.Reviewing;

/// <summary>An entry as a page shows it; the text is what the browser hashes.</summary>
/// <param name="Log">The log that has it.</param>
/// <param name="Index">Its place.</param>
/// <param name="Time">When, by the recorder's clock.</param>
/// <param name="Type">What happened.</param>
/// <param name="Actor">Who recorded it.</param>
/// <param name="Outcome">ok, or what became of it.</param>
/// <param name="Event">Random name of the event.</param>
/// <param name="Query">The query it belongs to: its own event or the one it answers.</param>
/// <param name="Text">The canonical text.</param>
internal sealed record EntryView(ReviewedLog Log, long Index, string Time, string Type, string Actor, string Outcome, string Event, string? Query, string Text)
{
    /// <summary>Where its proof is served.</summary>
    public string ProofPath => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"/review/logs/{Log.Id}/proof/{Index}");

    /// <summary>Reads a checked entry; what a malformed one lacks is empty.</summary>
    public static EntryView Of(ReviewedLog log, LoggedEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        CanonicalObject members = entry.Members;
        string type = members.TextOrNull("type") ?? "";
        string? own = members.TextOrNull("event");
        return new EntryView(
            log,
            entry.Index,
            members.TextOrNull("time") ?? "",
            type,
            $"{members.ObjectOrNull("actor")?.TextOrNull("kind")} {members.ObjectOrNull("actor")?.TextOrNull("id")}",
            members.TextOrNull("outcome") ?? "",
            own ?? "",
            type == "query.sent" ? own : type.StartsWith("query.", StringComparison.Ordinal) || type.StartsWith("result.", StringComparison.Ordinal) || type == "outcome.reported" ? members.TextOrNull("ref") : null,
            entry.Text);
    }
}
