using System.Text.Json;

namespace Subnet.Health.Fhir;

/// <summary>Diagnoses from Conditions. Absence from a list is "not recorded", which the models read as no.</summary>
internal static class ConditionReader
{
    private static readonly string[] NotHeld = ["refuted", "entered-in-error"];
    private static readonly string[] Over = ["inactive", "remission", "resolved"];

    /// <summary>Whether any condition shows the diagnosis as present at the end of the as-of day.</summary>
    public static bool IsPresent(DiagnosedFeature feature, IEnumerable<FhirResource> conditions, DateTime before) =>
        conditions.Any(condition => !condition.HasModifier && Shows(feature, condition.Element) && IsHeld(condition.Element, before));

    /// <summary>Refuses a record of another FHIR version, in which the clinical status was a plain code.</summary>
    /// <exception cref="FhirException">It is not R4.</exception>
    public static void CheckVersion(FhirResource condition)
    {
        if (condition.Element.Text("clinicalStatus") is not null || condition.Element.Text("verificationStatus") is not null)
        {
            throw new FhirException("A Condition has a plain code as its status, which is not FHIR R4.", "Export the record as FHIR R4 (4.0.1).");
        }
    }

    private static bool Shows(DiagnosedFeature feature, JsonElement condition) =>
        condition.Codes("code", FeatureCatalog.Snomed).Any(code => feature.SnomedCodes.Contains(code))
        || FeatureCatalog.Icd10Systems.SelectMany(system => condition.Codes("code", system))
            .Any(code => feature.Icd10Categories.Any(category => code.StartsWith(category, StringComparison.Ordinal)));

    private static bool IsHeld(JsonElement condition, DateTime before)
    {
        if (condition.Codes("verificationStatus").Any(code => NotHeld.Contains(code, StringComparer.Ordinal)))
        {
            return false;
        }

        string? start = condition.Text("onsetDateTime") ?? condition.Text("recordedDate");
        if (FhirInstant.TryParse(start, out FhirInstant onset) && onset.Utc >= before)
        {
            return false;
        }

        // A dated end says more than the status, which is today's.
        return FhirInstant.TryParse(condition.Text("abatementDateTime"), out FhirInstant end)
            ? end.Utc >= before
            : !condition.Codes("clinicalStatus").Any(code => Over.Contains(code, StringComparer.Ordinal));
    }
}
