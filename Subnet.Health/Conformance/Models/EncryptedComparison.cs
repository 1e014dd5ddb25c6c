using System.Collections.Immutable;
using System.Globalization;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Circuits;
using Subnet.Health.Circuits.Forests;
using Subnet.Health.Models;
using Subnet.Health.Models.Heads;
using Subnet.Health.Models.MlNet;
using Subnet.Health.Models.Rows;

namespace Subnet.Health.Conformance.Models;

/// <summary>How much of a case goes through encryption.</summary>
/// <param name="Most">Rows.</param>
/// <param name="UnderKeys">Whether trees also go through the circuits with keys.</param>
internal readonly record struct EncryptedRows(int Most, bool UnderKeys)
{
    // One row under keys takes as long as a hundred keyless ones.
    private const int RowsForOne = 32;
    private const int LeavesForRow = 4;

    /// <summary>Rows of a private forest for one patient: two at the default.</summary>
    public int Single => Most / RowsForOne;

    /// <summary>Leaves of a batch: of a larger forest as many whole trees as have so many leaves together, one at least.</summary>
    public int BatchLeaves => Most * LeavesForRow;
}

/// <summary>
/// Compiles a model against the ordinary rows of its case and compares decrypted answers with the integer model, which must
/// be equal to the unit, and the integer model's labels and area under the curve with the float model's.
/// </summary>
/// <param name="about">The case.</param>
/// <param name="amount">How much goes through encryption.</param>
/// <param name="totals">Counts what went through it.</param>
/// <param name="report">Told of differences or success.</param>
internal sealed class EncryptedComparison(ModelCase about, EncryptedRows amount, EncryptedTotals totals, ConformanceReport report)
{
    // A verification has no card yet; any 32 bytes stand for its hash on both sides.
    private static readonly byte[] NoCard = new byte[32];

    /// <summary>Replays one model.</summary>
    /// <param name="id">What to call it.</param>
    /// <param name="model">The model.</param>
    /// <param name="rows">All rows of the case.</param>
    /// <param name="outcomes">The true answer for each row, or null where none is known.</param>
    /// <param name="cancellationToken">Checked between rows.</param>
    public void Run(string id, IPlainModel model, RowBatch rows, bool?[]? outcomes, CancellationToken cancellationToken)
    {
        if (model.Split is not SplitModel split)
        {
            string place = model is MlNetModel
                ? "mlnet-model-format.md lists what each predictor holds"
                : "onnx-ml.md section 4 lists what is encrypted: constant matrices and vectors, and trees";
            report.Skip(id, $"served in the clear only: {model.PlaintextReason} ({place})");
            return;
        }

        int[] ordinary = [.. Enumerable.Range(0, rows.Count).Where(row => row < about.EdgeRowsFrom || (split.Head is TreeEnsembleHead && row >= about.TieRowsFrom))];
        CompiledModel compiled;
        var reference = new ReferenceRows(split, rows, outcomes);
        try
        {
            compiled = CircuitCompiler.Compile(split, reference.Take(ordinary));
        }
        catch (CircuitException fault)
        {
            report.Fail(id, "a circuit", fault.Message);
            return;
        }

        int before = report.Failures.Count;
        Judge(id, compiled.Report);
        using RandomSourceFactory randomness = RandomSourceFactory.FromOperatingSystem();
        using var circuit = new EncryptedCircuit(compiled, NoCard, randomness);
        long[] expected = new long[compiled.Classes];
        long[] actual = new long[compiled.Classes];
        int compared = 0;
        int refusals = 0;
        foreach (int row in ordinary.Take(amount.Most))
        {
            cancellationToken.ThrowIfCancellationRequested();
            string? refusal = compiled.TryEvaluate(reference.Row(row), expected);
            string? refused = circuit.TryAnswer(reference.Row(row), actual);
            compared += refusal is null ? 1 : 0;
            refusals += refusal is null ? 0 : 1;
            if (refusal != refused || (refusal is null && !expected.AsSpan().SequenceEqual(actual)))
            {
                report.Fail($"{id} row {row}", refusal ?? string.Join(' ', expected), refused ?? string.Join(' ', actual));
            }
        }

        if (compared == 0)
        {
            report.Fail(id, "at least one row that the card admits", "every row was refused, nothing was encrypted");
        }

        totals.Add("keyless circuits", compared, refusals, compiled.Report);
        if (report.Failures.Count == before)
        {
            report.Pass(id);
        }

        RunForests(id, split, reference, ordinary, cancellationToken);
    }

    // The target of rounding, measured on all ordinary rows whatever number of them is encrypted.
    private void Judge(string id, QuantisationReport rounding)
    {
        if (rounding.LabelsChanged > 0)
        {
            report.Fail($"{id} labels", "none changed by rounding", $"{rounding.LabelsChanged} changed");
        }

        if (rounding.AucLoss is double loss && loss > QuantisationReport.LargestAucLoss)
        {
            report.Fail(
                $"{id} AUC",
                string.Create(CultureInfo.InvariantCulture, $"{rounding.Auc:F6} within {QuantisationReport.LargestAucLoss}"),
                string.Create(CultureInfo.InvariantCulture, $"{rounding.AucInteger:F6}"));
        }
    }

