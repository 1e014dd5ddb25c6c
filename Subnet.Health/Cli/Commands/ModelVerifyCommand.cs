using System.CommandLine;
using Spectre.Console;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Circuits;
using Subnet.Health.Circuits.Forests;
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
    private readonly Option<string?> label = LabelColumn.Option();
    private readonly Option<string?> circuit = ModelArguments.Circuit();

    public ModelVerifyCommand()
        : base(
            "verify",
            "Compare encrypted with plaintext predictions, row by row.",
            new CommandExample("model verify samples/models/heart-fasttree.zip --input samples/data/heart-cleveland.csv"))
    {
        Arguments.Add(model);
        Options.Add(input);
        Options.Add(label);
        Options.Add(circuit);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(ModelVerifyDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        IPlainModel read = ModelArguments.ReadModel(context, model);
        SplitModel split = read.Split ?? throw new CircuitException($"the model cannot be compiled: {read.PlaintextReason}.");
        var rows = new ReferenceRows(split, ModelArguments.ReadRows(context, input, read), LabelColumn.Read(context, label, input));
        using RandomSourceFactory randomness = RandomSourceFactory.FromOperatingSystem();
        using OperatingSystemRandomSource random = new();
        Verification verification = ModelArguments.ReadCircuit(context, circuit) is CircuitKind kind
            ? Of(ForestCompiler.Compile(split, rows, kind, random), context.Time, randomness)
            : Of(CircuitCompiler.Compile(split, rows), context.Time, randomness);
        context.Output.Say(verification.Cost.Sentence);
        ModelVerifyDocument document = await context.Output.ProgressAsync(
            "rows", rows.Count, progress => Task.Run(() => Verify(verification, rows, context.Time, progress, cancellationToken), cancellationToken)).ConfigureAwait(false);
        context.Output.Document(document, console =>
        {
            console.Write(document.Query?.Table() ?? document.Forest!.Table());
            console.WriteLine(document.Quantisation.Sentence);
            foreach (string difference in document.Differences)
            {
                context.Output.Raw($"different {difference}\n");
            }

            context.Output.Raw($"{document.Equal} rows equal, {document.Differences.Count} different, {document.Refused} refused before encryption, {document.MillisecondsPerRow:F2} ms per row; the fastest query took {document.MillisecondsOfQuery:F2} ms ({document.Cost.EncryptMs + document.Cost.EvaluateMs + document.Cost.DecryptMs:F2} predicted)\n");
        });
        return document.Differences.Count == 0 && document.Equal > 0 ? ExitCode.Done : ExitCode.No;
    }

    // What is verified: the integer model in the clear and the same through encryption, several rows a query.
    private sealed record Verification(
        CircuitQueryEntry? Query,
        ForestQueryEntry? Forest,
        CostEntry Cost,
        QuantisationEntry Quantisation,
        int RowsOfQuery,
        Func<float[], long[]?> Plain,
        Func<IReadOnlyList<float[]>, CancellationToken, long[][]> Encrypted,
        IDisposable Circuit);

    private static Verification Of(CompiledModel compiled, TimeProvider time, RandomSourceFactory randomness)
    {
        var encrypted = new EncryptedCircuit(compiled, new byte[32], randomness);
        return new Verification(
            CircuitQueryEntry.Of(compiled.Choice),
            null,
            CostEntry.Of(new CostOracle(time).Estimate(compiled.Choice, 1)),
            QuantisationEntry.Of(compiled.Report),
            1,
            x =>
            {
                long[] answers = new long[compiled.Classes];
                return compiled.TryEvaluate(x, answers) is null ? answers : null;
            },
            (rows, _) =>
            {
                long[] answers = new long[compiled.Classes];
                encrypted.TryAnswer(rows[0], answers);
                return [answers];
            },
            encrypted);
    }

    private static Verification Of(CompiledForest compiled, TimeProvider time, RandomSourceFactory randomness)
    {
        var encrypted = new EncryptedForest(compiled, new byte[32], randomness);
        return new Verification(
            null,
            ForestQueryEntry.Of(compiled),
            CostEntry.Of(ForestCost.Estimate(compiled, time, randomness)),
            QuantisationEntry.Of(compiled.Report),
            compiled.IsBatch ? compiled.Set.Degree : 1,
            x => compiled.TryEvaluate(x, out long answer) is null ? [answer] : null,
            (rows, stop) => [.. encrypted.Answer(rows, stop).Select(answer => new[] { answer })],
            encrypted);
    }

    private static ModelVerifyDocument Verify(
        Verification verification, ReferenceRows rows, TimeProvider time, IProgress<long> progress, CancellationToken cancellationToken)
    {
        using IDisposable circuit = verification.Circuit;
        var differences = new List<string>();
        var admitted = new List<(int Row, float[] X, long[] Expected)>();
        for (int row = 0; row < rows.Count; row++)
        {
            float[] x = rows.Row(row).ToArray();
            if (verification.Plain(x) is { } expected)
            {
                admitted.Add((row, x, expected));
            }
        }

        int refused = rows.Count - admitted.Count;
        double fastest = double.MaxValue;
        long start = time.GetTimestamp();
        int done = refused;
        foreach ((int Row, float[] X, long[] Expected)[] together in admitted.Chunk(verification.RowsOfQuery))
        {
            cancellationToken.ThrowIfCancellationRequested();
            long asked = time.GetTimestamp();
            long[][] actual = verification.Encrypted([.. together.Select(row => row.X)], cancellationToken);
            fastest = Math.Min(fastest, time.GetElapsedTime(asked).TotalMilliseconds);
            for (int i = 0; i < together.Length; i++)
            {
                if (!together[i].Expected.AsSpan().SequenceEqual(actual[i]))
                {
                    differences.Add($"row {together[i].Row}: expected {string.Join(' ', together[i].Expected)}, got {string.Join(' ', actual[i])}");
                }
            }

            done += together.Length;
            progress.Report(done);
        }

        double perRow = time.GetElapsedTime(start).TotalMilliseconds / Math.Max(1, admitted.Count);
        return new ModelVerifyDocument(
            admitted.Count - differences.Count, refused, differences, verification.Query, verification.Forest, verification.Cost, verification.Quantisation, Math.Round(perRow, 3), Math.Round(admitted.Count == 0 ? 0 : fastest, 3));
    }
}

/// <summary>The answer of <c>subnet model verify</c>.</summary>
internal sealed record ModelVerifyDocument(
    int Equal,
    int Refused,
    IReadOnlyList<string> Differences,
    CircuitQueryEntry? Query,
    ForestQueryEntry? Forest,
    CostEntry Cost,
    QuantisationEntry Quantisation,
    double MillisecondsPerRow,
    double MillisecondsOfQuery) : Document(FormatName)
{
    public const string FormatName = "subnet/model-verify/1";
}
