using System.Globalization;
using System.Text.Json.Nodes;
using Subnet.Health.Conformance;
using Subnet.Health.Conformance.Models;
using Subnet.Health.Models;
using Subnet.Health.Models.Rows;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Conformance.Models;

[TestFixture]
internal sealed class ModelsConformanceTests
{
    [Test]
    public void Every_saved_model_of_ml_net_is_read_and_predicts_as_ml_net_does()
    {
        ConformanceReport report = Run("mlnet");

        Assert.Multiple(() =>
        {
            Assert.That(report.Failures, Is.Empty);
            Assert.That(report.Passed, Is.GreaterThanOrEqualTo(160));
            Assert.That(report.Skips.Where(skip => !skip.Case.Contains(".onnx", StringComparison.Ordinal)), Is.Empty);
        });
    }

    [Test]
    public void Every_damaged_file_is_refused_with_one_sentence()
    {
        ConformanceReport report = Run("mlnet-malformed");

        Assert.Multiple(() =>
        {
            Assert.That(report.Failures, Is.Empty);
            Assert.That(report.Passed, Is.GreaterThanOrEqualTo(34));
        });
    }

    [Test]
    public void A_wrong_answer_is_reported_with_case_row_and_column()
    {
        using var folder = new CaseCopy("heart-ap");
        folder.Rewrite("expected.csv", lines => lines[3] = "1,1000");

        ConformanceReport report = folder.Run();

        Assert.That(report.Failures.Select(failure => failure.Case), Does.Contain("heart-ap/model.zip row 2 Score"));
    }

    [Test]
    public void A_file_of_an_unknown_kind_is_a_failure()
    {
        using var folder = new CaseCopy("heart-ap");
        File.WriteAllText(Path.Combine(folder.Path, "heart-ap", "notes.bin"), "?");

        ConformanceReport report = folder.Run();

        Assert.That(report.Failures.Single().Actual, Does.Contain("notes.bin"));
    }

    [Test]
    public void A_folder_without_cases_leaves_the_report_empty()
    {
        string empty = Directory.CreateTempSubdirectory("models-conformance").FullName;
        try
        {
            var report = new ConformanceReport();
            new ModelsConformance().Run(empty, report, CancellationToken.None);
            Assert.That(report.IsEmpty);
        }
        finally
        {
            Directory.Delete(empty, recursive: true);
        }
    }

    [Test]
    public void Area_under_the_curve_that_rounding_changes_beyond_its_bound_is_a_failure()
    {
        using var folder = new CaseCopy("heart-ap");
        folder.PlantRowsThatRoundingCannotTellApart();

        ConformanceReport report = folder.Run();

        Assert.Multiple(() =>
        {
            Assert.That(report.Failures.Select(failure => failure.Case), Is.EqualTo(new[] { "heart-ap/model.zip encrypted AUC" }), "and nothing else is wrong with the case");
            Assert.That(report.Failures.Single().Expected, Is.EqualTo("1.000000 within 0.002"));
            Assert.That(double.Parse(report.Failures.Single().Actual, CultureInfo.InvariantCulture), Is.LessThan(0.998));
        });
    }

    [Test]
    public void Graphs_in_which_nothing_was_trained_are_listed_with_this_reason_and_no_other_is_skipped()
    {
        ConformanceReport report = Run("onnx");
        Assert.Multiple(() =>
        {
            Assert.That(report.Failures, Is.Empty);
            Assert.That(report.Skips.Select(skip => skip.Case.Split('/')[0]), Is.EquivalentTo(new[] { "normalizer-l1", "normalizer-l2" }));
            Assert.That(report.Skips.Select(skip => skip.Reason), Is.All.Contain("served in the clear only: ").And.All.Contain("onnx-ml.md section 4"));
        });
    }

    [Test]
    public async Task Command_prints_a_line_with_the_reason_for_every_model_it_skips()
    {
        using TemporaryFolder home = new();
        string[] names = ["normalizer-l1", "normalizer-l2"];
        foreach (string name in names)
        {
            string target = Directory.CreateDirectory(home.Combine("cases", name)).FullName;
            foreach (string file in Directory.EnumerateFiles(SharedFolder.Require("vectors", "onnx", name)))
            {
                File.WriteAllBytes(Path.Combine(target, Path.GetFileName(file)), File.ReadAllBytes(file));
            }
        }

        CommandRun run = await CommandRun.Of(home.Path, ["conformance", "models", home.Combine("cases")]);
        string[] skipped = [.. run.Output.Split('\n').Where(line => line.StartsWith("skipped ", StringComparison.Ordinal))];
        Assert.Multiple(() =>
        {
            Assert.That(run.Output, Does.Contain("0 failed").And.Contain("2 skipped"));
            Assert.That(skipped, Has.Length.EqualTo(2));
            Assert.That(names.All(name => skipped.Any(line => line.StartsWith($"skipped {name}/", StringComparison.Ordinal) && line.Contains("served in the clear only: ", StringComparison.Ordinal))));
        });
    }

