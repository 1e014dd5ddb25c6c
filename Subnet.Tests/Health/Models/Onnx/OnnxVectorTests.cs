using Subnet.Health.Conformance;
using Subnet.Health.Conformance.Models;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Models.Onnx;

/// <summary>ONNX files against the answers of ONNX Runtime: hand-made ones, and those that ML.NET exported.</summary>
[TestFixture]
internal sealed class OnnxVectorTests
{
    /// <summary>Rows of an ML.NET case that are encrypted here; all of them are predicted. `subnet conformance models` encrypts 64.</summary>
    private const int EncryptedRows = 8;

    private static IEnumerable<string> Cases(string kind) => SharedFolder.TryFind() is not { } shared || !Directory.Exists(Path.Combine(shared, "vectors", kind))
        ? ["absent"]
        : Directory.EnumerateDirectories(Path.Combine(shared, "vectors", kind)).Where(folder => File.Exists(Path.Combine(folder, "model.onnx")))
            .Select(folder => Path.GetFileName(folder)!).DefaultIfEmpty("none");

    [TestCaseSource(nameof(Cases), ["onnx"])]
    public void A_hand_made_model_answers_as_the_runtime_does(string name) => Replay("onnx", name);

    [TestCaseSource(nameof(Cases), ["mlnet"])]
    public void An_export_of_mlnet_answers_as_the_runtime_does(string name) => Replay("mlnet", name);

    private static void Replay(string kind, string name)
    {
        ConformanceReport report = new();
        new ModelsConformance(rows: kind == "onnx" ? 64 : EncryptedRows).Run(SharedFolder.Require("vectors", kind, name), report, default);
        Assert.That(
            report.Failures.Take(8).Select(failure => $"{failure.Case}: wanted {failure.Expected}, got {failure.Actual}"),
            Is.Empty);
        Assert.That(report.Passed, Is.Positive);
    }
}
