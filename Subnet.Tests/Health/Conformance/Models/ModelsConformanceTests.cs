using Subnet.Health.Conformance;
using Subnet.Health.Conformance.Models;
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

        public ConformanceReport Run()
        {
            var report = new ConformanceReport();
            new ModelsConformance(rows: 1).Run(Path, report, CancellationToken.None);
            return report;
        }

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
