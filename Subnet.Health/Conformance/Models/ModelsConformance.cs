using Subnet.Health.Models;
using Subnet.Health.Models.MlNet;
using Subnet.Health.Models.Rows;

namespace Subnet.Health.Conformance.Models;

/// <summary>
/// Replays models: reads each, predicts in the clear and compares with the answers of the program that made it; and lists
/// of damaged files, each of which must be refused.
/// </summary>
/// <param name="rows">Rows of each case that go through encryption; the plain comparison takes all.</param>
internal sealed class ModelsConformance(int rows = ModelsConformance.DefaultRows) : IConformanceSuite
{
    /// <summary>Rows of each case that go through encryption unless another number is asked for.</summary>
    public const int DefaultRows = 64;

    private readonly EncryptedTotals totals = new();

    /// <inheritdoc/>
    public string Name => "models";

    /// <inheritdoc/>
    public string Description => "Replays saved models of ML.NET and ONNX against the answers of ML.NET and ONNX Runtime.";

    /// <inheritdoc/>
    public IReadOnlyList<string> Notes => totals.Sentences;

    /// <inheritdoc/>
    public void Run(string folder, ConformanceReport report, CancellationToken cancellationToken)
    {
        string root = Path.GetFullPath(folder);
        string[] folders = [.. Directory.EnumerateDirectories(root, "*", SearchOption.AllDirectories).Append(root).Order(StringComparer.Ordinal)];
        foreach (string inner in folders.Where(inner => !IsCase(inner) && File.Exists(Path.Combine(inner, MalformedCases.ListFile))))
        {
            // One after another: each is held to a time and an amount of memory.
            MalformedCases.Run(inner, NameOf(inner), report, cancellationToken);
        }

        // Cases are independent: one a core, and what they say comes in the order of their names.
        var finished = folders.Where(IsCase).AsParallel().AsOrdered().WithCancellation(cancellationToken)
            .WithMergeOptions(ParallelMergeOptions.NotBuffered)
            .WithDegreeOfParallelism(Environment.ProcessorCount)
            .Select(inner =>
            {
                var own = new ConformanceReport();
                RunCase(inner, NameOf(inner), own, cancellationToken);
                return own;
            });
        foreach (ConformanceReport own in finished)
        {
            report.Add(own);
        }

        // Only what stands beside cases is ours to complain about; a folder without any is another folder.
        if (!report.IsEmpty)
        {
            FailStrayFiles(root, report);
        }
    }

    private static bool IsCase(string folder) => File.Exists(Path.Combine(folder, ModelCase.AboutFile));

    private static string NameOf(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(folder));

    private void RunCase(string folder, string name, ConformanceReport report, CancellationToken cancellationToken)
    {
        try
        {
            ModelCase model = ModelCase.Read(folder);
            VectorTable expected = VectorTable.Read(model.Require("expected.csv"));
            string input = model.Require("input.csv");
            string? zip = model.Find("model.zip");
            string? onnx = model.Find("model.onnx");
            if (zip is null && onnx is null)
            {
                report.Fail(name, "model.zip or model.onnx", "neither");
            }

            if (zip is not null)
            {
                RunModel(model, zip, input, expected, $"{name}/model.zip", report, cancellationToken);
            }

            if (onnx is not null)
            {
                VectorTable runtime = model.Find("onnx_runtime.csv") is string answers ? VectorTable.Read(answers) : expected;
                RunModel(model, onnx, input, runtime, $"{name}/model.onnx", report, cancellationToken);
            }
        }
        catch (FormatException fault)
        {
            report.Fail(name, "a case of the schema", fault.Message);
        }
    }

    private void RunModel(
        ModelCase model, string path, string input, VectorTable expected, string id, ConformanceReport report, CancellationToken cancellationToken)
    {
        bool mayBeRefused = model.RuntimeRefuses && path.EndsWith(".onnx", StringComparison.Ordinal);
        try
        {
            IPlainModel read = ModelReader.Read(path);
            using StreamReader text = File.OpenText(input);
            RowBatch batch = RowFileReader.Read(text, read.Schema, model.Mapping);
            PredictionBatch actual = read.Predict(batch, cancellationToken);
            new PlainComparison(id, expected, PlainComparison.ToleranceOf(read)).Compare(actual, report, model.Name);
            if (model.Find("features.csv") is string features && read is MlNetModel saved)
            {
                CompareFeatures($"{model.Name}/features.csv", VectorTable.Read(features), saved.Features, batch, report);
            }

            // The forest of an export is that of the saved model beside it: under keys once is enough.
            bool underKeys = path.EndsWith(".zip", StringComparison.Ordinal) || model.Find("model.zip") is null;
            var comparison = new EncryptedComparison(model, new EncryptedRows(rows, underKeys), totals, report);
            comparison.Run($"{id} encrypted", read, batch, model.Outcomes(VectorTable.Read(input)), cancellationToken);
        }
        catch (ModelFormatException) when (mayBeRefused)
        {
            report.Pass(id);
        }
        catch (ModelFormatException fault) when (fault.IsRefusedByName)
        {
            // The format document lists what is refused by name: the refusal is the answer asked for.
            report.Skip(id, $"refused by name as the format document asks: {fault.Message}");
        }
        catch (Exception fault) when (fault is ModelFormatException or RowFormatException)
        {
            report.Fail(id, "predictions", fault.Message);
        }
    }

    private static void CompareFeatures(
        string id, VectorTable expected, IFeatureMap map, RowBatch rows, ConformanceReport report)
    {
        if (map.Names.Count == 0)
        {
            // A model that looks at no feature has no feature map either.
            return;
        }

        if (expected.Columns.Count != map.Names.Count)
        {
            report.Fail(id, $"{expected.Columns.Count} features", $"{map.Names.Count} features");
            return;
        }

        // Compared by place: the table's names are those of the trainer's metadata.
        var output = new NumberOutput("f", map.Names.Count, true, map.Evaluate(rows));
        var columns = expected.Columns.Select((column, slot) => (column, slot)).ToArray();
        int differences = report.Failures.Count;
        foreach ((string column, int slot) in columns)
        {
            for (int row = 0; row < rows.Count; row++)
            {
                string got = output.Format(row, slot);
                if (!PlainComparison.Close(expected[row, column], got, PlainComparison.Tolerance))
                {
                    report.Fail($"{id} row {row} {column}", expected[row, column], got);
                }
            }
        }

        if (report.Failures.Count == differences)
        {
            report.Pass(id);
        }
    }

    private static void FailStrayFiles(string root, ConformanceReport report)
    {
        if (File.Exists(Path.Combine(root, ModelCase.AboutFile)) || File.Exists(Path.Combine(root, MalformedCases.ListFile)))
        {
            return;
        }

        foreach (string file in Directory.EnumerateFiles(root))
        {
            if (!string.Equals(Path.GetFileName(file), "README.md", StringComparison.OrdinalIgnoreCase))
            {
                report.Fail(Path.GetFileName(file), "a folder for each case", "a file of an unknown kind");
            }
        }

        foreach (string inner in Directory.EnumerateDirectories(root))
        {
            if (!Directory.EnumerateFiles(inner, "*", SearchOption.AllDirectories).Any(IsCaseFile))
            {
                report.Fail(Path.GetFileName(inner), $"{ModelCase.AboutFile} or {MalformedCases.ListFile}", "neither");
            }
        }
    }

    private static bool IsCaseFile(string path) => Path.GetFileName(path) is ModelCase.AboutFile or MalformedCases.ListFile;
}