    // Trees also under keys, where parameters 3 and 5 serve them so.
    private void RunForests(string id, SplitModel split, ReferenceRows reference, int[] ordinary, CancellationToken cancellationToken)
    {
        if (split.Head is not TreeEnsembleHead trees || amount.Single == 0 || !amount.UnderKeys)
        {
            return;
        }

        using RandomSourceFactory randomness = RandomSourceFactory.FromOperatingSystem();
        foreach (CircuitKind kind in (ReadOnlySpan<CircuitKind>)[CircuitKind.ForestPrivate, CircuitKind.ForestBatch])
        {
            bool isBatch = kind == CircuitKind.ForestBatch;
            string name = $"{id} {CircuitWords.Of(kind)}";
            CompiledForest compiled;
            try
            {
                using IRandomSource random = randomness.Create();
                compiled = ForestCompiler.Compile(split, reference.Take(ordinary), kind, random);
            }
            catch (CircuitException fault)
            {
                // The keyless circuit serves the model and was compared; a refusal that the parameters do not ask for is a fault.
                if (MustBeServed(trees, isBatch))
                {
                    report.Fail(name, "a circuit", fault.Message);
                }

                continue;
            }

            Judge(name, compiled.Report);
            CompareForest(
                name,
                isBatch ? compiled with { Forest = FirstTrees(compiled.Forest, amount.BatchLeaves) } : compiled,
                reference,
                [.. ordinary.Take(isBatch ? amount.Most : amount.Single)],
                randomness,
                cancellationToken);
        }
    }

    // What parameters 3 and 5 offer, whatever the compiler thinks of it: one score, thresholds, paths of at most six features or trees of depth 5.
    private static bool MustBeServed(TreeEnsembleHead trees, bool isBatch)
    {
        const int DeepestBatch = 5;
        const int MostFeatures = 6;
        const int MostEdges = 2048;
        const int MostLeaves = 8192;
        if (trees.ScoreCount != 1 || trees.Aggregate is TreeAggregate.Minimum or TreeAggregate.Maximum
            || trees.Trees.All(tree => tree.Nodes.IsEmpty) || trees.Trees.SelectMany(tree => tree.Nodes).Any(node => node.Test != NodeTest.LessOrEqual))
        {
            return false;
        }

        (int Depth, int Features)[] paths = [.. trees.Trees.Select(tree => Longest(tree, tree.Nodes.IsEmpty ? ~0 : 0, []))];
        return isBatch
            ? paths.Max(path => path.Depth) <= DeepestBatch
            : paths.Max(path => path.Features) <= MostFeatures && EdgeSuperset.Real(trees).Values.Sum(edges => edges.Count) <= MostEdges
                && trees.Trees.Sum(tree => tree.LeafCount) <= MostLeaves;
    }

    private static (int Depth, int Features) Longest(DecisionTree tree, int at, ImmutableHashSet<int> asked)
    {
        if (at < 0)
        {
            return (0, asked.Count);
        }

        TreeNode node = tree.Nodes[at];
        (int depth, int features) = Longest(tree, node.First, asked.Add(node.Feature));
        (int otherDepth, int otherFeatures) = Longest(tree, node.Second, asked.Add(node.Feature));
        return (1 + Math.Max(depth, otherDepth), Math.Max(features, otherFeatures));
    }

    private static IntegerForest FirstTrees(IntegerForest forest, int leaves)
    {
        int taken = 0;
        int sum = 0;
        while (taken < forest.Trees.Length && (taken == 0 || sum + forest.LeavesOf(taken) <= leaves || !(forest.Trees[..taken].Any(tree => tree.Depth > 0))))
        {
            sum += forest.LeavesOf(taken++);
        }

        return forest with { Trees = forest.Trees[..taken] };
    }

    private void CompareForest(
        string id, CompiledForest compiled, ReferenceRows reference, int[] rows, RandomSourceFactory randomness, CancellationToken cancellationToken)
    {
        int before = report.Failures.Count;
        using var circuit = new EncryptedForest(compiled, NoCard, randomness);
        (int Row, long Expected)[] admitted = [.. rows.Select(row => (row, compiled.TryEvaluate(reference.Row(row), out long answer) is null ? answer : long.MinValue)).Where(pair => pair.Item2 != long.MinValue)];
        if (admitted.Length == 0)
        {
            report.Fail(id, "at least one row that the card admits", "every row was refused, nothing was encrypted");
        }

        foreach ((int Row, long Expected)[] together in admitted.Chunk(compiled.IsBatch ? compiled.Set.Degree : 1))
        {
            long[] actual = circuit.Answer([.. together.Select(pair => reference.Row(pair.Row).ToArray())], cancellationToken);
            for (int i = 0; i < together.Length; i++)
            {
                if (together[i].Expected != actual[i])
                {
                    report.Fail($"{id} row {together[i].Row}", $"{together[i].Expected}", $"{actual[i]}");
                }
            }
        }

        totals.Add(CircuitWords.Of(compiled.IsBatch ? CircuitKind.ForestBatch : CircuitKind.ForestPrivate), admitted.Length, rows.Length - admitted.Length, compiled.Report);
        if (report.Failures.Count == before)
        {
            report.Pass(id);
        }
    }
}
