using System.CommandLine;
using System.Globalization;
using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;
using Subnet.Health.Review.Entries;
using Subnet.Health.Review.Verification;

namespace Subnet.Health.Cli.Commands.Audit;

/// <summary>
/// <c>subnet audit receipt FILE</c>: checks offline a proof file that carries its entry (<c>prove --with-entry</c>): the entry is in the log
/// under a trusted checkpoint, and its receipt is the miner's.
/// </summary>
internal sealed class AuditReceiptCommand : AuditReadCommand
{
    private readonly Argument<string> file;

    public AuditReceiptCommand()
        : this(new Argument<string>("FILE") { Description = "A proof file with its entry, from 'audit prove --with-entry'." })
    {
    }

    private AuditReceiptCommand(Argument<string> file)
        : base(
            "receipt",
            "Checks a receipt offline: the entry is in the log and the miner signed for this request, model and reply; exit code 1 if not.",
            file,
            new CommandExample("audit receipt entry-17.tlog-proof --policy clinic.policy", "a proof file and a policy file")) => this.file = file;

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(AuditReceiptDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        (string origin, TrustPolicy policy) = Trust(context);
        byte[] bytes = await File.ReadAllBytesAsync(context.ExistingFile(context.Get(file)), cancellationToken).ConfigureAwait(false);
        AuditReceiptDocument document = Check(bytes, origin, policy, out Checkpoint? reviewed);
        if (reviewed is not null)
        {
            await RecordOpenedAsync(context, reviewed, document.Index ?? 0, (document.Index ?? 0) + 1, cancellationToken).ConfigureAwait(false);
        }

        context.Output.Document(document, _ => context.Output.Raw(document.Good
            ? string.Create(CultureInfo.InvariantCulture, $"good: entry {document.Index} of {origin}, request {document.Request}, model {document.Model}, miner {document.Miner}\n")
            : $"NOT good: {document.Why}\n"));
        return document.Good ? ExitCode.Done : ExitCode.No;
    }

    private static AuditReceiptDocument Check(byte[] bytes, string origin, TrustPolicy policy, out Checkpoint? reviewed)
    {
        reviewed = null;
        TlogProof proof;
        try
        {
            proof = TlogProof.Parse(bytes);
        }
        catch (TransparencyException malformed)
        {
            throw new CommandException(ErrorCodes.FileMalformed, $"The file is no proof: {malformed.Message}.", "Make one with 'subnet audit prove --with-entry'.");
        }

        if (proof.Extra is null)
        {
            throw new CommandException(ErrorCodes.FileMalformed, "The proof does not carry its entry.", "Make it with 'subnet audit prove --with-entry'.");
        }

        if (!proof.Verify(TreeHash.OfLeaf(proof.Extra), origin, policy, out string why))
        {
            return Bad(why);
        }

        reviewed = OpenedCheckpoint.Open(proof.CheckpointNote, origin, policy).Checkpoint;
        AuditEntry entry;
        try
        {
            entry = AuditEntry.Parse(proof.Extra);
        }
        catch (AuditEntryException refused)
        {
            return Bad($"the entry is not one that the schema allows: {refused.Message}");
        }

        return entry.Members.ObjectOrNull("receipt") is not { } receipt ? Bad($"an entry of type {entry.Type} has no receipt")
            : SemanticVerifier.TryReadReceipt(entry, receipt, out ReceiptStatement statement, out byte[] signature) && statement.IsSignedBy(signature)
                ? new AuditReceiptDocument(true, null, proof.Index, statement.Request, statement.Model, statement.Miner.Label)
                : Bad("the receipt is not the miner's signature over this request, model and reply");
    }

    private static AuditReceiptDocument Bad(string why) => new(false, why, null, null, null, null);
}

/// <summary>The answer of <c>subnet audit receipt</c>.</summary>
/// <param name="Good">Whether everything holds.</param>
/// <param name="Why">What does not.</param>
/// <param name="Index">Place of the entry in the log.</param>
/// <param name="Request">The query's event.</param>
/// <param name="Model">Hash of the model card.</param>
/// <param name="Miner">Name and id of the miner's key.</param>
internal sealed record AuditReceiptDocument(bool Good, string? Why, long? Index, string? Request, string? Model, string? Miner) : Document(FormatName)
{
    public const string FormatName = "subnet/audit-receipt/1";
}
