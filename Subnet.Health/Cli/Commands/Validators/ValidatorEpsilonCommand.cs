using System.CommandLine;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;
using Subnet.Health.Scoring;

namespace Subnet.Health.Cli.Commands.Validators;

/// <summary><c>subnet validator epsilon TRANSCRIPT...</c>: adds up what the signed batches of several transcripts cost one patient, and names cases that were scored twice.</summary>
internal sealed class ValidatorEpsilonCommand : SubnetCommand
{
    private readonly Argument<string[]> transcripts = new("TRANSCRIPT") { Description = "Scoring transcripts; a batch that comes twice counts once.", Arity = ArgumentArity.OneOrMore };

    public ValidatorEpsilonCommand()
        : base(
            "epsilon",
            "Add up the epsilon of each patient over transcripts; exit code 1 where a case was scored twice.",
            new CommandExample("validator epsilon batch-17.transcript batch-18.transcript", "transcripts"))
    {
        Arguments.Add(transcripts);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(ValidatorEpsilonDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        List<ScoreBatchOpen> batches = [];
        foreach (string path in context.Get(transcripts)!.Select(context.ExistingFile))
        {
            byte[] bytes = await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false);

            // A batch is its clinic's word by its own signature; a changed one is refused, not counted.
            if (!ScoringTranscript.TryRead(bytes, out ScoringTranscript? read, out _) || !read.IsIntact || read.Messages.Count < 2 || ScoreBatchOpen.TryRead(read.Messages[1]) is not { } batch)
            {
                throw new CommandException(
                    ErrorCodes.FileMalformed, $"The file '{path}' is no intact scoring transcript.", "Give whole files; 'subnet validator replay' names what was changed in one.");
            }

            batches.Add(batch);
        }

        (int largest, IReadOnlyList<string> twice) = ReviewerScoring.Account(batches);
        ValidatorEpsilonDocument document = new(
            [.. batches.DistinctBy(batch => Convert.ToHexStringLower(batch.Message.Signed.Hash)).Select(batch => new EpsilonBatch(
                batch.Batch.ToArray(), batch.Patients, batch.Publication.Word, batch.Publication.EpsilonThousandths))],
            largest,
            twice);
        context.Output.Document(document, _ =>
        {
            foreach (EpsilonBatch batch in document.Batches)
            {
                context.Output.Raw($"batch {Convert.ToHexStringLower(batch.Batch)}: {batch.Patients} patients, {batch.Publish}\n");
            }

            context.Output.Raw($"largest epsilon of a patient: {FormattableString.Invariant($"{largest / 1000.0:F3}")} (rounded batches state none)\n");
            foreach (string item in document.ScoredTwice)
            {
                context.Output.Raw($"SCORED TWICE: case {item}\n");
            }
        });
        return twice.Count == 0 ? ExitCode.Done : ExitCode.No;
    }
}

/// <summary>The answer of <c>subnet validator epsilon</c>.</summary>
/// <param name="Batches">The different batches.</param>
/// <param name="LargestEpsilonThousandths">The most that one patient pays over all of them, in thousandths.</param>
/// <param name="ScoredTwice">Cases that are in more than one: none, where the protocol was kept.</param>
internal sealed record ValidatorEpsilonDocument(IReadOnlyList<EpsilonBatch> Batches, int LargestEpsilonThousandths, IReadOnlyList<string> ScoredTwice)
    : Document(FormatName)
{
    public const string FormatName = "subnet/validator-epsilon/1";
}

/// <summary>A batch in the account.</summary>
/// <param name="Batch">Its name.</param>
/// <param name="Patients">Its patients.</param>
/// <param name="Publish">How its scores became public.</param>
/// <param name="EpsilonThousandths">What it states; 0 where scores are rounded.</param>
internal sealed record EpsilonBatch(byte[] Batch, int Patients, string Publish, int EpsilonThousandths);
