using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Circuits;
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
        foreach (int row in ordinary.Take(mostRows))
        {
            cancellationToken.ThrowIfCancellationRequested();
            string? refusal = compiled.TryEvaluate(reference.Row(row), expected);
            string? refused = circuit.TryAnswer(reference.Row(row), actual);
            if (refusal != refused || (refusal is null && !expected.AsSpan().SequenceEqual(actual)))
            {
                report.Fail($"{id} row {row}", refusal ?? string.Join(' ', expected), refused ?? string.Join(' ', actual));
            }
        }

        if (report.Failures.Count == before)
        {
            report.Pass(id);
        }
    }
}
