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

    [TestCase("""{"cases":[{"id":"a","asof":"2024-06-30","resources":[],"want":{"features":{},"skipped":[]}}],"expected":{"patient.json@2024-06-30":{"features":{"sex":{"value":"male"}},"skipped":[]}}}""", 2, 0)]
    [TestCase("""{"cases":[{"id":"a","asof":"2024-06-30","resources":[],"want":{"features":{},"skipped":[],"flags":[]}}]}""", 0, 1)]
    [TestCase("""{"cases":[{"id":"a","asof":"2024-06-30","resources":[],"want":{"refused":true}}]}""", 0, 1)]
    [TestCase("""{"cases":[{"id":"a","asof":"2024-06-30","resources":[]}]}""", 0, 1)]
    [TestCase("""{"cases":[{"asof":"2024-06-30","resources":[]},7,null]}""", 0, 3)]
    [TestCase("""{"cases":[{"id":"a","asof":"2024-06-31","resources":[],"want":{"features":{},"skipped":[]}}]}""", 0, 1)]
    [TestCase("""{"cases":[{"id":"a","asof":"9999-12-31","resources":[],"want":{"features":{},"skipped":[]}}]}""", 1, 0)]
    [TestCase("""{"cases":[{"id":"a","asof":"2024-06-30","resources":[7],"want":{"features":{},"skipped":[]}}]}""", 0, 1)]
    [TestCase("""{"cases":[]}""", 0, 1)]
    [TestCase("""{"cases":{}}""", 0, 1)]
    [TestCase("""{"expected":[],"resourceType":"Patient"}""", 0, 1)]
    [TestCase("""{"expected":{"@2024-06-30":{"features":{},"skipped":[]}}}""", 0, 1)]
    [TestCase("""{"expected":{"../patient.json@2024-06-30":{"features":{},"skipped":[]}}}""", 0, 1)]
    [TestCase("""{"cases":[],"cases":[]}""", 0, 1)]
    [TestCase("""{"cases":[{"id":"\ud800"}]}""", 0, 1)]
    [TestCase("""{"vectors":[]}""", 0, 1)]
    [TestCase("{", 0, 1)]
    public void Every_case_of_any_form_is_passed_or_failed_and_never_skipped(string file, int passed, int failed)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.Combine("patient.json"), """{"resourceType":"Patient","gender":"male"}""");
        File.WriteAllText(folder.Combine("answers.json"), file);
        ConformanceReport report = new();
        new FhirConformance().Run(folder.Path, report, CancellationToken.None);
        Assert.That(report.Summary, Is.EqualTo($"{passed} passed, {failed} failed, 0 skipped"));
    }

    [Test]
    public void Inputs_may_be_of_any_form_and_the_reasons_in_any_order()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.Combine("array.json"), "[" + FhirRecords.Cholesterol("5000") + "," + FhirRecords.Observation("2085-9", "\"valueInteger\":1") + "]");
        File.WriteAllText(folder.Combine("lines.ndjson"), "{\"resourceType\":\"Patient\",\"gender\":\"male\"}\n" + FhirRecords.Cholesterol("200"));
        File.WriteAllText(folder.Combine("marked.json"), "\uFEFF{\"resourceType\":\"Patient\",\"gender\":\"male\"}");
        File.WriteAllText(folder.Combine("broken.json"), "{");
        File.WriteAllText(folder.Combine("expected.json"), """
            {"expected":{
                "array.json@2024-06-30":{"features":{},"skipped":["total_chol:range","hdl:no-value"]},
                "lines.ndjson@2024-02-01":{"features":{"sex":{"value":"male"}},"skipped":["total_chol:time"]},
                "marked.json@2024-06-30":{"features":{"sex":{"value":"male"}},"skipped":[]},
                "broken.json@2024-06-30":{"features":{},"skipped":[]}}}
            """);
        ConformanceReport report = new();
        new FhirConformance().Run(folder.Path, report, CancellationToken.None);
        Assert.That(report.Summary, Is.EqualTo("3 passed, 1 failed, 0 skipped"));
        Assert.That(report.Failures[0].Actual, Does.Contain("no valid JSON"));
    }
}
