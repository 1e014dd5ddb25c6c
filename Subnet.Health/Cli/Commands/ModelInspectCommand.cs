using System.CommandLine;
using Spectre.Console;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Circuits;
using Subnet.Health.Circuits.Forests;
using Subnet.Health.Cli.Output;
using Subnet.Health.Models;

namespace Subnet.Health.Cli.Commands;

/// <summary><c>subnet model inspect MODEL</c>: what goes in, what comes out, and what circuit the model compiles to.</summary>
internal sealed class ModelInspectCommand : SubnetCommand
{
    private readonly Argument<string> model = ModelArguments.Model();
    private readonly Option<string> input = ModelArguments.Input();
    private readonly Option<string?> label = LabelColumn.Option();
    private readonly Option<string?> circuit = ModelArguments.Circuit();

    public ModelInspectCommand()
        : base(
            "inspect",
            "Show a model's inputs, outputs, private part and, with rows for the ranges, its parameters.",
            new CommandExample("model inspect samples/models/heart-fasttree.zip"),
            new CommandExample("model inspect heart.zip --input training.csv", "a saved model and rows for it"))
    {
        Arguments.Add(model);
        Options.Add(input);
        Options.Add(label);
        Options.Add(circuit);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(ModelInspectDocument)];

    /// <inheritdoc/>
    public override Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        IPlainModel read = ModelArguments.ReadModel(context, model);
        ModelInspectDocument document = Describe(read);
        if (context.Get(input) is not null && read.Split is SplitModel split)
        {
            document = Compile(context, split, new ReferenceRows(split, ModelArguments.ReadRows(context, input, read), LabelColumn.Read(context, label, input)), document);
        }

        context.Output.Document(document, console => Render(console, document));
        return Task.FromResult(ExitCode.Done);
    }

    private ModelInspectDocument Compile(CommandContext context, SplitModel split, ReferenceRows rows, ModelInspectDocument document)
    {
        if (ModelArguments.ReadCircuit(context, circuit) is CircuitKind kind)
        {
            using OperatingSystemRandomSource random = new();
            using RandomSourceFactory randomness = RandomSourceFactory.FromOperatingSystem();
            CompiledForest forest = ForestCompiler.Compile(split, rows, kind, random);
            return document with
            {
                Circuit = CircuitWords.Of(kind),
                PrivatePart = CircuitWords.PrivatePart(kind),
                Forest = ForestQueryEntry.Of(forest),
                Cost = CostEntry.Of(ForestCost.Estimate(forest, context.Time, randomness)),
                Quantisation = QuantisationEntry.Of(forest.Report),
            };
        }

        CompiledModel compiled = CircuitCompiler.Compile(split, rows);
        return document with
        {
            Query = CircuitQueryEntry.Of(compiled.Choice),
            Cost = CostEntry.Of(new CostOracle(context.Time).Estimate(compiled.Choice, 1)),
            Quantisation = QuantisationEntry.Of(compiled.Report),
        };
    }

    private static ModelInspectDocument Describe(IPlainModel read)
    {
        string? reason = read.PlaintextReason;
        CircuitKind? kind = read.Split is SplitModel split ? HeadLowering.KindOf(split.Head, out reason) : null;
        return new ModelInspectDocument(
            read.Schema.Task.ToString().ToLowerInvariant(),
            [.. read.Schema.Inputs.Select(column => new ModelInputEntry(column.Name, column.Kind.ToString().ToLowerInvariant(), column.Width, column.IsUsed))],
            read.Schema.Outputs,
            read.Schema.ClassLabels,
            ModelArguments.HeadName(read.Split),
            read.Split?.Head.FeatureCount,
            read.Split?.Head.ScoreCount,
            read.Split?.Calibration?.GetType().Name.Replace("Calibration", "", StringComparison.Ordinal),
            kind is null ? null : CircuitWords.Of(kind.Value),
            kind is null ? reason : null,
            kind is null ? null : CircuitWords.PrivatePart(kind.Value),
            null,
            null,
            null,
            null);
    }

    private static void Render(IAnsiConsole console, ModelInspectDocument document)
    {
        Table inputs = new Table().AddColumns("input", "type", "slots", "used");
        foreach (ModelInputEntry entry in document.Inputs)
        {
            inputs.AddRow(new Text(entry.Name), new Text(entry.Kind), new Text($"{entry.Slots}"), new Text(entry.Used ? "yes" : "no"));
        }

        console.Write(inputs);
        console.WriteLine($"task: {document.Task}; answers: {string.Join(", ", document.Outputs)}");
        console.WriteLine($"private part: {document.Head}, {document.Features} features, {document.Scores} scores; calibration: {document.Calibration ?? "none"}");
        console.WriteLine(document.Circuit is null ? $"circuit: none, {document.PlaintextReason}" : $"circuit: {document.Circuit}");
        if (document.PrivatePart is not null)
        {
            console.WriteLine($"stays private: {document.PrivatePart}");
        }

        if ((document.Query?.Table() ?? document.Forest?.Table()) is Table table)
        {
            console.Write(table);
        }

        if (document.Cost is CostEntry cost)
        {
            console.WriteLine(cost.Sentence);
        }

        if (document.Quantisation is QuantisationEntry loss)
        {
            console.WriteLine(loss.Sentence);
        }
    }
}

/// <summary>The answer of <c>subnet model inspect</c>.</summary>
internal sealed record ModelInspectDocument(
    string Task,
    IReadOnlyList<ModelInputEntry> Inputs,
    IReadOnlyList<string> Outputs,
    IReadOnlyList<string> ClassLabels,
    string Head,
    int? Features,
    int? Scores,
    string? Calibration,
    string? Circuit,
    string? PlaintextReason,
    string? PrivatePart,
    CircuitQueryEntry? Query,
    ForestQueryEntry? Forest,
    CostEntry? Cost,
    QuantisationEntry? Quantisation) : Document(FormatName)
{
    public const string FormatName = "subnet/model-inspect/1";
}

/// <summary>An input column.</summary>
internal sealed record ModelInputEntry(string Name, string Kind, int Slots, bool Used);
