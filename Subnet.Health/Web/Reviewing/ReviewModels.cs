using Subnet.Health.Review.Findings;
using Subnet.Health.Review.Queries;
using Subnet.Health.Review.Tracing;
using Subnet.Health.Review.Verification;

namespace Subnet.Health.Web.Reviewing;

/// <summary>The list of logs.</summary>
/// <param name="States">Each log with its checkpoint.</param>
/// <param name="Ledger">The log of the ledger's blocks; null where it is not at hand.</param>
internal sealed record LogsModel(IReadOnlyList<LogState> States, LogState? Ledger);

/// <summary>What is looked for in a log.</summary>
/// <param name="Type">Type of the entry; empty for all.</param>
/// <param name="Event">Event, own or answered; empty for all.</param>
/// <param name="Model">Id or commitment of the model; empty for all.</param>
/// <param name="Outcome">Outcome; empty for all.</param>
/// <param name="From">Earliest time as written; empty for all.</param>
/// <param name="To">First time that is too late; empty for all.</param>
/// <param name="Offset">Matches left out.</param>
internal sealed record EntrySearch(string Type, string Event, string Model, string Outcome, string From, string To, int Offset)
{
    /// <summary>Entries of a page.</summary>
    public const int Page = 50;

    /// <summary>Reads the address.</summary>
    public static EntrySearch Read(IQueryCollection query)
    {
        ArgumentNullException.ThrowIfNull(query);
        string Of(string name) => query[name].ToString().Trim() is { Length: <= 128 } text ? text : "";
        return new EntrySearch(
            Of("type"), Of("event"), Of("model"), Of("outcome"), Of("from"), Of("to"), int.TryParse(Of("offset"), System.Globalization.NumberStyles.None, null, out int offset) ? offset : 0);
    }

    /// <summary>What is looked for, as the address has it.</summary>
    public IEnumerable<(string Name, string Value)> Fields => [("type", Type), ("event", Event), ("model", Model), ("outcome", Outcome), ("from", From), ("to", To)];

    /// <summary>The filter; a time that is not one is not asked.</summary>
    public EntryFilter Filter => new()
    {
        Type = Word(Type),
        Event = Word(Event),
        Model = Word(Model),
        Outcome = Word(Outcome),
        From = Time(From),
        To = Time(To),
    };

    /// <summary>The same search of another page.</summary>
    public string Link(int offset) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"?type={Uri.EscapeDataString(Type)}&event={Uri.EscapeDataString(Event)}&model={Uri.EscapeDataString(Model)}&outcome={Uri.EscapeDataString(Outcome)}&from={Uri.EscapeDataString(From)}&to={Uri.EscapeDataString(To)}&offset={offset}");

    private static string? Word(string text) => text.Length == 0 ? null : text;

    private static DateTimeOffset? Time(string text) => DateTimeOffset.TryParse(
        text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;
}

/// <summary>Entries of one log.</summary>
/// <param name="State">The log.</param>
/// <param name="Search">What was looked for.</param>
/// <param name="Entries">The page of matches.</param>
/// <param name="Total">Matches in all.</param>
/// <param name="Types">Types that the log has, with their numbers.</param>
internal sealed record EntriesModel(LogState State, EntrySearch Search, IReadOnlyList<EntryView> Entries, int Total, IReadOnlyDictionary<string, long> Types);

/// <summary>What a verification of a whole log found.</summary>
/// <param name="State">The log.</param>
/// <param name="Report">What was seen and found.</param>
internal sealed record FindingsModel(LogState State, VerificationReport Report);

/// <summary>What reviewers found.</summary>
/// <param name="Cases">Open ones first, then the newest.</param>
/// <param name="Problem">Why they cannot all be read; null if they can.</param>
/// <param name="Desk">The logs that cases are about.</param>
internal sealed record CasesModel(IReadOnlyList<FindingCase> Cases, string? Problem, ReviewDesk Desk);

/// <summary>One query from consent to emission.</summary>
/// <param name="Event">The query's event; empty before one was asked for.</param>
/// <param name="Trace">The chain, or null.</param>
/// <param name="Problem">Why there is none; null if there is, or before one was asked for.</param>
/// <param name="Recent">Queries that can be traced, the newest first.</param>
/// <param name="Desk">The logs that links stand in.</param>
internal sealed record TraceModel(string Event, QueryTrace? Trace, string? Problem, IReadOnlyList<EntryView> Recent, ReviewDesk Desk);

/// <summary>Entries of all logs over time.</summary>
/// <param name="Points">The newest entries.</param>
/// <param name="Logs">The logs, a row each.</param>
internal sealed record TimelineModel(IReadOnlyList<EntryView> Points, IReadOnlyList<ReviewedLog> Logs);

/// <summary>The page that checks a bundle in the browser.</summary>
/// <param name="Keys">Keys that the portal believes in, to be compared and not to be believed.</param>
internal sealed record BundleModel(IReadOnlyList<string> Keys);
