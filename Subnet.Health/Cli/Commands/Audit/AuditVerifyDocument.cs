using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Health.Cli.Output;
using Subnet.Health.Review.Verification;

namespace Subnet.Health.Cli.Commands.Audit;

/// <summary>The answer of <c>subnet audit verify</c> and <c>compare</c>.</summary>
/// <param name="Origin">The log, or both logs.</param>
/// <param name="Sound">Whether no error was found.</param>
/// <param name="Size">Entries under the checkpoint.</param>
/// <param name="Root">Root of them, hexadecimal.</param>
/// <param name="Witnesses">Names of the trusted witnesses that cosigned.</param>
/// <param name="Entries">Entries read.</param>
/// <param name="Withheld">Entries that a bundle withholds.</param>
/// <param name="Errors">Errors in all.</param>
/// <param name="Warnings">Warnings in all.</param>
/// <param name="Findings">The first thousand findings.</param>
/// <param name="Limits">What the verification does not show.</param>
internal sealed record AuditVerifyDocument(
    string Origin,
    bool Sound,
    long? Size,
    string? Root,
    IReadOnlyList<string> Witnesses,
    long Entries,
    long Withheld,
    long Errors,
    long Warnings,
    IReadOnlyList<AuditFindingDocument> Findings,
    IReadOnlyList<string> Limits) : Document(FormatName)
{
    public const string FormatName = "subnet/audit-verify/1";

    public static AuditVerifyDocument Of(string origin, VerificationReport report)
    {
        Checkpoint? checkpoint = report.Checkpoint?.Checkpoint;
        return new AuditVerifyDocument(
            origin,
            report.IsSound,
            checkpoint?.Size,
            checkpoint?.Root.ToString(),
            [.. report.Checkpoint?.Cosignatures.Select(signature => signature.Key.Name) ?? []],
            report.Entries,
            report.Withheld,
            report.Errors,
            report.Warnings,
            [.. report.Findings.Select(finding => new AuditFindingDocument(finding.Severity.ToString().ToLowerInvariant(), finding.Code, finding.Index, finding.Message))],
            [
                "A log shows what was recorded, not that the recorded thing is true.",
                "What was dropped before the first witnessed checkpoint after it is seen only by the other party's log.",
                "The logged route is shown; that there is no other route out is not.",
            ]);
    }
}

/// <summary>One finding.</summary>
/// <param name="Severity">error, warning or info.</param>
/// <param name="Code">A stable word.</param>
/// <param name="Index">The entry it is about.</param>
/// <param name="Message">One sentence.</param>
internal sealed record AuditFindingDocument(string Severity, string Code, long? Index, string Message);
