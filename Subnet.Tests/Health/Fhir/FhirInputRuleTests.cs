using System.Text;
using Subnet.Health.Fhir;
using static Subnet.Tests.Health.Fhir.FhirRecords;

namespace Subnet.Tests.Health.Fhir;

/// <summary>Forms of input: bundles of each type, subjects, pages, and what is refused.</summary>
[TestFixture]
internal sealed class FhirInputRuleTests
{
    [TestCase("searchset")]
    [TestCase("collection")]
    [TestCase("transaction")]
    [TestCase("batch-response")]
    [TestCase("document")]
    [TestCase("history")]
    [TestCase("no-such-type")]
    public void Bundle_of_any_type_is_read(string type) => Assert.That(Outcome(Bundle(type, Cholesterol("200")), "total_chol"), Is.EqualTo("200"));

    [Test]
    public void Bundles_in_an_array_on_lines_or_inside_a_bundle_are_read()
    {
        string first = Bundle("searchset", Cholesterol("200"));
        string second = Bundle("searchset", Observation("2085-9", Quantity("50", "mg/dL")));
        foreach (string text in new[] { $"[{first},{second}]", first + "\n" + second, Bundle("batch-response", first, second) })
        {
            Assert.That(Extract(text).Values.Keys, Is.EquivalentTo(new[] { "total_chol", "hdl" }), text);
        }
    }

    [Test]
    public void Page_of_a_search_without_the_last_is_refused_unless_newest_first()
    {
        string next = Bundle("searchset", Cholesterol("200")).Replace(
            "\"entry\"", "\"link\":[{\"relation\":\"next\",\"url\":\"https://s/fhir?page=2\"}],\"entry\"", StringComparison.Ordinal);
        Assert.That(() => Extract(next), Throws.TypeOf<FhirException>().With.Message.Contains("page"));
        Assert.That(Outcome($"[{next},{Bundle("searchset", Cholesterol("210"))}]", "total_chol"), Is.EqualTo("210"));
        Assert.That(Outcome(next.Replace("?page", "?_sort=-date&page", StringComparison.Ordinal), "total_chol"), Is.EqualTo("200"));
    }

    [TestCase("{\"id\":\"p\"}", "", "Patient/p", true)]
    [TestCase("{}", "https://server/fhir/Patient/p", "Patient/p", true)]
    [TestCase("{}", "https://server/fhir/Patient/p", "Patient/q", false)]
    [TestCase("{}", "urn:uuid:AB-1", "urn:uuid:ab-1", true)]
    [TestCase("{\"id\":\"p\"}", "urn:uuid:ab-1", "https://server/fhir/Patient/p/_history/3", true)]
    [TestCase("{\"id\":\"p\"}", "urn:uuid:ab-1", "https://server/fhir/NotPatient/p", false)]
    [TestCase("{\"id\":\"p\"}", "", "https://server/XPatient/p", false)]
    [TestCase("{\"id\":\"p\"}", "", "Patient?identifier=p", false)]
    [TestCase("{\"id\":\"p\"}", "", "#p", false)]
    public void Subject_in_each_form_is_the_patient_or_not(string patient, string fullUrl, string reference, bool taken)
    {
        string person = "{\"resourceType\":\"Patient\"," + patient[1..];
        string text = "{\"resourceType\":\"Bundle\",\"entry\":[{\"fullUrl\":\"" + fullUrl + "\",\"resource\":" + person.Replace(",}", "}", StringComparison.Ordinal)
            + "},{\"resource\":" + Cholesterol("200", Subject(reference)) + "}]}";
        Assert.That(Extract(text).Values.ContainsKey("total_chol"), Is.EqualTo(taken));
    }

    [Test]
    public void Records_of_several_subjects_without_a_patient_to_choose_by_are_refused()
    {
        string one = Cholesterol("200", Subject("Patient/p"));
        string same = Cholesterol("210", Subject("https://server/fhir/Patient/p/_history/2"));
        string other = Cholesterol("220", Subject("Patient/q"));
        Assert.That(Outcome($"[{one},{same}]", "total_chol"), Is.EqualTo("210"));
        Assert.That(() => Extract($"[{one},{other}]"), Throws.TypeOf<FhirException>().With.Message.Contains("2 subjects"));
        Assert.That(() => Extract($$"""[{"resourceType":"Patient"},{{one}},{{other}}]"""), Throws.TypeOf<FhirException>());
        Assert.That(Outcome($$"""[{"resourceType":"Patient","id":"q"},{{other}},{{one}}]""", "total_chol"), Is.EqualTo("220"));
    }

    [Test]
    public void Label_of_part_two_on_the_bundle_needs_the_consent_too()
    {
        string text = Bundle("collection", Cholesterol("200")).Replace("\"entry\"", "\"meta\":{\"security\":[{\"code\":\"42CFRPart2\"}]},\"entry\"", StringComparison.Ordinal);
        Assert.That(() => Extract(text), Throws.TypeOf<FhirException>().With.Message.Contains("42 CFR part 2"));
    }

