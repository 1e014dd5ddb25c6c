using System.Text;
using Subnet.Health.Fhir;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Fhir;

[TestFixture]
internal sealed class FeatureExtractorTests
{
    private static readonly DateOnly AsOf = new(2024, 6, 30);

    [Test]
    public void Two_patients_in_one_input_are_refused() => Assert.That(
        () => Extract("""[{"resourceType":"Patient","id":"a"},{"resourceType":"Patient","id":"b"}]"""),
        Throws.TypeOf<FhirException>().With.Message.Contains("2 patients"));

    [TestCase("ETH")]
    [TestCase("42CFRPart2")]
    public void Protected_record_needs_its_consent(string label)
    {
        string text = $$$"""{"resourceType":"Condition","meta":{"security":[{"code":"{{{label}}}"}]},"code":{"coding":[{"system":"http://snomed.info/sct","code":"44054006"}]}}""";
        Assert.That(() => Extract(text), Throws.TypeOf<FhirException>().With.Message.Contains("42 CFR part 2"));
        using FhirInput input = FhirInput.Parse(Encoding.UTF8.GetBytes(text));
        Assert.That(FeatureExtractor.Extract(input, AsOf, hasPart2Consent: true).Values["diabetes"].Text, Is.EqualTo("true"));
    }

    [Test]
    public void Record_of_another_version_is_refused() => Assert.That(
        () => Extract("""{"resourceType":"Condition","clinicalStatus":"active"}"""), Throws.TypeOf<FhirException>().With.Message.Contains("R4"));

    [Test]
    public void Record_of_another_subject_is_left_out_and_each_form_of_reference_is_known()
    {
        foreach ((string reference, bool taken) in new[]
        {
            ("Patient/p", true), ("Patient/p/_history/3", true), ("https://server/fhir/Patient/p", true), ("urn:uuid:p", true), ("urn:uuid:full", true),
            ("Patient/q", false), ("https://server/fhir/Patient/pp", false), ("urn:uuid:q", false), ("Group/p", false),
        })
        {
            string about = ",\"subject\":{\"reference\":\"" + reference + "\"}";
            FeatureSet features = Extract($$$"""
                {"resourceType":"Bundle","type":"searchset","entry":[
                    {"fullUrl":"urn:uuid:full","resource":{"resourceType":"Patient","id":"p"}},
                    {"search":{"mode":"outcome"},"resource":{"resourceType":"OperationOutcome"}},
                    {},
                    {"resource":{{{Cholesterol(200, "2024-01-01", about)}}} }]}
                """);
            Assert.That(features.Values.ContainsKey("total_chol"), Is.EqualTo(taken), reference);
        }
    }

    [Test]
    public void History_bundle_counts_only_the_newest_version_of_a_resource()
    {
        string second = Cholesterol(210, "2024-01-01", ",\"id\":\"a\",\"meta\":{\"versionId\":\"2\"}");
        string first = Cholesterol(200, "2024-01-01", ",\"id\":\"a\",\"meta\":{\"versionId\":\"1\"}");
        string deleted = Cholesterol(300, "2024-02-01", ",\"id\":\"b\"");
        FeatureSet features = Extract($$$"""
            {"resourceType":"Bundle","type":"history","entry":[
                {"resource":{{{second}}} },
                {"resource":{{{first}}} },
                {"request":{"method":"DELETE","url":"Observation/b"}},
                {"resource":{{{deleted}}} }]}
            """);
        Assert.That(features.Values["total_chol"].Text, Is.EqualTo("210"));
        Assert.That(features.Values["total_chol"].Of, Is.EqualTo(1));
    }

    [Test]
    public void Lines_of_resources_are_read_like_an_array()
    {
        FeatureSet features = Extract("{\"resourceType\":\"Patient\",\"gender\":\"female\"}\r\n\n" + Cholesterol(190, "2024-01-01", "") + "\n");
        Assert.That(features.Values.Keys, Is.EquivalentTo(new[] { "sex", "total_chol" }));
    }

    [TestCase("<Bundle xmlns=\"http://hl7.org/fhir\"/>", "XML")]
    [TestCase("", "empty")]
    [TestCase("{\"resourceType\":\"Patient\"", "JSON")]
    [TestCase("{\"a\":1}", "resourceType")]
    [TestCase("[1]", "resourceType")]
    [TestCase("{\"resourceType\":\"Patient\",\"gender\":\"male\",\"gender\":\"female\"}", "JSON")]
    [TestCase("{\"resourceType\":\"Patient\",\"gender\":\"\\ud800\"}", "half a character")]
    [TestCase("{\"resourceType\":\"Patient\",\"\\udc00\":1}", "half a character")]
    [TestCase("// note\n{\"resourceType\":\"Patient\"}", "JSON")]
    public void Input_that_is_no_fhir_json_is_refused_with_a_reason(string text, string reason) =>
        Assert.That(() => Extract(text), Throws.TypeOf<FhirException>().With.Message.Contains(reason));

    [Test]
    public void Deep_nesting_is_refused() => Assert.That(
        () => Extract(string.Concat(Enumerable.Repeat("{\"a\":", 5000)) + "1" + new string('}', 5000)), Throws.TypeOf<FhirException>());

    [Test]
    public void Byte_order_mark_is_passed_over() => Assert.That(Extract("\uFEFF{\"resourceType\":\"Patient\",\"gender\":\"male\"}").Values["sex"].Text, Is.EqualTo("male"));

    [Test]
    public void Refusal_never_quotes_a_value_of_the_patient()
    {
        FhirException refusal = Assert.Throws<FhirException>(() => Extract("{\"resourceType\":\"Patient\",\"name\":\"Secretname\" \"x\"}"))!;
        Assert.That(refusal.Message, Does.Not.Contain("Secretname"));
    }

    [Test]
    public void Only_allowed_codes_are_ever_extracted()
    {
        string path = SharedFolder.Require("data", "fhir", "synthea-full-clemente-kreiger.json");
        using FhirInput input = FhirInput.Parse(File.ReadAllBytes(path));
        FeatureSet features = FeatureExtractor.Extract(input, AsOf);
        HashSet<string> allowed = [.. FeatureCatalog.Measured.SelectMany(feature => feature.Codes), FeatureCatalog.SmokingStatusCode];
        Assert.That(features.Values.Values.Select(value => value.Code).OfType<string>(), Is.SubsetOf(allowed));
    }

    [Test]
    public void Damaged_input_throws_only_its_own_error()
    {
        byte[] original = File.ReadAllBytes(SharedFolder.Require("data", "fhir", "us-core-blood-pressure.json"));
        Random random = new(11);
        for (int round = 0; round < 2000; round++)
        {
            byte[] damaged = [.. original.AsSpan(0, random.Next(4) == 0 ? random.Next(original.Length) : original.Length)];
            for (int i = random.Next(1, 6); i > 0 && damaged.Length > 0; i--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            try
            {
                using FhirInput input = FhirInput.Parse(damaged);
                FeatureExtractor.Extract(input, AsOf);
            }
            catch (FhirException)
            {
                // The one error there may be.
            }
        }
    }

    private static FeatureSet Extract(string text)
    {
        using FhirInput input = FhirInput.Parse(Encoding.UTF8.GetBytes(text));
        return FeatureExtractor.Extract(input, AsOf);
    }

    private static string Cholesterol(int value, string time, string more) =>
        "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"2093-3\"}]},"
        + $"\"effectiveDateTime\":\"{time}\",\"valueQuantity\":{{\"value\":{value},\"system\":\"http://unitsofmeasure.org\",\"code\":\"mg/dL\"}}{more}}}";
}
