using System.Globalization;
using Subnet.Health.Models;
using Subnet.Health.Models.Heads;
using Subnet.Health.Models.MlNet;

namespace Subnet.Health.Conformance.Models;

/// <summary>Compares plain predictions with a table, row by row and column by column.</summary>
internal sealed class PlainComparison(string caseId, VectorTable expected, double tolerance)
{
    /// <summary>Relative difference allowed, with floor 1.</summary>
    public const double Tolerance = 1e-5;

    /// <summary>The same for trees of ML.NET, where only the sum is rounded. ONNX Runtime adds them up in single precision.</summary>
    public const double TreeTolerance = 1e-6;

    // Rows that the vectors' README excepts: the centred row is rounding noise, which dividing by its norm blows up.
    private static readonly HashSet<(string Case, int Row)> Degenerate = [("wdbc-gcn-lbfgs", 146)];

    /// <summary>The tolerance that goes with a model.</summary>
    public static double ToleranceOf(IPlainModel model) => model is MlNetModel && model.Split?.Head is TreeEnsembleHead ? TreeTolerance : Tolerance;

    /// <summary>Tells the report of every difference, or of one success when there is none.</summary>
    public void Compare(PredictionBatch actual, ConformanceReport report, string caseName)
    {
        if (actual.Rows != expected.Count)
        {
            report.Fail(caseId, $"{expected.Count} rows", $"{actual.Rows} rows");
            return;
        }

        bool same = true;
        foreach (string column in expected.Columns)
        {
            (OutputColumn? output, int slot) = Find(actual, column);
            if (output is null)
            {
                report.Fail($"{caseId} {column}", "an answer of this name", string.Join(", ", actual.Outputs.Select(o => o.Name)));
                same = false;
                continue;
            }

            for (int row = 0; row < actual.Rows; row++)
            {
                if (expected.First(row) == ModelCase.RefusedByRuntime || Degenerate.Contains((caseName, row)))
                {
                    continue;
                }

                string want = expected[row, column];
                string got = output.Format(row, slot);
                bool exact = output is LabelOutput;
                if (!(exact ? SameLabel(want, got) : Close(want, got, tolerance)))
                {
                    report.Fail($"{caseId} row {row} {column}", want, got);
                    same = false;
                }
            }
        }

        if (same)
        {
            report.Pass(caseId);
        }
    }

    private static (OutputColumn? Output, int Slot) Find(PredictionBatch actual, string column)
    {
        foreach (string name in (ReadOnlySpan<string>)[column, column + ".output"])
        {
            if (actual.Find(name) is OutputColumn whole && whole.Width == 1)
            {
                return (whole, 0);
            }
        }

        int dot = column.LastIndexOf('.');
        if (dot < 0 || !int.TryParse(column.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int slot))
        {
            return (null, 0);
        }

        OutputColumn? vector = actual.Find(column[..dot]) ?? actual.Find(column[..dot] + ".output");
        return vector is not null && slot < vector.Width ? (vector, slot) : (null, 0);
    }

    // The same class may be written 1 and 1.0 by different programs.
    private static bool SameLabel(string want, string got) =>
        string.Equals(want, got, StringComparison.Ordinal)
        || (Number(want) is double a && Number(got) is double b && a.Equals(b));

    /// <summary>Whether two numbers agree within a relative tolerance with floor 1; NaN and infinities must be equal.</summary>
    public static bool Close(string want, string got, double tolerance)
    {
        if (Number(want) is not double a || Number(got) is not double b)
        {
            return string.Equals(want, got, StringComparison.Ordinal);
        }

        return a.Equals(b) || Math.Abs(a - b) <= tolerance * Math.Max(1, Math.Abs(a));
    }

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : null;
}
