namespace Subnet.Health.Fhir;

/// <summary>The smoking status: a coded observation. One whose code is unknown, or means unknown, counts as missing.</summary>
internal static class SmokingReader
{
    /// <summary>The newest known status before an instant, or null.</summary>
    public static FeatureValue? Newest(IReadOnlyList<FhirResource> observations, DateTime before)
    {
        var known = observations
            .Select((observation, place) => (Observation: observation, Place: place))
            .Where(item => item.Observation.Element.Codes("code", FeatureCatalog.Loinc).Contains(FeatureCatalog.SmokingStatusCode)
                && !item.Observation.HasModifier
                && ObservationReader.IsUsable(item.Observation.Element))
            .Select(item => (item.Place, Time: ObservationReader.Time(item.Observation.Element), Issued: ObservationReader.Issued(item.Observation.Element), Word: Word(item.Observation)))
            .Where(item => item.Time is { } time && time.Utc < before && item.Word is not null)
            .OrderBy(item => (item.Time!.Value, item.Issued, item.Place))
            .ToList();
        return known.Count == 0
            ? null
            : new FeatureValue { Word = known[^1].Word, Code = FeatureCatalog.SmokingStatusCode, Time = known[^1].Time, Of = known.Count };
    }

    private static string? Word(FhirResource observation) => observation.Element.Codes("valueCodeableConcept", FeatureCatalog.Snomed)
        .Select(code => FeatureCatalog.SmokingStatus.GetValueOrDefault(code))
        .FirstOrDefault(word => word is not null);
}
