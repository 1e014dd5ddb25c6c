using Subnet.Health.Conformance;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Fhir;

[TestFixture]
internal sealed class FhirConformanceTests
{
    [Test]
    public void Examples_have_the_features_of_the_independent_reference()
    {
        ConformanceReport report = new();
        new FhirConformance().Run(SharedFolder.Require("data", "fhir"), report, CancellationToken.None);
        Assert.That(report.Failures, Is.Empty);
        Assert.That(report.Skips, Is.Empty);
        Assert.That(report.Passed, Is.GreaterThan(50));
    }

    [Test]
    public void Wrong_answer_missing_file_and_unknown_file_are_failures()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.Combine("patient.json"), """{"resourceType":"Patient","gender":"male"}""");
        File.WriteAllText(folder.Combine("expected.json"), """
            {"expected":{
                "patient.json@2020-01-01":{"features":{"sex":{"value":"male"}},"skipped":[]},
                "patient.json@2020-01-02":{"features":{"sex":{"value":"female"}},"skipped":[]},
                "absent.json@2020-01-01":{"features":{},"skipped":[]},
                "patient.json@20200101":{"features":{},"skipped":[]}}}
            """);
        File.WriteAllText(folder.Combine("other.json"), "[]");
        ConformanceReport report = new();
        new FhirConformance().Run(folder.Path, report, CancellationToken.None);
        Assert.That(report.Summary, Is.EqualTo("1 passed, 4 failed, 0 skipped"));
    }
}
