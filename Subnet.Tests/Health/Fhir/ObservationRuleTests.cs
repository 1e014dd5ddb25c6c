using Subnet.Health.Fhir;
using static Subnet.Tests.Health.Fhir.FhirRecords;

namespace Subnet.Tests.Health.Fhir;

/// <summary>The sentences of fhir-mapping 2, 3 and 5 about observations, one case each, where the examples have none.</summary>
[TestFixture]
internal sealed class ObservationRuleTests
{
    [TestCase("8480-6", "mm[Hg]", "120", "sbp", "120")]
    [TestCase("8462-4", "kPa", "10", "dbp", "75.0062")]
    [TestCase("40443-4", "1/min", "61", "hr", "61")]
    [TestCase("8867-4", "{Beats}/min", "61", "hr", "61")]
    [TestCase("8867-4", "/min{resting}", "61", "hr", "61")]
    [TestCase("29463-7", "g", "70500", "weight", "70.5")]
    [TestCase("3141-9", "[lb_av]", "154", "weight", "69.8532")]
    [TestCase("29463-7", "[lb_tr]", "154", "weight", "weight:unit")]
    [TestCase("8302-2", "[in_us]", "70", "height", "height:unit")]
    [TestCase("14647-2", "mmol/L", "5.2", "total_chol", "201.084")]
    [TestCase("14646-4", "mmol/l", "1.3", "hdl", "50.271")]
    [TestCase("13457-7", "mg/dl", "100", "ldl", "100")]
    [TestCase("13457-7", "MG/DL", "100", "ldl", "ldl:unit")]
    [TestCase("13457-7", "mg/dL{calc}", "100", "ldl", "100")]
    [TestCase("13457-7", "mg/dL/", "100", "ldl", "ldl:unit")]
    [TestCase("14927-8", "mmol/L", "2", "triglycerides", "177.14")]
    [TestCase("15074-8", "mmol/L", "5", "glucose", "90.08")]
    [TestCase("17856-6", "%{HbA1c}", "6.1", "hba1c", "6.1")]
    [TestCase("59261-8", "mmol/mol{Hb}", "53", "hba1c", "7.0004")]
    [TestCase("4548-4", "mmol/L", "6.1", "hba1c", "hba1c:unit")]
    [TestCase("2160-0", "umol/L", "88.42", "creatinine", "1")]
    [TestCase("2160-0", "mmol/L", "0.09", "creatinine", "creatinine:unit")]
    [TestCase("98979-8", "mL/min/{1.73_m2}", "90", "egfr", "90")]
    [TestCase("98979-8", "mL/{1.73_m2}/min", "90", "egfr", "90")]
    [TestCase("39156-5", "kg/m2", "24", "bmi", "24")]
    public void Unit_of_ucum_is_converted_by_the_table_or_refused(string code, string unit, string number, string feature, string expected) =>
        Assert.That(Outcome(Observation(code, Quantity(number, unit)), feature), Is.EqualTo(expected));

    [TestCase("8480-6", "mmHg", "120", "sbp", "120")]
    [TestCase("8867-4", "bpm", "61", "hr", "61")]
    [TestCase("29463-7", "lb", "154", "weight", "69.8532")]
    [TestCase("8302-2", " in ", "70", "height", "177.8")]
    [TestCase("39156-5", "kg/m^2", "24", "bmi", "24")]
    [TestCase("39156-5", "kg/m\u00B2", "24", "bmi", "24")]
    [TestCase("14682-9", "\u00B5mol/L", "88.42", "creatinine", "1")]
    [TestCase("14682-9", "\u03BCmol/l", "88.42", "creatinine", "1")]
    [TestCase("33914-3", "mL/min/1.73m2", "60", "egfr", "60")]
    [TestCase("8302-2", "feet", "5.8", "height", "height:unit")]
    [TestCase("8302-2", "", "170", "height", "height:unit")]
    public void Unit_as_text_goes_through_the_alias_table(string code, string unit, string number, string feature, string expected)
    {
        string value = $$"""
            "valueQuantity":{"value":{{number}},"unit":"{{unit}}"}
            """;
        Assert.That(Outcome(Observation(code, value), feature), Is.EqualTo(expected));
    }

