using Subnet.Health.Fhir;

namespace Subnet.Tests.Health.Fhir;

[TestFixture]
internal sealed class FhirInstantTests
{
    [TestCase("2024", "2024-01-01T00:00:00Z")]
    [TestCase("2024-02", "2024-02-01T00:00:00Z")]
    [TestCase("2024-02-29", "2024-02-29T00:00:00Z")]
    [TestCase("2024-01-01T10:11:12Z", "2024-01-01T10:11:12Z")]
    [TestCase("2024-01-01T10:11:12", "2024-01-01T10:11:12Z")]
    [TestCase("2024-01-01T10:11:12.999+14:00", "2023-12-31T20:11:12Z")]
    [TestCase("2024-01-01T10:11:12-12:00", "2024-01-01T22:11:12Z")]
    [TestCase("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z")]
    public void Time_is_read_as_utc(string text, string expected)
    {
        Assert.That(FhirInstant.TryParse(text, out FhirInstant instant));
        Assert.That(instant.ToString(), Is.EqualTo(expected));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("24")]
    [TestCase("2024-13")]
    [TestCase("2023-02-29")]
    [TestCase("2024-01-01T24:00:00Z")]
    [TestCase("2024-01-01T10:60:00Z")]
    [TestCase("2024-01-01T10:00:00+14:01")]
    [TestCase("2024-01-01T10:00:00-12:30")]
    [TestCase("0000-01-01")]
    [TestCase("0001-01-01T00:00:00+01:00")]
    [TestCase("2024-01-01 10:00")]
    [TestCase("2024-01-01\n")]
    public void What_is_no_time_is_refused(string? text) => Assert.That(FhirInstant.TryParse(text, out _), Is.False);
}
