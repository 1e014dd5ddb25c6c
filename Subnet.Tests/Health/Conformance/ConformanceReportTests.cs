using Subnet.Health.Conformance;

namespace Subnet.Tests.Health.Conformance;

[TestFixture]
internal sealed class ConformanceReportTests
{
    [Test]
    public void Report_of_no_case_is_empty() => Assert.That(new ConformanceReport().IsEmpty);

    [Test]
    public void Report_counts_each_outcome_and_names_the_difference()
    {
        ConformanceReport report = new();
        report.Pass("a");
        report.Check("b", "1", "2");
        report.Check("c", "1", "1");
        report.Skip("d", "no oracle");

        Assert.That(report.IsEmpty, Is.False);
        Assert.That(report.Summary, Is.EqualTo("2 passed, 1 failed, 1 skipped"));
        Assert.That(report.Failures, Is.EqualTo(new[] { new ConformanceFailure("b", "1", "2") }));
    }
}