    [Test]
    public void Code_of_ucum_counts_and_not_the_text_beside_it_and_a_code_of_another_system_does_not()
    {
        Assert.That(
            Outcome(Observation("2093-3", """
                "valueQuantity":{"value":200,"unit":"mg/dL","system":"http://unitsofmeasure.org","code":"mg/L"}
                """), "total_chol"),
            Is.EqualTo("total_chol:unit"));
        Assert.That(
            Outcome(Observation("2093-3", """
                "valueQuantity":{"value":200,"system":"urn:local","code":"mg/dL"}
                """), "total_chol"),
            Is.EqualTo("total_chol:unit"));
    }

    [TestCase("\"valueInteger\":200")]
    [TestCase("\"valueBoolean\":true")]
    [TestCase("\"valueString\":\"200 mg/dL\"")]
    [TestCase("\"valueCodeableConcept\":{\"text\":\"200\"}")]
    [TestCase("\"valueRange\":{\"low\":{\"value\":200}}")]
    [TestCase("\"valueQuantity\":{\"value\":\"200\",\"unit\":\"mg/dL\"}")]
    [TestCase("\"valueQuantity\":{\"value\":\"NaN\",\"unit\":\"mg/dL\"}")]
    [TestCase("\"valueQuantity\":{\"value\":null,\"unit\":\"mg/dL\"}")]
    [TestCase("\"valueQuantity\":{\"_value\":{\"extension\":[]},\"unit\":\"mg/dL\"}")]
    [TestCase("\"valueQuantity\":[200]")]
    [TestCase("\"valueQuantity\":{\"value\":200,\"unit\":\"mg/dL\"},\"dataAbsentReason\":{\"coding\":[{\"code\":\"error\"}]}")]
    public void Value_of_another_kind_or_absent_is_no_value(string value) =>
        Assert.That(Outcome(Observation("2093-3", value), "total_chol"), Is.EqualTo("total_chol:no-value"));

    [TestCase("\"<\"", "total_chol:comparator")]
    [TestCase("\">=\"", "total_chol:comparator")]
    [TestCase("\"ad\"", "total_chol:comparator")]
    [TestCase("{}", "total_chol:comparator")]
    [TestCase("1", "total_chol:comparator")]
    [TestCase("null", "200")]
    public void Any_comparator_passes_the_value_over(string comparator, string expected) => Assert.That(
        Outcome(Observation("2093-3", $$"""
            "valueQuantity":{"value":200,"unit":"mg/dL","comparator":{{comparator}}}
            """), "total_chol"),
        Is.EqualTo(expected));

    [TestCase("1e400", "total_chol:range")]
    [TestCase("-1e400", "total_chol:range")]
    [TestCase("1e-400", "total_chol:range")]
    [TestCase("79228162514264337593543950335", "total_chol:range")]
    [TestCase("1e28", "total_chol:range")]
    [TestCase("0", "total_chol:range")]
    [TestCase("-200", "total_chol:range")]
    [TestCase("39.99999", "total_chol:range")]
    [TestCase("40", "40")]
    [TestCase("1000.0", "1000")]
    [TestCase("1000.00001", "total_chol:range")]
    [TestCase("2.0E+2", "200")]
    [TestCase("200.000000000000000000000000000000000000001", "200")]
    [TestCase("199.12345", "199.1234")]
    [TestCase("199.12355", "199.1236")]
    public void Number_is_read_as_a_decimal_and_must_be_plausible(string number, string expected) =>
        Assert.That(Outcome(Cholesterol(number), "total_chol"), Is.EqualTo(expected));

    [TestCase("registered", "total_chol:status")]
    [TestCase("preliminary", "total_chol:status")]
    [TestCase("cancelled", "total_chol:status")]
    [TestCase("unknown", "total_chol:status")]
    [TestCase("Final", "total_chol:status")]
    [TestCase("", "total_chol:status")]
    [TestCase("corrected", "200")]
    public void Only_final_amended_and_corrected_count(string status, string expected) =>
        Assert.That(Outcome(Observation("2093-3", Quantity("200", "mg/dL"), status: status), "total_chol"), Is.EqualTo(expected));

