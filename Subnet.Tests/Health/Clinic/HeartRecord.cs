using System.Text;
using Subnet.Tests.Health.Fhir;

namespace Subnet.Tests.Health.Clinic;

/// <summary>A made-up patient's record for the heart model: a month of birth without a day, a newest blood pressure without unit, and what no card asks for.</summary>
internal static class HeartRecord
{
    /// <summary>The day as of which it is read.</summary>
    public static readonly DateOnly AsOf = new(2024, 6, 30);

    private static readonly string[] Recorded = ["age", "sex", "trestbps", "chol"];

    /// <summary>The record.</summary>
    /// <param name="entries">More entries, each after a comma.</param>
    /// <param name="cholesterol">The cholesterol's entry; a usable one if null.</param>
    public static byte[] Json(string entries = "", string? cholesterol = null) => Encoding.UTF8.GetBytes(
        $$"""
        [{"resourceType":"Patient","id":"p1","gender":"male","birthDate":"1961-05"},
         {{FhirRecords.Observation("8480-6", FhirRecords.Quantity("131", "mm[Hg]"), "\"effectiveDateTime\":\"2024-03-01\"")}},
         {{FhirRecords.Observation("8480-6", "\"valueQuantity\":{\"value\":17.5}", "\"effectiveDateTime\":\"2024-05-01\"")}},
         {{FhirRecords.Observation("29463-7", "\"valueQuantity\":{\"value\":81}")}},
         {{cholesterol ?? FhirRecords.Cholesterol("228")}}{{entries}}]
        """);

    /// <summary>What the clinic enters, since no record carries it: from the first patient of the table.</summary>
    public static Dictionary<string, string> Entered()
    {
        string[] lines = CompiledSample.Heart.Table(1).Split('\n');
        return lines[0].Split(',').Zip(lines[1].Split(','))
            .Where(pair => pair.First is not ("label" or "num") && !Recorded.Contains(pair.First, StringComparer.Ordinal))
            .ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
    }
}
