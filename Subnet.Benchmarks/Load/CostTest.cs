using System.Collections.Concurrent;
using System.Globalization;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Circuits;
using Subnet.Health.Circuits.Forests;
using Subnet.Health.Conformance.Models;
using Subnet.Health.Models;
using Subnet.Health.Models.Heads;
using Subnet.Health.Models.Rows;

namespace Subnet.Benchmarks.Load;

/// <summary>
/// <c>dotnet run -c Release --project Subnet.Benchmarks -- cost FOLDER [keyless|forests]</c>: for every model below a folder of cases and every circuit that it compiles to, what the cost
/// oracle predicts of a query's time and the least that was measured of it, beside each other. Ends with 1 where one is off by more than a fifth. Bytes and noise follow from the
/// parameters; the tests compare them with what is sent.
/// </summary>
internal static class CostTest
{
    private const int Rows = 31;
    private const double Allowed = 0.2;
    private const int FewestRounds = 2;
    private const int MostRounds = 400;
    private static readonly TimeSpan Keyless = TimeSpan.FromMilliseconds(120);
    private static readonly TimeSpan Forests = TimeSpan.FromMilliseconds(2000);
    private static readonly TimeProvider Clock = TimeProvider.System;

    /// <summary>Measures all of it.</summary>
    public static int Run(string[] arguments)
    {
        if (arguments.Length is 0 or > 2 || arguments is [_, not ("keyless" or "forests")] || !Directory.Exists(arguments[0]))
        {
            Console.Error.WriteLine("usage: cost FOLDER [keyless|forests], with a folder of cases such as ../shared/vectors/mlnet");
            return 2;
        }

        bool withKeyless = arguments is not [_, "forests"];
        bool withForests = arguments is not [_, "keyless"];
        string[] folders = [.. Directory.EnumerateFiles(arguments[0], ModelCase.AboutFile, SearchOption.AllDirectories).Select(file => Path.GetDirectoryName(file)!).Order(StringComparer.Ordinal)];

        // What takes no part in the measurement goes first, on all cores.
        ConcurrentDictionary<string, Compiled> compiled = new(StringComparer.Ordinal);
        Parallel.ForEach(folders, folder =>
        {
            if (Compile(folder, withKeyless, withForests) is { } made)
            {
                compiled[Path.GetFileName(folder)] = made;
            }
        });
        CostOracle oracle = new(Clock);
        List<double> ratios = [];
        foreach ((string name, Compiled model) in compiled.OrderBy(item => item.Key, StringComparer.Ordinal))
        {
            if (model.Keyless is { } circuit)
            {
                ratios.Add(Report(name, "keyless", circuit.Choice.Parameters.Set.Name, oracle.Estimate(circuit.Choice, 1).TotalMilliseconds, Measure(circuit, model.Reference)));
            }

            foreach (CompiledForest forest in model.Forests)
            {
                using RandomSourceFactory randomness = RandomSourceFactory.FromOperatingSystem();
                double predicted = ForestCost.Estimate(forest, Clock, randomness).TotalMilliseconds;
                ratios.Add(Report(name, CircuitWords.Of(forest.Kind), forest.Set.Name, predicted, Measure(forest, model.Reference)));
            }
        }

        int off = ratios.Count(ratio => Math.Abs(ratio - 1) > Allowed);
        double[] sorted = [.. ratios.Order()];
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{ratios.Count} circuits of {compiled.Count} models: predicted/measured {(sorted.Length == 0 ? 0 : sorted[0]):F2} to {(sorted.Length == 0 ? 0 : sorted[^1]):F2}, median {(sorted.Length == 0 ? 0 : sorted[sorted.Length / 2]):F2}; {off} off by more than {Allowed:P0}"));
        return off == 0 ? 0 : 1;
    }

    private static double Report(string name, string circuit, string set, double predicted, double measured)
    {
        double ratio = predicted / measured;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-44} {circuit,-14} {set,-16} predicted {predicted,9:F3} ms  measured {measured,9:F3} ms  {ratio:F2}{(Math.Abs(ratio - 1) > Allowed ? "  OFF" : "")}"));
        return ratio;
    }

    private static Compiled? Compile(string folder, bool withKeyless, bool withForests)
    {
        string zip = Path.Combine(folder, "model.zip");
        string file = File.Exists(zip) ? zip : Path.Combine(folder, "model.onnx");
        IPlainModel model = ModelReader.Read(file);
        if (model.Split is not SplitModel split || (!withKeyless && split.Head is not TreeEnsembleHead))
        {
            return null;
        }

        string table = string.Join('\n', File.ReadLines(Path.Combine(folder, "input.csv")).Take(Rows));
        ReferenceRows reference = new(split, RowFileReader.Read(new StringReader(table), model.Schema, ModelCase.Read(folder).Mapping));
        List<CompiledForest> forests = [];
        using RandomSourceFactory randomness = RandomSourceFactory.FromOperatingSystem();
        foreach (CircuitKind kind in withForests && split.Head is TreeEnsembleHead ? [CircuitKind.ForestPrivate, CircuitKind.ForestBatch] : Array.Empty<CircuitKind>())
        {
            try
            {
                using IRandomSource random = randomness.Create();
                forests.Add(ForestCompiler.Compile(split, reference, kind, random));
            }
            catch (CircuitException)
            {
                // Several scores, or deeper than any set takes: there is no query to predict.
            }
        }

        return new Compiled(reference, withKeyless ? CircuitCompiler.Compile(split, reference) : null, forests);
    }

    private static double Measure(CompiledModel model, ReferenceRows reference)
    {
        using RandomSourceFactory randomness = RandomSourceFactory.FromOperatingSystem();
        using EncryptedCircuit circuit = new(model, new byte[32], randomness);
        long[] answers = new long[model.Classes];
        int row = Enumerable.Range(0, reference.Count).First(i => circuit.TryAnswer(reference.Row(i), answers) is null);
        return Least(Keyless, () => circuit.TryAnswer(reference.Row(row), answers));
    }

    private static double Measure(CompiledForest forest, ReferenceRows reference)
    {
        using RandomSourceFactory randomness = RandomSourceFactory.FromOperatingSystem();
        using EncryptedForest circuit = new(forest, new byte[32], randomness);
        float[][] rows = [.. Enumerable.Range(0, reference.Count).Where(i => forest.TryEvaluate(reference.Row(i), out _) is null).Take(forest.IsBatch ? Rows : 1).Select(i => reference.Row(i).ToArray())];
        return Least(Forests, () => circuit.Answer(rows, CancellationToken.None));
    }

    // The least of several is what an undisturbed core takes; the first ones run code that the runtime compiles again.
    private static double Least(TimeSpan atLeast, Action query)
    {
        double least = double.MaxValue;
        long began = Clock.GetTimestamp();
        for (int round = 0; round < FewestRounds || (round < MostRounds && Clock.GetElapsedTime(began) < atLeast); round++)
        {
            long asked = Clock.GetTimestamp();
            query();
            least = Math.Min(least, Clock.GetElapsedTime(asked).TotalMilliseconds);
        }

        return least;
    }

    private sealed record Compiled(ReferenceRows Reference, CompiledModel? Keyless, List<CompiledForest> Forests);
}
