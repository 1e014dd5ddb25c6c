using System.Text.Json;
using System.Text.RegularExpressions;

namespace Subnet.Health.Fhir;

/// <summary>Age and sex from the Patient resource.</summary>
internal static partial class PatientReader
{
    private const string BirthSex = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex";
    private const int OldestAge = 130;

    /// <summary>
    /// Whole years at the as-of date, or at death if earlier; a birthday on 29 February counts on 1 March in other years. A date of
    /// birth without day is the 15th, without month 1 July, and the age then approximate. Null when there is none.
    /// </summary>
    public static FeatureValue? Age(JsonElement patient, DateOnly asOf, ISet<string> skipped)
    {
        if (patient.Text("birthDate") is not { } text || DateForm().Match(text) is not { Success: true } || !FhirInstant.TryParse(text, out FhirInstant instant))
        {
            return null;
        }

        DateOnly birth = DateOnly.FromDateTime(instant.Utc);
        birth = text.Length switch
        {
            4 => new DateOnly(birth.Year, 7, 1),
            7 => new DateOnly(birth.Year, birth.Month, 15),
            _ => birth,
        };
        DateOnly at = FhirInstant.TryParse(patient.Text("deceasedDateTime"), out FhirInstant death) && DateOnly.FromDateTime(death.Utc) < asOf
            ? DateOnly.FromDateTime(death.Utc)
            : asOf;
        int age = at.Year - birth.Year - ((at.Month, at.Day).CompareTo((birth.Month, birth.Day)) < 0 ? 1 : 0);
        if (age is < 0 or > OldestAge)
        {
            skipped.Add("age:range");
            return null;
        }

        return new FeatureValue { Number = age, IsApproximate = text.Length < 10 };
    }

    /// <summary>Sex at birth where the record has it, else the administrative gender; null for anything but male and female.</summary>
    public static FeatureValue? Sex(JsonElement patient)
    {
        string? birthSex = patient.Items("extension").FirstOrDefault(extension => extension.Text("url") == BirthSex) is { ValueKind: JsonValueKind.Object } found
            ? found.Text("valueCode")
            : null;
        string? word = birthSex switch
        {
            "M" => "male",
            "F" => "female",
            _ => patient.Text("gender") is "male" or "female" ? patient.Text("gender") : null,
        };
        return word is null ? null : new FeatureValue { Word = word };
    }

    [GeneratedRegex(@"^[0-9]{4}(-[0-9]{2}){0,2}\z", RegexOptions.CultureInvariant)]
    private static partial Regex DateForm();
}