    [Test]
    public void History_keeps_unnamed_resources_apart_and_a_deletion_without_a_time()
    {
        Assert.That(Extract(Bundle("history", Cholesterol("200"), Cholesterol("210"))).Values["total_chol"].Of, Is.EqualTo(2));
        string old = Cholesterol("200", ",\"id\":\"a\",\"meta\":{\"versionId\":\"1\",\"lastUpdated\":\"2024-01-01T00:00:00Z\"}");
        foreach (string url in new[] { "Observation/a", "https://server/fhir/Observation/a", "Observation/a/_history/2" })
        {
            string text = "{\"resourceType\":\"Bundle\",\"type\":\"history\",\"entry\":[{\"request\":{\"method\":\"DELETE\",\"url\":\"" + url + "\"}},{\"resource\":" + old + "}]}";
            Assert.That(Extract(text).Values, Is.Empty, url);
        }

        string oldestFirst = "{\"resourceType\":\"Bundle\",\"type\":\"history\",\"entry\":[{\"resource\":" + old
            + "},{\"request\":{\"method\":\"DELETE\",\"url\":\"Observation/a\"},\"response\":{\"etag\":\"W/\\\"2\\\"\"}}]}";
        Assert.That(Extract(oldestFirst).Values, Is.Empty);
    }

    [Test]
    public void History_of_a_deletion_with_a_short_address_is_read() => Assert.That(
        Extract("""{"resourceType":"Bundle","type":"history","entry":[{"request":{"method":"DELETE","url":"x"}}]}""").Values, Is.Empty);

    [Test]
    public void Contained_resources_are_not_the_record() => Assert.That(
        Extract("{\"resourceType\":\"Encounter\",\"contained\":[" + Cholesterol("200") + "]}").Values, Is.Empty);

    [Test]
    public void Entry_with_a_modifier_is_not_used()
    {
        string text = "{\"resourceType\":\"Bundle\",\"entry\":[{\"modifierExtension\":[{\"url\":\"urn:x\"}],\"resource\":" + Cholesterol("200") + "}]}";
        Assert.That(Outcome(text, "total_chol"), Is.EqualTo("total_chol:modifier"));
    }

    [TestCase(" \r\n", "empty")]
    [TestCase("\uFEFF", "empty")]
    [TestCase("null", "resourceType")]
    [TestCase("7", "resourceType")]
    [TestCase("\"Patient\"", "resourceType")]
    [TestCase("{\"resourceType\":7}", "resourceType")]
    [TestCase("[[]]", "resourceType")]
    [TestCase("{\"resourceType\":\"Bundle\",\"entry\":{}}", "array")]
    [TestCase("{\"resourceType\":\"Bundle\",\"entry\":[7]}", "resourceType")]
    [TestCase("{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":{\"id\":\"a\"}}]}", "resourceType")]
    [TestCase("{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":[]}]}", null)]
    [TestCase("{\"resourceType\":\"Bundle\",\"implicitRules\":\"urn:x\"}", "implicit rules")]
    [TestCase("{\"resourceType\":\"Patient\"} {\"resourceType\":\"Patient\"}", "JSON")]
    [TestCase("{\"resourceType\":\"Patient\"}\n{\"resourceType\":", "Line 2")]
    [TestCase("{\"resourceType\":\"Patient\",\"birthDate\":NaN}", "JSON")]
    [TestCase("{\"resourceType\":\"Patient\",\"gender\":\"male\",\"g\\u0065nder\":\"female\"}", "JSON")]
    [TestCase("@prefix fhir: <http://hl7.org/fhir/> .", "JSON")]
    public void Input_of_another_form_is_refused_with_a_reason_and_what_to_do(string text, string? reason)
    {
        if (reason is null)
        {
            Assert.That(Extract(text).Values, Is.Empty);
            return;
        }

        FhirException refusal = Assert.Throws<FhirException>(() => Extract(text))!;
        Assert.That(refusal.Message, Does.Contain(reason));
        Assert.That(refusal.Fix, Does.EndWith("."));
    }

    [Test]
    public void Depth_is_told_apart_from_bad_json()
    {
        string Nested(int levels) => "{\"resourceType\":\"Patient\",\"x\":" + new string('[', levels - 1) + new string(']', levels - 1) + "}";
        Assert.That(Extract(Nested(64)).Values, Is.Empty);
        Assert.That(() => Extract(Nested(65)), Throws.TypeOf<FhirException>().With.Message.Contains("64 levels"));
        Assert.That(() => Extract(Nested(100_000)), Throws.TypeOf<FhirException>().With.Message.Contains("64 levels"));
    }

    [Test]
    public void Utf16_is_refused() => Assert.That(
        () => { using FhirInput input = FhirInput.Parse(Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes(Cholesterol("200"))).ToArray()); },
        Throws.TypeOf<FhirException>().With.Message.Contains("UTF-8"));

    [Test]
    public void Truncated_input_is_refused_at_every_length()
    {
        string text = Bundle("collection", "{\"resourceType\":\"Patient\",\"gender\":\"male\"}", Cholesterol("200"));
        for (int length = 0; length < text.Length; length++)
        {
            Assert.That(() => Extract(text[..length]), Throws.TypeOf<FhirException>(), $"{length} characters");
        }
    }

    private static string Subject(string reference) => ",\"subject\":{\"reference\":\"" + reference + "\"}";

    private static string Bundle(string type, params string[] resources) =>
        "{\"resourceType\":\"Bundle\",\"type\":\"" + type + "\",\"entry\":[" + string.Join(',', resources.Select(resource => "{\"resource\":" + resource + "}")) + "]}";
}
