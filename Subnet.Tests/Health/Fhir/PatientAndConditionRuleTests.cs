using Subnet.Health.Fhir;
using static Subnet.Tests.Health.Fhir.FhirRecords;

namespace Subnet.Tests.Health.Fhir;

[TestFixture]
internal sealed class PatientAndConditionRuleTests
{
    [TestCase("1960-02-29", "2024-02-28", "63")]
    [TestCase("1960-02-29", "2024-02-29", "64")]
    [TestCase("1960-02-29", "2025-02-28", "64")]
    [TestCase("1960-02-29", "2025-03-01", "65")]
    [TestCase("1900-02-28", "1900-03-01", "0")]
    [TestCase("2024-06-30", "2024-06-30", "0")]
    [TestCase("2024-07-01", "2024-06-30", "age:range")]
    [TestCase("1893-06-30", "2024-06-30", "age:range")]
    [TestCase("1894-06-30", "2024-06-30", "130")]
    [TestCase("1960-06", "2024-06-14", "63")]
    [TestCase("1960-06", "2024-06-15", "64")]
    [TestCase("1960", "2024-07-01", "64")]
    [TestCase("1960-13-01", "2024-06-30", "")]
    [TestCase("1961-02-29", "2024-06-30", "")]
    [TestCase("29.02.1960", "2024-06-30", "")]
    [TestCase("1960-02-28", "9999-12-31", "age:range")]
    public void Age_is_whole_years_at_the_day(string birth, string day, string expected)
    {
        FeatureSet features = Extract($$"""{"resourceType":"Patient","birthDate":"{{birth}}"}""", DateOnly.Parse(day, System.Globalization.CultureInfo.InvariantCulture));
        string outcome = features.Values.TryGetValue("age", out FeatureValue? age) ? age.Text : string.Join(',', features.Skipped);
        Assert.That(outcome, Is.EqualTo(expected));
        Assert.That(age?.IsApproximate ?? false, Is.EqualTo(age is not null && birth.Length < 10));
    }

    [TestCase("\"deceasedDateTime\":\"2010-03-01T01:00:00+05:00\"", "49")]
    [TestCase("\"deceasedDateTime\":\"2010-03-01\"", "50")]
    [TestCase("\"deceasedDateTime\":\"2030\"", "64")]
    [TestCase("\"deceasedBoolean\":true", "64")]
    public void Age_stops_at_a_dated_death(string death, string expected) =>
        Assert.That(Outcome($$"""{"resourceType":"Patient","birthDate":"1960-02-29",{{death}}}""", "age"), Is.EqualTo(expected));

    [TestCase("\"gender\":\"male\",\"extension\":[{\"url\":\"urn:x\",\"valueCode\":\"M\"},{\"url\":\"http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex\",\"valueCode\":\"F\"}]", "female")]
    [TestCase("\"gender\":\"other\",\"extension\":[{\"url\":\"http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex\",\"valueCode\":\"M\"}]", "male")]
    [TestCase("\"gender\":\"other\"", "")]
    [TestCase("\"gender\":\"unknown\"", "")]
    [TestCase("\"gender\":\"Female\"", "")]
    [TestCase("\"gender\":1", "")]
    [TestCase("\"gender\":\"male\",\"modifierExtension\":[{\"url\":\"urn:x\"}]", "")]
    public void Sex_is_the_sex_at_birth_else_the_administrative_gender(string members, string expected) =>
        Assert.That(Outcome($$"""{"resourceType":"Patient",{{members}}}""", "sex"), Is.EqualTo(expected));

    [TestCase("46635009", "http://snomed.info/sct", "diabetes")]
    [TestCase("73211009", "http://snomed.info/sct", "diabetes")]
    [TestCase("E08.9", "http://hl7.org/fhir/sid/icd-10-cm", "diabetes")]
    [TestCase("E14", "http://hl7.org/fhir/sid/icd-10", "diabetes")]
    [TestCase("59621000", "http://snomed.info/sct", "hypertension")]
    [TestCase("I10", "http://hl7.org/fhir/sid/icd-10-cm", "hypertension")]
    [TestCase("I16.0", "http://hl7.org/fhir/sid/icd-10-cm", "hypertension")]
    [TestCase("I14", "http://hl7.org/fhir/sid/icd-10", null)]
    [TestCase("E07", "http://hl7.org/fhir/sid/icd-10", null)]
    [TestCase("E15", "http://hl7.org/fhir/sid/icd-10", null)]
    [TestCase("44054006", "http://hl7.org/fhir/sid/icd-10", null)]
    [TestCase("E11", "http://snomed.info/sct", null)]
    public void Diagnosis_is_told_by_system_and_code(string code, string system, string? expected)
    {
        FeatureSet features = Extract(Condition(code, system: system));
        Assert.That(features.Values["diabetes"].Text, Is.EqualTo(expected == "diabetes" ? "true" : "false"));
        Assert.That(features.Values["hypertension"].Text, Is.EqualTo(expected == "hypertension" ? "true" : "false"));
    }

    [TestCase("", "true")]
    [TestCase(",\"verificationStatus\":{\"coding\":[{\"code\":\"refuted\"}]}", "false")]
    [TestCase(",\"verificationStatus\":{\"coding\":[{\"code\":\"entered-in-error\"}]}", "false")]
    [TestCase(",\"clinicalStatus\":{\"coding\":[{\"code\":\"resolved\"}]}", "false")]
    [TestCase(",\"clinicalStatus\":{\"coding\":[{\"code\":\"remission\"}]}", "false")]
    [TestCase(",\"clinicalStatus\":{\"coding\":[{\"code\":\"inactive\"}]}", "false")]
    [TestCase(",\"clinicalStatus\":{\"coding\":[{\"code\":\"relapse\"}]}", "true")]
    [TestCase(",\"clinicalStatus\":{\"coding\":[{\"code\":\"recurrence\"}]}", "true")]
    [TestCase(",\"clinicalStatus\":{\"coding\":[{\"code\":\"resolved\"}]},\"abatementDateTime\":\"2025-01-01\"", "true")]
    [TestCase(",\"abatementDateTime\":\"2024-06-30T23:59:59Z\"", "false")]
    [TestCase(",\"onsetDateTime\":\"2024-06-30T23:59:59Z\"", "true")]
    [TestCase(",\"onsetDateTime\":\"2024-07\"", "false")]
    [TestCase(",\"onsetDateTime\":\"2020\",\"recordedDate\":\"2025-01-01\"", "true")]
    [TestCase(",\"recordedDate\":\"2025-01-01\"", "false")]
    [TestCase(",\"implicitRules\":\"urn:x\"", "false")]
    public void Diagnosis_is_held_by_its_statuses_and_dates(string members, string expected) =>
        Assert.That(Outcome(Condition("44054006", members), "diabetes"), Is.EqualTo(expected));

    [Test]
    public void Without_any_condition_of_the_patient_diagnoses_are_missing()
    {
        string other = Condition("44054006", ",\"subject\":{\"reference\":\"Patient/q\"}");
        Assert.That(Extract($$"""[{"resourceType":"Patient","id":"p"},{{other}}]""").Values, Is.Empty);
        Assert.That(() => Extract("""{"resourceType":"Condition","verificationStatus":"confirmed"}"""), Throws.TypeOf<FhirException>());
    }
}
