using Subnet.Health.Conformance;
using Subnet.Health.Conformance.Proofs;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Conformance;

[TestFixture]
internal sealed class ProofsConformanceTests
{
    [Test]
    public void Every_case_of_the_outside_vectors_comes_out_as_expected()
    {
        string folder = SharedFolder.Require("vectors", "proofs");
        ConformanceReport report = new();

        new ProofsConformance().Run(folder, report, CancellationToken.None);

        Assert.That(report.Failures.Select(failure => $"{failure.Case}: expected {failure.Expected}, got {failure.Actual}"), Is.Empty);
        Assert.That(report.Skips, Is.Empty);
        Assert.That(report.Passed, Is.GreaterThan(0));
    }
}
