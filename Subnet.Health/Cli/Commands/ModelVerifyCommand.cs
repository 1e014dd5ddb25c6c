using System.CommandLine;
using System.Diagnostics;
using Spectre.Console;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Circuits;
using Subnet.Health.Cli.Output;
using Subnet.Health.Models;

namespace Subnet.Health.Cli.Commands;

/// <summary>
/// <c>subnet model verify MODEL --input rows.csv</c>: compiles the model, sends every row through encryption on this machine,
/// and compares with the integer model in the clear. Any difference is a no.
/// </summary>
internal sealed class ModelVerifyCommand : SubnetCommand
{
    private readonly Argument<string> model = ModelArguments.Model();
    private readonly Option<string> input = ModelArguments.Input();

    public ModelVerifyCommand()
        : base(
            "verify",
            "Compare encrypted with plaintext predictions, row by row.",
            new CommandExample("model verify samples/models/heart-fasttree.zip --input samples/data/heart-cleveland.csv"))
    {
        Arguments.Add(model);
        Options.Add(input);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(ModelVerifyDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        IPlainModel read = ModelArguments.ReadModel(context, model);
        SplitModel split = read.Split ?? throw new CircuitException($"the model cannot be compiled: {read.PlaintextReason}.");
        var rows = new ReferenceRows(split, ModelArguments.ReadRows(context, input, read));
        CompiledModel compiled = CircuitCompiler.Compile(split, rows);
        ModelVerifyDocument document = await context.Output.ProgressAsync(
            "rows", rows.Count, progress => Task.Run(() => Verify(compiled, rows, progress, cancellationToken), cancellationToken)).ConfigureAwait(false);
        context.Output.Document(document, console =>
        {
            console.Write(document.Query.Table());
            console.WriteLine(document.Quantisation.Sentence);
            foreach (string difference in document.Differences)
            {
                context.Output.Raw($"different {difference}\n");
            }

            context.Output.Raw($"{document.Equal} rows equal, {document.Differences.Count} different, {document.Refused} refused before encryption, {document.MillisecondsPerRow:F2} ms per row\n");
        });
        return document.Differences.Count == 0 && document.Equal > 0 ? ExitCode.Done : ExitCode.No;
    }

    private static ModelVerifyDocument Verify(
        CompiledModel compiled, ReferenceRows rows, IProgress<long> progress, CancellationToken cancellationToken)
    {
        using RandomSourceFactory randomness = RandomSourceFactory.FromOperatingSystem();
        using var circuit = new EncryptedCircuit(compiled, new byte[32], randomness);
        long[] expected = new long[compiled.Classes];
        long[] actual = new long[compiled.Classes];
        var differences = new List<string>();
        int equal = 0;
        int refused = 0;
        long start = Stopwatch.GetTimestamp();
        for (int row = 0; row < rows.Count; row++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (compiled.TryEvaluate(rows.Row(row), expected) is not null)
            {
                refused++;
            }
            else if (circuit.TryAnswer(rows.Row(row), actual) is null && expected.AsSpan().SequenceEqual(actual))
            {
                equal++;
            }
            else
            {
                differences.Add($"row {row}: expected {string.Join(' ', expected)}, got {string.Join(' ', actual)}");
            }

            progress.Report(row + 1);
        }

        double perRow = Stopwatch.GetElapsedTime(start).TotalMilliseconds / Math.Max(1, equal + differences.Count);
        return new ModelVerifyDocument(
            equal, refused, differences, CircuitQueryEntry.Of(compiled.Choice), QuantisationEntry.Of(compiled.Report), Math.Round(perRow, 3));
    }
}

/// <summary>The answer of <c>subnet model verify</c>.</summary>
internal sealed record ModelVerifyDocument(
    int Equal,
    int Refused,
    IReadOnlyList<string> Differences,
    CircuitQueryEntry Query,
    QuantisationEntry Quantisation,
    double MillisecondsPerRow) : Document(FormatName)
{
    public const string FormatName = "subnet/model-verify/1";
}
