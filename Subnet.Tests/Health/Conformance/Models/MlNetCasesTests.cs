using System.IO.Compression;
using Subnet.Health.Conformance;
using Subnet.Health.Conformance.Models;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Conformance.Models;

/// <summary>
/// Models and answers of ML.NET 5.0.1 over pipelines that the outside vectors do not have: every transform, trainer, calibrator and type
/// of column, with odd text and missing values. Made by <c>Interop/mlnet-oracle/oracle.cs</c>, whose first lines say how to make them again.
/// </summary>
[TestFixture]
internal sealed class MlNetCasesTests
{
    private const int Cases = 335;
    private const int RefusedByName = 4;

    private readonly TemporaryFolder folder = new();

    [OneTimeSetUp]
    public void Unpack() => CaseArchive.Unpack("Health/Conformance/Models/mlnet-cases.tar.gz", folder.Path);

    [OneTimeTearDown]
    public void Remove() => folder.Dispose();

    [Test]
    public void Pipelines_of_every_kind_predict_as_ml_net_does_and_encrypt_without_loss()
    {
        var report = new ConformanceReport();
        new ModelsConformance(rows: 4).Run(folder.Path, report, CancellationToken.None);

        Assert.Multiple(() =>
        {
            Assert.That(Directory.GetDirectories(folder.Combine("made-up")), Has.Length.EqualTo(Cases));
            Assert.That(report.Failures, Is.Empty);
            Assert.That(report.Skips.Select(skip => skip.Case), Has.All.StartsWith("refused-").And.Exactly(RefusedByName).Items);

            // Plain answers and encrypted ones of each case that is not refused.
            Assert.That(report.Passed, Is.GreaterThanOrEqualTo(2 * (Cases - RefusedByName)));
        });
    }

    [Test]
    public void Every_case_says_which_version_of_ml_net_answered()
    {
        string[] versions = [.. Directory.EnumerateFiles(folder.Path, "model.zip", SearchOption.AllDirectories).Select(VersionIn).Distinct()];

        Assert.That(versions, Is.EqualTo(new[] { "5.0.1+a4f730ec0c9106c2c9ef9e1fa34011374115fb98" }));
    }

    private static string VersionIn(string path)
    {
        using ZipArchive zip = ZipFile.OpenRead(path);
        using var text = new StreamReader(zip.GetEntry("TrainingInfo/Version.txt")!.Open());
        return text.ReadToEnd().Trim();
    }
}
