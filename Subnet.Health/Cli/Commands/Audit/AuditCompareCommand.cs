using System.CommandLine;
using System.Globalization;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Review.Logs;
using Subnet.Health.Review.Queries;
using Subnet.Health.Review.Verification;

namespace Subnet.Health.Cli.Commands.Audit;

/// <summary><c>subnet audit compare CLINIC-LOG MINER-LOG</c>: does every query on one side have its counterpart on the other?</summary>
internal sealed class AuditCompareCommand : AuditReadCommand
{
    private readonly Argument<string?> other = new("MINER-LOG") { Description = "The miner's log: a folder or URL.", Arity = ArgumentArity.ZeroOrOne, DefaultValueFactory = _ => null };

    private readonly Option<string> otherOrigin = OptionNames.Create<string>("--miner-origin", "The name of the miner's log; its key is in the policy.");

    private readonly Option<string> clinicId = OptionNames.Create<string>("--clinic-id", "The clinic's id as entries write it; else the address in its log's name.");

    private readonly Option<string> minerId = OptionNames.Create<string>("--miner-id", "The miner's id as entries write it; else the address in its log's name.");

    public AuditCompareCommand()
        : base(
            "compare",
            "Compares the logs of a clinic (LOG) and a miner: queries, bytes, models and receipts must agree; exit code 1 if not.",
            new CommandExample(
                "audit compare clinic/log miner/log --policy both.policy --origin clinic.example/log --miner-origin miner.example/log --clinic-id key:1 --miner-id key:2",
                "two logs' folders and a policy file with both log keys"))
    {
        Arguments.Add(other);
        foreach (Option<string> option in (Option<string>[])[otherOrigin, clinicId, minerId])
        {
            Options.Add(option);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(AuditVerifyDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        (string origin, TrustPolicy policy) = Trust(context);
        string minerLog = context.Get(other) ?? throw new CommandException(ErrorCodes.Usage, "The miner's log is missing.", "Name it after the clinic's.");
        string minerOrigin = Required(context, otherOrigin);
        string clinicName = context.Get(clinicId) ?? LogName.Parts(origin)?.Address ?? Required(context, clinicId);
        string minerName = context.Get(minerId) ?? LogName.Parts(minerOrigin)?.Address ?? Required(context, minerId);
        VerifiedLog clinic = OpenLog(OpenSource(context), origin, policy);
        VerifiedLog miner = OpenLog(OpenSource(context, minerLog), minerOrigin, policy);
        await RecordOpenedAsync(context, clinic.Checkpoint, 0, clinic.Checkpoint.Size, cancellationToken).ConfigureAwait(false);
        await RecordOpenedAsync(context, miner.Checkpoint, 0, miner.Checkpoint.Size, cancellationToken).ConfigureAwait(false);
        VerificationReport report = new();
        try
        {
            await Task.Run(
                () => LogComparison.Compare(clinic.Entries(clinic.FirstEntry), clinicName, miner.Entries(miner.FirstEntry), minerName, report),
                cancellationToken).ConfigureAwait(false);
        }
        catch (UnsoundLogException unsound)
        {
            throw Unsound(unsound);
        }

        AuditVerifyDocument document = AuditVerifyDocument.Of($"{origin} {minerOrigin}", report);
        context.Output.Document(document, _ =>
        {
            foreach (AuditFindingDocument finding in document.Findings)
            {
                context.Output.Raw(string.Create(CultureInfo.InvariantCulture, $"{finding.Severity} {finding.Code} entry {finding.Index}: {finding.Message}\n"));
            }

            context.Output.Raw(string.Create(
                CultureInfo.InvariantCulture,
                $"{(document.Sound ? "the logs agree" : "the logs do NOT agree")}: {document.Entries} entries matched, {document.Errors} errors, {document.Warnings} warnings\n"));
        });
        return report.IsSound ? ExitCode.Done : ExitCode.No;
    }
}