    [TestCase("\"effectiveInstant\":\"2024-02-01T00:00:00Z\",\"issued\":\"2024-03-01T00:00:00Z\"", "2024-02-01T00:00:00Z")]
    [TestCase("\"effectivePeriod\":{\"start\":\"2024-01-01\",\"end\":\"2024-02-03\"}", "2024-02-03T00:00:00Z")]
    [TestCase("\"effectivePeriod\":{\"start\":\"2024-01-01\"},\"issued\":\"2024-03-01T00:00:00Z\"", "2024-01-01T00:00:00Z")]
    [TestCase("\"effectivePeriod\":{},\"issued\":\"2024-03-01T00:00:00+01:00\"", "2024-02-29T23:00:00Z")]
    [TestCase("\"effectiveDateTime\":\"2024-03\"", "2024-03-01T00:00:00Z")]
    [TestCase("\"effectiveDateTime\":\"2024-06-30T23:59:60Z\"", "2024-06-30T23:59:59Z")]
    [TestCase("\"effectiveDateTime\":\"2024-07-01T01:00:00+02:00\"", "2024-06-30T23:00:00Z")]
    [TestCase("\"effectiveDateTime\":\"2024-06-30T23:00:00-02:00\"", null)]
    [TestCase("\"effectiveDateTime\":\"2024-07-01T00:00:00Z\"", null)]
    [TestCase("\"effectiveDateTime\":\"yesterday\"", null)]
    [TestCase("\"effectiveDateTime\":\"2023-02-29\"", null)]
    [TestCase("\"effectiveDateTime\":20240301", null)]
    [TestCase("\"note\":[]", null)]
    public void Time_is_the_first_of_the_effective_forms_else_issued(string time, string? expected)
    {
        FeatureSet features = Extract(Observation("2093-3", Quantity("200", "mg/dL"), time));
        Assert.That(features.Values.GetValueOrDefault("total_chol")?.Time?.ToString(), Is.EqualTo(expected));
        Assert.That(features.Skipped, Is.EqualTo(expected is null ? new[] { "total_chol:time" } : []));
    }

    [Test]
    public void Equal_times_are_decided_by_code_then_issued_then_place()
    {
        string Glucose(string code, int value, string issued = "") => Observation(code, Quantity(value.ToString(System.Globalization.CultureInfo.InvariantCulture), "mg/dL"), more: issued);
        const string Early = ",\"issued\":\"2024-03-02T00:00:00Z\"";
        const string Late = ",\"issued\":\"2024-03-02T02:00:00+01:00\"";
        Assert.That(Outcome($"[{Glucose("1558-6", 90)},{Glucose("2345-7", 91, Late)}]", "glucose"), Is.EqualTo("90"));
        Assert.That(Outcome($"[{Glucose("2345-7", 92, Late)},{Glucose("2345-7", 93, Early)},{Glucose("2345-7", 94)}]", "glucose"), Is.EqualTo("92"));
        Assert.That(Outcome($"[{Glucose("2345-7", 95, Early)},{Glucose("2345-7", 96, Early)}]", "glucose"), Is.EqualTo("96"));
    }

    [Test]
    public void Several_codings_count_by_the_best_code_and_a_code_of_another_system_never()
    {
        string both = Observation("2345-7", Quantity("90", "mg/dL")).Replace(
            "\"coding\":[", "\"coding\":[{\"code\":\"1558-6\"},{\"system\":\"urn:local\",\"code\":\"GLU\"},{\"system\":\"http://loinc.org\",\"code\":\"1558-6\"},", StringComparison.Ordinal);
        FeatureValue glucose = Extract(both).Values["glucose"];
        Assert.That((glucose.Code, glucose.Of, glucose.IsNotKnownFasting), Is.EqualTo(("1558-6", 1, false)));
        Assert.That(Extract(Observation("2345-7", Quantity("90", "mg/dL"))).Values["glucose"].IsNotKnownFasting, "not known to be fasting");
        string local = Observation("2093-3", Quantity("200", "mg/dL")).Replace("http://loinc.org", "urn:loinc", StringComparison.Ordinal);
        Assert.That(Extract(local).Values, Is.Empty);
        Assert.That(Extract(local).Skipped, Is.Empty);
    }

