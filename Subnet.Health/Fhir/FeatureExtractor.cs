using System.Text.Json;

namespace Subnet.Health.Fhir;

/// <summary>Turns one patient's FHIR R4 resources into features, by the rules of fhir-mapping. Pure: no clock, no log.</summary>
internal static class FeatureExtractor
{
    private static readonly string[] ProtectedLabels = ["ETH", "42CFRPart2"];

    /// <summary>Extracts what the catalogue names, as known at the end of a day (UTC).</summary>
    /// <param name="input">The clinical input.</param>
    /// <param name="asOf">The query's date.</param>
    /// <param name="hasPart2Consent">Whether a consent under 42 CFR part 2 allows records with that label.</param>
    /// <exception cref="FhirException">More than one patient, a record of another FHIR version, or a protected record without consent.</exception>
    public static FeatureSet Extract(FhirInput input, DateOnly asOf, bool hasPart2Consent = false)
    {
        ArgumentNullException.ThrowIfNull(input);
        List<FhirResource> patients = [.. input.Resources.Where(resource => resource.Type == "Patient")];
        if (patients.Count > 1)
        {
            throw new FhirException($"The clinical input holds {patients.Count} patients.", "Send one patient's resources only.");
        }

        FhirResource? patient = patients.Count == 1 ? patients[0] : null;
        List<FhirResource> records = [.. input.Resources.Where(resource => resource.Type is "Observation" or "Condition" && SubjectReference.IsOf(resource, patient))];
        if ((patient is null || !SubjectReference.HasName(patient.Value)) && SubjectReference.Count(records) is > 1 and int subjects)
        {
            throw new FhirException(
                $"The clinical input holds records of {subjects} subjects and no Patient with an id to choose by.", "Send one patient's resources only, with the Patient.");
        }

        if (!hasPart2Consent && records.Concat(patients).Select(resource => resource.Element).Concat(input.Bundles).Any(IsProtected))
        {
            throw new FhirException(
                "A record is labelled as protected by 42 CFR part 2 and the query has no such consent.", "Name the consent, or leave the record out.");
        }

        DateTime before = asOf == DateOnly.MaxValue
            ? DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc)
            : asOf.AddDays(1).ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);
        SortedDictionary<string, FeatureValue> values = new(StringComparer.Ordinal);
        SortedSet<string> skipped = new(StringComparer.Ordinal);
        if (patient is { } person && !person.HasModifier)
        {
            Add(values, "age", PatientReader.Age(person.Element, asOf, skipped));
            Add(values, "sex", PatientReader.Sex(person.Element));
        }

        List<FhirResource> observations = [.. records.Where(resource => resource.Type == "Observation")];
        foreach (MeasuredFeature feature in FeatureCatalog.Measured)
        {
            Add(values, feature.Name, ObservationReader.Newest(feature, observations, before, skipped));
        }

        DeriveBodyMassIndex(values);
        Add(values, "smoking", SmokingReader.Newest(observations, before));
        AddDiagnoses(values, [.. records.Where(resource => resource.Type == "Condition")], before);
        return new FeatureSet(values, [.. skipped]);
    }

    private static void AddDiagnoses(SortedDictionary<string, FeatureValue> values, List<FhirResource> conditions, DateTime before)
    {
        conditions.ForEach(ConditionReader.CheckVersion);
        if (conditions.Count == 0)
        {
            return;
        }

        foreach (DiagnosedFeature feature in FeatureCatalog.Diagnosed)
        {
            bool present = ConditionReader.IsPresent(feature, conditions, before);
            values.Add(feature.Name, new FeatureValue { Word = present ? "true" : "false" });
        }
    }

    // Newest weight by newest height squared, where no index was recorded.
    private static void DeriveBodyMassIndex(SortedDictionary<string, FeatureValue> values)
    {
        MeasuredFeature bmi = FeatureCatalog.Measured.Single(feature => feature.Name == "bmi");
        if (values.ContainsKey(bmi.Name) || !values.TryGetValue("weight", out FeatureValue? weight) || !values.TryGetValue("height", out FeatureValue? height))
        {
            return;
        }

        decimal metres = height.Number!.Value / 100;
        decimal derived = weight.Number!.Value / (metres * metres);
        if (derived >= bmi.Least && derived <= bmi.Largest)
        {
            values.Add(bmi.Name, new FeatureValue { Number = derived, IsDerived = true, Time = Earlier(weight.Time!.Value, height.Time!.Value) });
        }
    }

    private static FhirInstant Earlier(FhirInstant a, FhirInstant b) => a.CompareTo(b) < 0 ? a : b;

    private static void Add(SortedDictionary<string, FeatureValue> values, string name, FeatureValue? value)
    {
        if (value is not null)
        {
            values.Add(name, value);
        }
    }

    private static bool IsProtected(JsonElement resource) =>
        resource.Object("meta") is { } meta && meta.Items("security").Any(label => ProtectedLabels.Contains(label.Text("code"), StringComparer.Ordinal));
}
