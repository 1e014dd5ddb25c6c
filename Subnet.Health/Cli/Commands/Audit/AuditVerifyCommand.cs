using System.CommandLine;
using System.Globalization;
using System.Text;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Health.Review.Bundles;
using Subnet.Health.Review.Sources;
using Subnet.Health.Review.Verification;

namespace Subnet.Health.Cli.Commands.Audit;

/// <summary><c>subnet audit verify LOG</c>: is this log, or this bundle, what it claims to be, and does what it says fit together?</summary>
internal sealed class AuditVerifyCommand : AuditReadCommand
{
    private readonly Option<string?> trusted = new("--trusted") { Description = "A checkpoint that was trusted before; the log must extend it." };

    private readonly Option<string[]> join = new("--join") { Description = "A further bundle of the same checkpoint that adjoins; once for each, in any order." };

    private readonly Option<bool> structural = new("--structural") { Description = "Check the tree only, not what the entries say." };

    public AuditVerifyCommand()
        : base(
            "verify",
            "Verifies a log or a bundle: first its structure, then what its entries say; exit code 1 if it is not sound.",
            new CommandExample("audit verify clinic/log --policy reviewer.policy", "a log's folder and a policy file"),
            new CommandExample("audit verify case-17.audit.json --log-key audit.example/clinic-7+3ca99a7d+AX3...", "a bundle and the log's key"))
    {
        Options.Add(trusted);
        Options.Add(structural);
        Options.Add(join);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(AuditVerifyDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        (string origin, TrustPolicy policy) = Trust(context);
        string name = NamedLog(context);
        VerificationReport report = new();
        if (File.Exists(context.FullPath(name)))
        {
            List<byte[]> files = [];
            foreach (string file in (context.Get(join) ?? []).Prepend(name))
            {
                files.Add(await File.ReadAllBytesAsync(context.ExistingFile(file), cancellationToken).ConfigureAwait(false));
            }

            VerifyBundles(files, origin, policy, context, report);
        }
        else
        {
            string? earlier = context.Get(trusted) is { } file ? await File.ReadAllTextAsync(context.ExistingFile(file), cancellationToken).ConfigureAwait(false) : null;
            ILogSource source = OpenSource(context);
            await Task.Run(() => VerifyLog(source, earlier, origin, policy, context.Get(structural), report, cancellationToken), cancellationToken).ConfigureAwait(false);
        }

        if (report.Checkpoint?.Checkpoint is { } reviewed)
        {
            await RecordOpenedAsync(context, reviewed, report.Removed, reviewed.Size, cancellationToken).ConfigureAwait(false);
        }

        Print(context, AuditVerifyDocument.Of(origin, report));
        return report.IsSound ? ExitCode.Done : ExitCode.No;
    }

    private static void VerifyLog(
        ILogSource source, string? earlier, string origin, TrustPolicy policy, bool onlyStructure, VerificationReport report, CancellationToken cancellationToken)
    {
        StructuralVerifier structure = new(origin, policy);
        if (onlyStructure)
        {
            structure.Verify(source, earlier, report, (_, _) => report.Count("(not read)"), cancellationToken);
            return;
        }

        using SemanticVerifier semantic = new(new SemanticOptions(), report);
        structure.Verify(source, earlier, report, PreparedEntry.Of, semantic.Add, cancellationToken, semantic.Pass);
        semantic.Finish();
    }

    private void VerifyBundles(IReadOnlyList<byte[]> files, string origin, TrustPolicy policy, CommandContext context, VerificationReport report)
    {
        BundleVerification bundle = BundleSeries.Verify(files, origin, policy);
        if (!bundle.IsSound)
        {
            report.Add(FindingSeverity.Error, bundle.Code!, null, bundle.Message);
            return;
        }

        report.Checkpoint = bundle.Checkpoint;
        report.Withheld = bundle.Withheld;
        if (context.Get(structural))
        {
            return;
        }

        bool whole = bundle.Withheld == 0 && bundle.Entries.Count == bundle.Checkpoint!.Checkpoint!.Size;
        using SemanticVerifier semantic = new(new SemanticOptions { IsWholeLog = whole }, report);
        foreach ((long index, CanonicalObject entry) in bundle.Entries)
        {
            semantic.Add(index, CanonicalJsonWriter.Write(entry));
        }

        semantic.Finish();
    }

    private static void Print(CommandContext context, AuditVerifyDocument document) => context.Output.Document(document, _ =>
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"log {document.Origin}\n");
        if (document.Size is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"checkpoint {document.Size} entries, root {document.Root}, cosigned by {document.Witnesses.Count}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"read {document.Entries} entries, {document.Withheld} withheld\n");
        foreach (AuditFindingDocument finding in document.Findings)
        {
            string place = finding.Index is { } index ? string.Create(CultureInfo.InvariantCulture, $" entry {index}") : "";
            text.Append(CultureInfo.InvariantCulture, $"{finding.Severity} {finding.Code}{place}: {finding.Message}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"{(document.Sound ? "sound" : "NOT sound")}: {document.Errors} errors, {document.Warnings} warnings\n");
        context.Output.Raw(text.ToString());
    });
}
