using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Subnet.Crypto.Lattice;
using Subnet.Health.Bench;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;

namespace Subnet.Health.Cli.Commands;

/// <summary><c>subnet bench lattice</c>: the engine's operations beside native SEAL, SEAL with HEXL, and node-seal in the same run.</summary>
internal sealed class BenchLatticeCommand : SubnetCommand
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LeastForSettling = TimeSpan.FromSeconds(0.2);

    private readonly Option<string[]> sets = new("--set")
    {
        Description = "Parameter sets to run, such as bfv-8192 (default: all of the reference table).",
        AllowMultipleArgumentsPerToken = true,
        HelpName = "NAME",
    };

    private readonly Option<string[]> operations = new("--operation")
    {
        Description = "Operations to run, such as multiply (default: all).",
        AllowMultipleArgumentsPerToken = true,
        HelpName = "NAME",
    };

    private readonly Option<double> seconds = new("--seconds")
    {
        Description = "Seconds an operation, warm-up included.",
        DefaultValueFactory = _ => 1.0,
    };

    private readonly Option<string> modules = OptionNames.Create<string>("--node-modules", "The folder that has node-seal 5.1.7; without it that column is left out.");

    public BenchLatticeCommand()
        : base(
            "lattice",
            "Time the lattice engine on one thread, beside native SEAL, SEAL with HEXL and node-seal.",
            new CommandExample("bench lattice --set bfv-4096 --operation multiply --seconds 0.05"),
            new CommandExample("bench lattice", "some minutes on a quiet machine"))
    {
        modules.DefaultValueFactory = _ => Path.Combine("Subnet.Tests", "Interop", "node_modules");
        Options.Add(sets);
        Options.Add(operations);
        Options.Add(seconds);
        Options.Add(modules);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(BenchLatticeDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        IReadOnlyList<LatticeSet> chosen = Chosen(context.Get(sets) ?? []);
        HashSet<string> wanted = new(context.Get(operations) ?? [], StringComparer.Ordinal);
        TimeSpan time = TimeSpan.FromSeconds(Math.Clamp(context.Get(seconds), 0.01, 60));
        LatticeReference reference = LatticeReference.Load();
        List<BenchRow> rows = [];
        string? nodeSealAbsent = null;
        foreach (LatticeSet set in chosen)
        {
            context.Output.Say($"timing {set.Name}");
            (IReadOnlyDictionary<string, double> node, nodeSealAbsent) =
                await NodeSealTiming.RunAsync(context.FullPath(context.Get(modules)!), set, time / 4, cancellationToken).ConfigureAwait(false);
            using LatticeOperations running = new(set);
            RefuseUnknown(wanted, running, set);
            if (rows.Count == 0 && time >= LeastForSettling)
            {
                // The first operation of the process would be timed before the runtime optimises it.
                OperationTimer.Run(running.Actions.First().Value, Settling, cancellationToken);
            }

            foreach ((string operation, Action action) in running.Actions.Where(item => wanted.Count == 0 || wanted.Contains(item.Key)))
            {
                (double median, double least) = OperationTimer.Run(action, time, cancellationToken);
                (double Seal, double Hexl)? native = reference.Find(set.Name, operation);
                double? nodeSeal = node.TryGetValue(operation, out double found) ? found : null;
                rows.Add(new BenchRow(
                    set.Name, operation, median, least, native?.Seal, native?.Hexl, native?.Hexl / median, nodeSeal, nodeSeal / median));
                if (operation == LatticeOperations.Planned)
                {
                    context.Output.Say($"the planner predicts {running.Predict(TimeProvider.System).TotalMicroseconds:F0} us for {operation} on {set.Name}");
                }
            }
        }

        BenchLatticeDocument document = new((int)ActiveVectorPath.Current, nodeSealAbsent, rows);
        context.Output.Document(document, console => Render(console, document));
        return ExitCode.Done;
    }

    private static List<LatticeSet> Chosen(string[] names)
    {
        string? unknown = names.FirstOrDefault(name => LatticeSet.All.All(set => set.Name != name));
        return unknown is null
            ? [.. LatticeSet.All.Where(set => names.Length == 0 || names.Contains(set.Name))]
            : throw new CommandException(
                ErrorCodes.Usage, $"There is no set '{unknown}'.", "The sets are " + string.Join(", ", LatticeSet.All.Select(set => set.Name)) + ".");
    }

    private static void RefuseUnknown(HashSet<string> wanted, LatticeOperations running, LatticeSet set)
    {
        string? unknown = wanted.FirstOrDefault(name => !running.Actions.ContainsKey(name));
        if (unknown is not null)
        {
            throw new CommandException(
                ErrorCodes.Usage, $"The set {set.Name} has no operation '{unknown}'.", "The operations are " + string.Join(", ", running.Actions.Keys) + ".");
        }
    }

    private static void Render(IAnsiConsole console, BenchLatticeDocument document)
    {
        Table table = new Table().AddColumns("set", "operation", "us", "least", "SEAL us", "HEXL us", "HEXL/ours", "node-seal us", "node-seal/ours");
        foreach (BenchRow row in document.Rows)
        {
            table.AddRow(
                row.Set, row.Operation, Number(row.MedianUs), Number(row.LeastUs), Number(row.SealUs), Number(row.HexlUs),
                Number(row.HexlRatio), Number(row.NodeSealUs), Number(row.NodeSealRatio));
        }

        console.Write(table);
        console.WriteLine($"vectors of {document.VectorBits} bits; SEAL and HEXL: one thread of a two-core AMD EPYC (Zen 5), see docs/benchmarks.md");
        if (document.NodeSealAbsent is not null)
        {
            console.WriteLine($"node-seal not timed: {document.NodeSealAbsent}");
        }
    }

    private static string Number(double? value) => value switch
    {
        null => "",
        < 100 => value.Value.ToString("0.00", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("0", CultureInfo.InvariantCulture),
    };
}

/// <summary>The answer of <c>subnet bench lattice</c>.</summary>
internal sealed record BenchLatticeDocument(int VectorBits, string? NodeSealAbsent, IReadOnlyList<BenchRow> Rows) : Document(FormatName)
{
    public const string FormatName = "subnet/bench-lattice/1";
}

/// <summary>One operation on one set, microseconds; the references are of another run on the machine that docs/benchmarks.md names.</summary>
internal sealed record BenchRow(
    string Set,
    string Operation,
    double MedianUs,
    double LeastUs,
    double? SealUs,
    double? HexlUs,
    double? HexlRatio,
    double? NodeSealUs,
    double? NodeSealRatio);
