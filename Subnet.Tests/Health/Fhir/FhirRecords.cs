using System.Text;
using Subnet.Health.Fhir;

namespace Subnet.Tests.Health.Fhir;

/// <summary>Small made-up resources, and what the extractor says of them.</summary>
internal static class FhirRecords
{
    public static readonly DateOnly AsOf = new(2024, 6, 30);

    public static string Observation(string code, string value, string time = "\"effectiveDateTime\":\"2024-03-01\"", string status = "final", string more = "") =>
        $$"""{"resourceType":"Observation","status":"{{status}}","code":{{Loinc(code)}},{{time}},{{value}}{{more}}}""";

    public static string Cholesterol(string number, string more = "") => Observation("2093-3", Quantity(number, "mg/dL"), more: more);

    public static string Quantity(string number, string code) =>
        $$"""
        "valueQuantity":{"value":{{number}},"system":"http://unitsofmeasure.org","code":"{{code}}"}
        """;

    public static string Loinc(string code) => $$"""{"coding":[{"system":"http://loinc.org","code":"{{code}}"}]}""";

    public static string Condition(string code, string more = "", string system = "http://snomed.info/sct") =>
        $$"""{"resourceType":"Condition","code":{"coding":[{"system":"{{system}}","code":"{{code}}"}]}{{more}}}""";

    public static FeatureSet Extract(string text, DateOnly? asOf = null)
    {
        using FhirInput input = FhirInput.Parse(Encoding.UTF8.GetBytes(text));
        return FeatureExtractor.Extract(input, asOf ?? AsOf);
    }

    /// <summary>The text of a feature, or the reasons why there is none.</summary>
    public static string Outcome(string text, string feature)
    {
        FeatureSet features = Extract(text);
        return features.Values.TryGetValue(feature, out FeatureValue? value)
            ? value.Text
            : string.Join(',', features.Skipped.Where(reason => reason.StartsWith(feature + ":", StringComparison.Ordinal)));
    }
}