    [TestCase("85354-9")]
    [TestCase("55284-4")]
    public void Panel_of_blood_pressures_gives_its_time_and_status_to_its_components(string panel)
    {
        string Panel(string status, string diastolic, string more = "") => $$"""
            {"resourceType":"Observation","status":"{{status}}","code":{{Loinc(panel)}},"effectiveDateTime":"2024-03-01"{{more}},"component":[
                {"code":{{Loinc("8480-6")}},{{Quantity("16", "kPa")}} },
                {"code":{{Loinc("8462-4")}},{{diastolic}} },
                {"code":{{Loinc("8867-4")}},{{Quantity("70", "/min")}} }]}
            """;
        FeatureSet good = Extract(Panel("final", Quantity("80", "mm[Hg]")));
        Assert.That(good.Values.Keys, Is.EquivalentTo(new[] { "sbp", "dbp" }), "a heart rate is no component of it");
        Assert.That(good.Values["dbp"].Time.ToString(), Is.EqualTo("2024-03-01T00:00:00Z"));
        Assert.That(Extract(Panel("cancelled", Quantity("80", "mm[Hg]"))).Skipped, Is.EqualTo(new[] { "dbp:status", "sbp:status" }));
        Assert.That(Extract(Panel("final", Quantity("80", "mm[Hg]"), ",\"modifierExtension\":[{\"url\":\"urn:x\"}]")).Skipped, Is.EqualTo(new[] { "dbp:modifier", "sbp:modifier" }));
        FeatureSet absent = Extract(Panel("final", "\"dataAbsentReason\":{\"coding\":[{\"code\":\"not-performed\"}]}", ",\"dataAbsentReason\":{\"text\":\"the panel has none\"}"));
        Assert.That((absent.Values["sbp"].Text, string.Join(',', absent.Skipped)), Is.EqualTo(("120.0099", "dbp:no-value")));
        FeatureSet modified = Extract(Panel("final", Quantity("80", "mm[Hg]") + ",\"modifierExtension\":{\"url\":\"urn:x\"}"));
        Assert.That((modified.Values.ContainsKey("sbp"), string.Join(',', modified.Skipped)), Is.EqualTo((true, "dbp:modifier")));
    }

    [TestCase("\"modifierExtension\":[{\"url\":\"urn:x\"}]", "total_chol:modifier")]
    [TestCase("\"modifierExtension\":{\"url\":\"urn:x\"}", "total_chol:modifier")]
    [TestCase("\"implicitRules\":\"urn:x\"", "total_chol:modifier")]
    [TestCase("\"modifierExtension\":[]", "200")]
    [TestCase("\"extension\":[{\"url\":\"urn:x\"}]", "200")]
    public void What_may_change_the_meaning_keeps_the_observation_out(string member, string expected) =>
        Assert.That(Outcome(Cholesterol("200", "," + member), "total_chol"), Is.EqualTo(expected));

    [TestCase("449868002", "current")]
    [TestCase("428071000124103", "current")]
    [TestCase("428061000124105", "current")]
    [TestCase("77176002", "current")]
    [TestCase("8517006", "former")]
    [TestCase("266927001", null)]
    [TestCase("1", null)]
    public void Smoking_is_told_by_its_code_and_unknown_is_missing(string code, string? expected)
    {
        string value = $$"""
            "valueCodeableConcept":{"coding":[{"code":"266919005"},{"system":"http://snomed.info/sct","code":"{{code}}"}]}
            """;
        FeatureSet features = Extract(Observation("72166-2", value));
        Assert.That(features.Values.GetValueOrDefault("smoking")?.Text, Is.EqualTo(expected));
        Assert.That(features.Skipped, Is.Empty);
    }

    [Test]
    public void Mass_index_is_derived_from_the_newest_of_each_where_none_is_usable()
    {
        string height = Observation("8302-2", Quantity("170", "cm"), "\"effectiveDateTime\":\"2015\"");
        string weight = Observation("29463-7", Quantity("70000", "g"));
        string bad = Observation("39156-5", Quantity("500", "kg/m2"));
        FeatureSet features = Extract($"[{weight},{bad},{height}]");
        Assert.That((features.Values["bmi"].Text, features.Values["bmi"].IsDerived, string.Join(',', features.Skipped)), Is.EqualTo(("24.2215", true, "bmi:range")));
        Assert.That(Extract($"[{weight},{height},{Observation("39156-5", Quantity("23", "kg/m2"), "\"effectiveDateTime\":\"2010\"")}]").Values["bmi"].Text, Is.EqualTo("23"));
    }
}
