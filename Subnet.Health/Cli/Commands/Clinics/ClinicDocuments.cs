using Subnet.Health.Cli.Output;
using Subnet.Health.Clinic;

namespace Subnet.Health.Cli.Commands.Clinics;

/// <summary>A patient's score.</summary>
internal sealed record ClinicScoreEntry(
    int Row, IReadOnlyList<float> Scores, float? Probability, string? Label, double Margin, bool WithinRounding, IReadOnlyList<string> Imputed, string Event)
{
    public static ClinicScoreEntry Of(ClinicScore score) => new(
        score.Row, score.Scores, score.Probability, score.Label.Length == 0 ? null : score.Label, score.Margin, score.IsWithinRounding, score.Imputed, score.Event);
}

/// <summary>What was passed over in a record for an input, or with which reservation its value holds.</summary>
internal sealed record ClinicInputNoteEntry(string Input, string Feature, string Code, string Text)
{
    public static ClinicInputNoteEntry Of(ClinicInputNote note) => new(note.Input, note.Feature, note.Code, note.Text);
}

/// <summary>An answered query.</summary>
internal sealed record ClinicEvidenceEntry(
    string Event, string Miner, string Card, int Rows, int QueryBytes, int ReplyBytes, double LatencyMs, DateTimeOffset ReceiptTime, string ReceiptSignature, Amount LogIndex)
{
    public static ClinicEvidenceEntry Of(ClinicEvidence evidence) => new(
        evidence.Event, evidence.Miner, evidence.Card, evidence.Rows, evidence.QueryBytes, evidence.ReplyBytes, evidence.Milliseconds, evidence.ReceiptTime,
        Convert.ToBase64String(evidence.ReceiptSignature.Span), evidence.LogIndex);
}

/// <summary>An attempt that brought nothing.</summary>
internal sealed record FailedAttemptEntry(string Event, string Miner, string Code);

/// <summary>The answer to one model's request.</summary>
internal sealed record ClinicAnswerEntry(
    int Netuid, string Model, string Title, IReadOnlyList<ClinicScoreEntry> Scores, IReadOnlyList<ClinicEvidenceEntry> Queries, IReadOnlyList<FailedAttemptEntry> Failed,
    IReadOnlyList<ClinicInputNoteEntry> Notes)
{
    public static ClinicAnswerEntry Of(ClinicAnswer answer, ClinicQuery query) => new(
        query.Netuid,
        answer.Model,
        answer.Title,
        [.. answer.Scores.Select(ClinicScoreEntry.Of)],
        [.. answer.Queries.Select(ClinicEvidenceEntry.Of)],
        [.. answer.Failed.Select(attempt => new FailedAttemptEntry(attempt.Event, attempt.Miner, attempt.Code))],
        [.. answer.Notes.Select(ClinicInputNoteEntry.Of)]);
}

/// <summary>The answer of <c>subnet clinic query</c>.</summary>
internal sealed record ClinicQueryDocument(IReadOnlyList<ClinicAnswerEntry> Answers) : Document(FormatName)
{
    public const string FormatName = "subnet/clinic-query/1";
}

/// <summary>A miner that may be asked.</summary>
internal sealed record LeakSheetMinerEntry(string Miner, string Card, string Endpoint);

/// <summary>What would leave for one model.</summary>
internal sealed record LeakSheetEntry(
    string Model,
    IReadOnlyList<LeakSheetMinerEntry> Miners,
    int Patients,
    int Queries,
    IReadOnlyList<int> RowClasses,
    int QueryBytes,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Imputed,
    IReadOnlyList<string> Learns,
    IReadOnlyList<string> DoesNotLearn,
    IReadOnlyList<ClinicInputNoteEntry> Notes)
{
    public static LeakSheetEntry Of(LeakSheet sheet) => new(
        sheet.Model,
        [.. sheet.Cards.Select(card => new LeakSheetMinerEntry(card.Miner, card.Card, card.Endpoint.ToString()))],
        sheet.Patients,
        sheet.Queries,
        sheet.RowClasses,
        sheet.QueryBytes,
        sheet.Inputs,
        sheet.Imputed,
        sheet.Learns,
        sheet.DoesNotLearn,
        [.. sheet.Notes.Select(ClinicInputNoteEntry.Of)]);
}

/// <summary>The answer of <c>subnet clinic query --dry-run</c>.</summary>
internal sealed record ClinicLeakSheetDocument(IReadOnlyList<LeakSheetEntry> Sheets) : Document(FormatName)
{
    public const string FormatName = "subnet/clinic-leak-sheet/1";
}
