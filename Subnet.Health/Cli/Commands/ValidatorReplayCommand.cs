using System.CommandLine;
using Spectre.Console;
using Subnet.Crypto.Identity;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;
using Subnet.Health.Scoring;

namespace Subnet.Health.Cli.Commands;

/// <summary>
/// <c>subnet validator replay TRANSCRIPT</c>: re-executes a batch of organic scoring bit for bit from the held ciphertexts and the opened seeds.
/// </summary>
internal sealed class ValidatorReplayCommand : SubnetCommand
{
    private readonly Argument<string> transcript = new("TRANSCRIPT") { Description = "A scoring transcript, from 'clinic score-organic' or a validator's folder." };

    public ValidatorReplayCommand()
        : base(
            "replay",
            "Recompute every score of a transcript bit for bit; exit code 1 with the first difference.",
            new CommandExample("validator replay batch-17.transcript", "a transcript"))
    {
        Arguments.Add(transcript);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(ValidatorReplayDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        string path = context.ExistingFile(context.Get(transcript));
        byte[] bytes = await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false);
        if (!ScoringTranscript.IsTranscript(bytes))
        {
            throw new CommandException(ErrorCodes.FileMalformed, $"The file '{path}' is no scoring transcript.", "Give the file that a validator or clinic wrote for the batch.");
        }

        ValidatorReplayDocument document;
        if (ScoringTranscript.TryRead(bytes, out ScoringTranscript? read, out string? error))
        {
            ReplayReport report = await context.Output.ProgressAsync(
                "outputs", TotalOutputs(read), progress => Task.Run(() => TranscriptReplay.Run(read, null, progress, cancellationToken), cancellationToken)).ConfigureAwait(false);
            document = ValidatorReplayDocument.Of(report);
        }
        else
        {
            document = new ValidatorReplayDocument(false, error, null, null, 0, null, [], []);
        }

        context.Output.Document(document, console => Render(context, console, document));
        return document.Sound ? ExitCode.Done : ExitCode.No;
    }

    private static long TotalOutputs(ScoringTranscript read) =>
        read.Messages.Count > 1 && ScoreBatchOpen.TryRead(read.Messages[1]) is { } batch
            ? read.Messages.Count(message => message.Signed.Domain == ScoringDomains.Outputs) * (long)batch.Blocks * batch.Measure.OutputCount
            : 0;

    private static void Render(CommandContext context, IAnsiConsole console, ValidatorReplayDocument document)
    {
        if (document.Miners.Count > 0)
        {
            Table table = new() { Border = TableBorder.Rounded };
            table.AddColumns("miner", "quality", "note");
            foreach (ReplayedMiner miner in document.Miners)
            {
                table.AddRow(
                    miner.Miner,
                    miner.Quality?.ToString("F4", System.Globalization.CultureInfo.InvariantCulture) ?? "-",
                    miner.Fault + (miner.ClinicOwesFee ? ", the clinic is charged" : ""));
            }

            console.Write(table);
        }

        foreach (ReplayFault fault in document.Faults)
        {
            context.Output.Raw($"fault of {fault.Party ?? "nobody"}: {fault.Code}\n");
        }

        context.Output.Raw(document.Sound
            ? $"sound: {document.Outputs} outputs of {document.Measure} recomputed bit for bit, digest {Convert.ToHexStringLower(document.Digest!)}\n"
            : $"NOT sound: {document.Difference}\n");
    }
}

/// <summary>The answer of <c>subnet validator replay</c>.</summary>
/// <param name="Sound">Whether everything is as the protocol computes it.</param>
/// <param name="Difference">The first difference.</param>
/// <param name="Batch">The batch.</param>
/// <param name="Measure">Set and measure.</param>
/// <param name="Outputs">Outputs recomputed.</param>
/// <param name="Digest">SHA-256 over them: equal on every machine.</param>
/// <param name="Miners">What the batch says of each miner.</param>
/// <param name="Faults">Faults of parties.</param>
internal sealed record ValidatorReplayDocument(
    bool Sound,
    string? Difference,
    byte[]? Batch,
    string? Measure,
    int Outputs,
    byte[]? Digest,
    IReadOnlyList<ReplayedMiner> Miners,
    IReadOnlyList<ReplayFault> Faults) : Document(FormatName)
{
    public const string FormatName = "subnet/validator-replay/1";

    /// <summary>The document of a report.</summary>
    public static ValidatorReplayDocument Of(ReplayReport report) => new(
        report.IsSound,
        report.Difference,
        report.Batch?.Batch.ToArray(),
        report.Batch is null ? null : ScoreWindow.SetWord(report.Batch.Measure),
        report.Recomputed,
        report.Digest,
        [.. report.Outcomes.Select(outcome => new ReplayedMiner(
            Ss58Address.Encode(outcome.Miner.Span), outcome.Card.ToArray(), outcome.Quality, ScoringFaults.Word(outcome.Fault), outcome.ClinicOwesFee))],
        [.. report.Findings.Select(finding => new ReplayFault(
            ScoringFaults.Word(finding.Fault), finding.Party.IsEmpty ? null : Ss58Address.Encode(finding.Party.Span)))]);
}

/// <summary>A miner's outcome.</summary>
/// <param name="Miner">Hotkey.</param>
/// <param name="Card">Its card.</param>
/// <param name="Quality">0 to 1.</param>
/// <param name="Fault">Why it is a median or missing; <c>none</c> otherwise.</param>
/// <param name="ClinicOwesFee">Whether the clinic did not open.</param>
internal sealed record ReplayedMiner(string Miner, byte[] Card, double? Quality, string Fault, bool ClinicOwesFee);

/// <summary>A fault.</summary>
/// <param name="Code">What.</param>
/// <param name="Party">Whose.</param>
internal sealed record ReplayFault(string Code, string? Party);
