using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Circuits;
using Subnet.Health.Circuits.Forests;
using Subnet.Health.Models;
using Subnet.Health.Models.Heads;
using Subnet.Health.Models.Rows;

namespace Subnet.Health.Conformance.Models;

/// <summary>
/// Compiles a model against the ordinary rows of its case and compares decrypted answers with the integer model, which must
/// be equal to the unit, and the integer model's labels with the float model's.
/// </summary>
internal static class EncryptedComparison
{
    // A verification has no card yet; any 32 bytes stand for its hash on both sides.
    private static readonly byte[] NoCard = new byte[32];

    /// <summary>Replays one model.</summary>
    /// <param name="id">What to call it.</param>
    /// <param name="about">The case.</param>
    /// <param name="model">The model.</param>
    /// <param name="rows">All rows of the case.</param>
    /// <param name="mostRows">How many rows go through encryption.</param>
    /// <param name="report">Told of differences or success.</param>
    /// <param name="cancellationToken">Checked between rows.</param>
    public static void Run(
        string id, ModelCase about, IPlainModel model, RowBatch rows, int mostRows, ConformanceReport report, CancellationToken cancellationToken)
    {
        if (model.Split is not SplitModel split)
        {
            report.Skip(id, $"served in the clear only: {model.PlaintextReason}");
            return;
        }

        int[] ordinary = [.. Enumerable.Range(0, rows.Count).Where(row => row < about.EdgeRowsFrom || (split.Head is TreeEnsembleHead && row >= about.TieRowsFrom))];
        CompiledModel compiled;
        var reference = new ReferenceRows(split, rows);
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
        if (compiled.Report.LabelsChanged > 0)
        {
            report.Fail($"{id} labels", "none changed by rounding", $"{compiled.Report.LabelsChanged} changed");
        }

        using RandomSourceFactory randomness = RandomSourceFactory.FromOperatingSystem();
        using var circuit = new EncryptedCircuit(compiled, NoCard, randomness);
        long[] expected = new long[compiled.Classes];
        long[] actual = new long[compiled.Classes];
        int compared = 0;
        foreach (int row in ordinary.Take(mostRows))
        {
            cancellationToken.ThrowIfCancellationRequested();
            string? refusal = compiled.TryEvaluate(reference.Row(row), expected);
            string? refused = circuit.TryAnswer(reference.Row(row), actual);
            compared += refusal is null ? 1 : 0;
            if (refusal != refused || (refusal is null && !expected.AsSpan().SequenceEqual(actual)))
            {
                report.Fail($"{id} row {row}", refusal ?? string.Join(' ', expected), refused ?? string.Join(' ', actual));
            }
        }

        if (compared == 0)
        {
            report.Fail(id, "at least one row that the card admits", "every row was refused, nothing was encrypted");
        }

        if (report.Failures.Count == before)
        {
            report.Pass(id);
        }

        RunForests(id, split, reference, ordinary, mostRows, report, cancellationToken);
    }

    // Trees also under keys, where their structure can be private: one row for each 32, two at most, since one takes as long as a
    // hundred keyless ones.
    private static void RunForests(
        string id, SplitModel split, ReferenceRows reference, int[] ordinary, int mostRows, ConformanceReport report, CancellationToken cancellationToken)
    {
        const int MostRows = 2;
        const int MostBatchLeaves = 400;
        const int RowsForOne = 32;
        int single = Math.Min(MostRows, mostRows / RowsForOne);
        if (split.Head is not TreeEnsembleHead trees || single == 0)
        {
            return;
        }

        using RandomSourceFactory randomness = RandomSourceFactory.FromOperatingSystem();
        foreach (CircuitKind kind in (ReadOnlySpan<CircuitKind>)[CircuitKind.ForestPrivate, CircuitKind.ForestBatch])
        {
            bool isBatch = kind == CircuitKind.ForestBatch;
            if (isBatch && trees.Trees.Sum(tree => tree.LeafCount) > MostBatchLeaves)
            {
                continue;
            }

            CompiledForest compiled;
            try
            {
                using IRandomSource random = randomness.Create();
                compiled = ForestCompiler.Compile(split, reference.Take(ordinary), kind, random);
            }
            catch (CircuitException)
            {
                // Deeper paths or several scores: the keyless circuit serves these models, and was compared above.
                continue;
            }

            CompareForest($"{id} {CircuitWords.Of(kind)}", compiled, reference, [.. ordinary.Take(isBatch ? mostRows : single)], randomness, report, cancellationToken);
        }
    }

    private static void CompareForest(
        string id, CompiledForest compiled, ReferenceRows reference, int[] rows, RandomSourceFactory randomness, ConformanceReport report, CancellationToken cancellationToken)
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

        if (report.Failures.Count == before)
        {
            report.Pass(id);
        }
    }
}
