using System.CommandLine;
using System.Globalization;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Review.Queries;

namespace Subnet.Health.Cli.Commands.Audit;

/// <summary><c>subnet audit prove LOG INDEX</c>: a C2SP tlog-proof file for one entry, which any tool of that format checks.</summary>
internal sealed class AuditProveCommand : AuditReadCommand
{
    private readonly Argument<long?> index = new("INDEX") { Description = "Place of the entry in the log.", Arity = ArgumentArity.ZeroOrOne, DefaultValueFactory = _ => null };

    private readonly Option<string?> output = new("--output", "-o") { Description = "File to write; else standard output." };

    private readonly Option<bool> withEntry = OptionNames.Create<bool>("--with-entry", "Carry the entry in the file, for 'audit receipt'; whoever has the file reads it.");

    public AuditProveCommand()
        : base(
            "prove",
            "Writes the proof that an entry is in the log, as a tlog-proof file that needs only public keys to check.",
            new CommandExample("audit prove clinic/log 17 --policy reviewer.policy --output entry-17.tlog-proof", "a log's folder and a policy file"))
    {
        Arguments.Add(index);
        Options.Add(output);
        Options.Add(withEntry);
    }

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        long wanted = context.Get(index) ?? throw new CommandException(ErrorCodes.Usage, "Which entry is not said.", "Give its index after the log.");
        VerifiedLog log = OpenLog(context);
        if (wanted < 0 || wanted >= log.Checkpoint.Size)
        {
            throw new CommandException(
                ErrorCodes.EntryNotFound,
                string.Create(CultureInfo.InvariantCulture, $"The log has entries 0 to {log.Checkpoint.Size - 1}, not {wanted}."),
                "Find the index with 'subnet audit search'.");
        }

        await RecordExportedAsync(context, log.Checkpoint, wanted, wanted + 1, cancellationToken).ConfigureAwait(false);
        try
        {
            TlogProof proof = log.Prove(wanted, context.Get(withEntry));
            WriteOutput(context, context.Get(output), writer => writer.Write(proof.ToString()));
        }
        catch (UnsoundLogException unsound)
        {
            throw Unsound(unsound);
        }

        return ExitCode.Done;
    }
}
