using Subnet.Health.Circuits;
using Subnet.Health.Clinic;
using Subnet.Tests.Health.Fhir;

namespace Subnet.Tests.Health.Clinic;

/// <summary>What a clinician is told of the inputs that were read from a record.</summary>
[TestFixture]
internal sealed class RecordReadingTests
{
    private const string Heart = """
        {"age": {"feature": "age"}, "sex": {"feature": "sex", "words": {"male": "1", "female": "0"}}, "trestbps": {"feature": "sbp"}, "chol": {"feature": "total_chol"}}
        """;

    [Test]
    public void Passed_over_entries_and_approximate_values_are_noted_for_the_inputs_that_the_card_asks_for()
    {
        RecordReading reading = Read(Heart, HeartRecord.Json());
        Assert.That(reading.Values["trestbps"], Is.EqualTo("131"), "the newest usable one");
        Assert.That(Codes(reading), Is.EquivalentTo(new[] { "age:approximate", "trestbps:unit" }), "the weight without unit is nothing that the card asks for");
        Assert.That(reading.Notes.Select(note => note.Text), Has.None.Contains("17.5").And.None.Contains("1961"), "no value");
    }

    [Test]
    public void Glucose_of_another_code_than_the_fasting_one_is_said_not_to_be_known_as_fasting()
    {
        const string Columns = """{"chol": {"feature": "glucose"}}""";
        string fasting = FhirRecords.Observation("1558-6", FhirRecords.Quantity("104", "mg/dL"));
        string serum = FhirRecords.Observation("2345-7", FhirRecords.Quantity("104", "mg/dL"));
        Assert.That(Codes(Read(Columns, HeartRecord.Json(cholesterol: serum))), Does.Contain("chol:not-fasting"));
        Assert.That(Codes(Read(Columns, HeartRecord.Json(cholesterol: fasting))), Has.None.StartsWith("chol:"));
    }

    [Test]
    public void Body_mass_index_that_was_computed_says_so_and_what_was_passed_over_of_its_parts()
    {
        string parts = FhirRecords.Observation("8302-2", FhirRecords.Quantity("180", "cm")) + "," + FhirRecords.Observation("29463-7", FhirRecords.Quantity("81", "kg"));
        RecordReading reading = Read("""{"chol": {"feature": "bmi"}}""", HeartRecord.Json(cholesterol: parts));
        Assert.That(reading.Values["chol"], Does.StartWith("25"));
        Assert.That(Codes(reading), Is.EquivalentTo(new[] { "chol:derived", "chol:unit", "age:approximate" }));
    }

    [TestCase(120, "2024-03-02", true)]
    [TestCase(120, "2024-03-01", false)]
    [TestCase(null, "1994-03-02", true)]
    public void Observation_older_than_the_card_allows_is_missing(int? days, string day, bool isUsed)
    {
        string limit = days is null ? "" : $", \"oldest_days\": {days}";
        string columns = $$$"""{"chol": {"feature": "total_chol"{{{limit}}}}}""";
        RecordReading reading = Read(columns, HeartRecord.Json(cholesterol: FhirRecords.Observation("2093-3", FhirRecords.Quantity("228", "mg/dL"), $"\"effectiveDateTime\":\"{day}\"")));
        Assert.That(reading.Values.ContainsKey("chol"), Is.EqualTo(isUsed));
        Assert.That(Codes(reading).Contains("chol:too-old"), Is.EqualTo(!isUsed));
        Assert.That(isUsed || reading.WhyNot("chol")!.Contains($"of {day}, more than {days} days before 2024-06-30", StringComparison.Ordinal));
    }

    [Test]
    public void Limit_of_age_stands_on_the_card_and_absurd_ones_are_refused()
    {
        CardClient card = CompiledSample.Heart.CardWith("""{"chol": {"feature": "total_chol", "oldest_days": 730}}""");
        Assert.That(card.Inputs.Single(input => input.Name == "chol").Slots[0].Source!.OldestDays, Is.EqualTo(730));
        Assert.That(card.Inputs.Single(input => input.Name == "age").Slots[0].Source!.OldestDays, Is.Null);
        foreach (string days in new[] { "0", "-1", "54788", "1.5", "\"730\"", "99999999999" })
        {
            Assert.That(() => CompiledSample.Heart.CardWith($$$"""{"chol": {"feature": "total_chol", "oldest_days": {{{days}}}}}"""), Throws.InstanceOf<CircuitException>(), days);
        }
    }

    [Test]
    public void Word_that_the_card_does_not_know_is_missing_and_said_so()
    {
        RecordReading reading = Read("""{"sex": {"feature": "sex", "words": {"female": "0"}}}""", HeartRecord.Json());
        Assert.That(reading.Values, Does.Not.ContainKey("sex"));
        Assert.That(Codes(reading), Does.Contain("sex:unknown-word"));
    }

    [Test]
    public void Nothing_is_said_of_an_input_that_the_clinic_enters()
    {
        RecordReading reading = RecordReading.Of(CompiledSample.Heart.CardWith(Heart), HeartRecord.Json(), HeartRecord.AsOf, false, ["trestbps", "age"]);
        Assert.That(reading.Notes, Is.Empty);
        Assert.That(reading.Values, Does.Not.ContainKey("trestbps"));
    }

    [Test]
    public void Missing_inputs_are_listed_with_what_the_record_has_instead()
    {
        ClinicQuery query = new(1, "heart", ClinicInput.FromFhir(HeartRecord.Json(cholesterol: FhirRecords.Cholesterol("2e4")))) { AsOf = HeartRecord.AsOf };
        ClinicException refused = Assert.Throws<ClinicException>(() => ClinicRows.Read(CompiledSample.Heart.CardWith(Heart), query, HeartRecord.AsOf))!;
        Assert.That(refused.Fault, Is.EqualTo(ClinicFault.InputRefused));
        string Reason(string input) => refused.Problems.Single(problem => problem.Input == input).Reason;
        Assert.That(Reason("chol"), Does.Contain("its value is implausible").And.Contain("has no total_chol that can be used").And.Not.Contain("20000").And.Not.Contain("2e4"));
        Assert.That(Reason("thalach"), Does.Contain("enter"), "no record carries it");
        Assert.That(refused.Problems.Select(problem => problem.Input), Does.Not.Contain("age").And.Not.Contain("trestbps"));
    }

    [Test]
    public void Implausible_entry_of_the_clinic_is_named_before_anything_is_read()
    {
        ClinicQuery query = new(1, "heart", ClinicInput.FromFhir(HeartRecord.Json())) { AsOf = HeartRecord.AsOf, Set = new Dictionary<string, string>(HeartRecord.Entered()) { ["thalach"] = "15000" } };
        ClinicException refused = Assert.Throws<ClinicException>(() => ClinicRows.Read(CompiledSample.Heart.CardWith(Heart), query, HeartRecord.AsOf))!;
        Assert.That(refused.Problems.Single().Input, Is.EqualTo("thalach"));
    }

    private static RecordReading Read(string columns, byte[] record) => RecordReading.Of(CompiledSample.Heart.CardWith(columns), record, HeartRecord.AsOf, false, []);

    private static IEnumerable<string> Codes(RecordReading reading) => reading.Notes.Select(note => $"{note.Input}:{note.Code}");
}