    private static ConformanceReport Run(string kind)
    {
        var report = new ConformanceReport();
        new ModelsConformance(rows: 1).Run(SharedFolder.Require("vectors", kind), report, CancellationToken.None);
        return report;
    }

    /// <summary>A copy of one case that a test may damage.</summary>
    private sealed class CaseCopy : IDisposable
    {
        public CaseCopy(string name)
        {
            string target = Directory.CreateDirectory(System.IO.Path.Combine(Path, name)).FullName;
            foreach (string file in Directory.EnumerateFiles(SharedFolder.Require("vectors", "mlnet", name)))
            {
                if (System.IO.Path.GetExtension(file) != ".onnx" && !file.EndsWith("onnx_runtime.csv", StringComparison.Ordinal))
                {
                    File.WriteAllBytes(System.IO.Path.Combine(target, System.IO.Path.GetFileName(file)), File.ReadAllBytes(file));
                }
            }
        }

        public string Path { get; } = Directory.CreateTempSubdirectory("models-conformance").FullName;

        public void Rewrite(string file, Action<string[]> change)
        {
            string path = Directory.EnumerateFiles(Path, file, SearchOption.AllDirectories).Single();
            string[] lines = File.ReadAllLines(path);
            change(lines);
            File.WriteAllLines(path, lines);
        }

        /// <summary>
        /// Rows whose cholesterol differs by a hundredth each, ordered by outcome so that the model's area is 1, and one that is so far away that the range leaves no step between them.
        /// What the case expects of them in the clear is what the model says.
        /// </summary>
        public void PlantRowsThatRoundingCannotTellApart()
        {
            const int Near = 30;
            string inner = System.IO.Path.Combine(Path, "heart-ap");
            string[] lines = File.ReadAllLines(System.IO.Path.Combine(inner, "input.csv"));
            string[] first = lines[1].Split(',');
            int chol = Array.IndexOf(lines[0].Split(','), "chol");
            string Row(double value, bool outcome) =>
                string.Join(',', first[..^1].Select((field, column) => column == chol ? value.ToString(CultureInfo.InvariantCulture) : field).Append(outcome ? "1" : "0"));
            IPlainModel model = ModelReader.Read(System.IO.Path.Combine(inner, "model.zip"));
            float[] Scores(IEnumerable<string> rows) =>
                ((NumberOutput)model.Predict(RowFileReader.Read(new StringReader(string.Join('\n', rows.Prepend(lines[0]))), model.Schema)).Find("Score")!).Values;

            // Whether more of it means more or less risk is the model's.
            float[] ends = Scores([Row(200, false), Row(300, false)]);
            bool rises = ends[1] > ends[0];
            string[] rows = [.. Enumerable.Range(0, Near).Select(i => Row(200 + (0.01 * i), rises == (i >= Near / 2))), Row(1e9, rises)];
            string[] expected = [.. Scores(rows).Select(score => string.Create(CultureInfo.InvariantCulture, $"{(score > 0 ? 1 : 0)},{score:R}"))];
            File.WriteAllLines(System.IO.Path.Combine(inner, "input.csv"), [lines[0], .. rows]);
            File.WriteAllLines(System.IO.Path.Combine(inner, "expected.csv"), ["PredictedLabel,Score", .. expected]);
            File.Delete(System.IO.Path.Combine(inner, "features.csv"));
            string about = System.IO.Path.Combine(inner, "about.json");
            JsonObject json = JsonNode.Parse(File.ReadAllText(about))!.AsObject();
            foreach (string count in new[] { "rows", "edgeRowsFrom", "tieRowsFrom" })
            {
                json[count] = rows.Length;
            }

            File.WriteAllText(about, json.ToJsonString());
        }

        public ConformanceReport Run()
        {
            var report = new ConformanceReport();
            new ModelsConformance(rows: 1).Run(Path, report, CancellationToken.None);
            return report;
        }

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
