using Subnet.Health.Cli.Output;
using Subnet.Health.Review.Findings;

namespace Subnet.Health.Cli.Commands.Audit;

/// <summary>The answer of <c>subnet audit findings</c>.</summary>
/// <param name="Findings">The findings.</param>
internal sealed record AuditFindingsDocument(IReadOnlyList<FindingDocument> Findings) : Document(FormatName)
{
    public const string FormatName = "subnet/audit-findings/1";

    public static AuditFindingsDocument Of(IEnumerable<FindingCase> findings) => new(
    [
        .. findings.Select(finding => new FindingDocument(
            finding.Id,
            finding.Status,
            finding.About.TextOrNull("severity") ?? "",
            finding.About.TextOrNull("code") ?? "",
            finding.About.TextOrNull("log") ?? "",
            finding.About.IntegerOrNull("index"),
            finding.Assignee,
            finding.Resolution,
            finding.IsIndependent,
            finding.Fault(),
            [
                .. finding.Records.Select(record => new FindingStepDocument(
                    FindingRecord.Word(record.Act), record.Time, record.By, record.Hash, record.Members.TextOrNull("to"),
                    record.Members.TextOrNull("resolution"), record.Members.TextOrNull("text"))),
            ])),
    ]);
}

/// <summary>One finding.</summary>
/// <param name="Id">32 hexadecimal digits.</param>
/// <param name="Status">open, assigned or closed.</param>
/// <param name="Severity">error, warning or info.</param>
/// <param name="Code">What kind.</param>
/// <param name="Log">Name of the log that it is about.</param>
/// <param name="Entry">Index of the entry that it is about.</param>
/// <param name="Assignee">Who works on it.</param>
/// <param name="Resolution">How it was closed.</param>
/// <param name="Independent">Whether another than the one who opened it signed it off.</param>
/// <param name="Fault">What is wrong with its chain of records.</param>
/// <param name="Steps">The records in order.</param>
internal sealed record FindingDocument(
    string Id,
    string Status,
    string Severity,
    string Code,
    string Log,
    long? Entry,
    string? Assignee,
    string? Resolution,
    bool Independent,
    string? Fault,
    IReadOnlyList<FindingStepDocument> Steps);

/// <summary>One signed record of a finding.</summary>
/// <param name="Act">open, note, assign, sign-off or reopen.</param>
/// <param name="Time">When, by the signer's clock.</param>
/// <param name="By">The signer's key.</param>
/// <param name="Hash">Hash of the record, as the reviewer's log has it.</param>
/// <param name="To">Who was given it.</param>
/// <param name="Resolution">How it was closed.</param>
/// <param name="Text">What was said.</param>
internal sealed record FindingStepDocument(string Act, DateTimeOffset Time, string By, string Hash, string? To, string? Resolution, string? Text);
