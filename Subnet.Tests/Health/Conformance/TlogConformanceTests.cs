using Subnet.Health.Conformance;
using Subnet.Health.Conformance.Tlog;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Conformance;

[TestFixture]
internal sealed class TlogConformanceTests
{
    [Test]
    public void Every_vector_of_the_shared_folder_comes_out()
    {
        ConformanceReport report = new();
        new TlogConformance().Run(SharedFolder.Require("vectors", "tlog"), report, CancellationToken.None);
        Assert.That(report.Failures, Is.Empty);
        Assert.That(report.Skips, Is.Empty);
        Assert.That(report.Passed, Is.GreaterThan(1000), "no vectors found");
    }

    [TestCase("unknown.json", """{"cases":[{"id":"a"}]}""")]
    [TestCase("hashes.json", """{"about":"no cases"}""")]
    [TestCase("hashes.json", """{"cases":[{"id":"a","op":"sum","want":""}]}""")]
    [TestCase("hashes.json", """{"cases":[{"id":"a","op":"leaf","data":"00","want":"00"}]}""")]
    [TestCase("hashes.json", """{"cases":[{"id":"a","op":"leaf","want":"00"}]}""")]
    [TestCase("tilepaths.json", """{"cases":[{"id":"a","op":"guess"}]}""")]
    [TestCase("inclusion.json", """{"cases":[{"id":"a","size":1}]}""")]
    [TestCase("vkeys.json", """{"cases":[{"id":"a","vkey":"x","ok":true}]}""")]
    [TestCase("witness.json", """{"cases":[{"id":"a","origin":"x","log_vkey":"x","steps":[]}]}""")]
    [TestCase("subjects-receipts.json", """{"cases":[{"id":"a"}]}""")]
    [TestCase("entries.json", """{"cases":[{"id":"a","bytes":"e30=","ok":false}]}""")]
    [TestCase("entries.json", """not JSON""")]
    [TestCase("data.bin", """x""")]
    public void What_is_unknown_wrong_or_malformed_fails(string file, string content)
    {
        string folder = Directory.CreateTempSubdirectory("tlog").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, file), content);
            ConformanceReport report = new();
            new TlogConformance().Run(folder, report, CancellationToken.None);
            Assert.That(report.Failures, Has.Count.EqualTo(1));
            Assert.That(report.Passed, Is.Zero);
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }
}
