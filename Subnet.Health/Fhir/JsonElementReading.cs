using System.Text.Json;

namespace Subnet.Health.Fhir;

/// <summary>Reads members of untrusted JSON: a member of another kind than asked for counts as absent.</summary>
internal static class JsonElementReading
{
    /// <summary>A string member, or null; the empty string counts as absent (FHIR forbids it).</summary>
    public static string? Text(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement member)
        && member.ValueKind == JsonValueKind.String && member.GetString() is { Length: > 0 } text
            ? text
            : null;

    /// <summary>An object member, or null.</summary>
    public static JsonElement? Object(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement member) && member.ValueKind == JsonValueKind.Object
            ? member
            : null;

    /// <summary>The elements of an array member; none when it is absent.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement member) && member.ValueKind == JsonValueKind.Array
            ? member.EnumerateArray()
            : [];

    /// <summary>Whether a member is there with any content at all, of whatever kind: null, an empty text and an empty array are none.</summary>
    public static bool Has(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement member) && member.ValueKind switch
        {
            JsonValueKind.Null => false,
            JsonValueKind.String => member.GetString() is { Length: > 0 },
            JsonValueKind.Array => member.GetArrayLength() > 0,
            _ => true,
        };

    /// <summary>The codes that a CodeableConcept member has in one system, in order.</summary>
    public static IEnumerable<string> Codes(this JsonElement element, string name, string system) =>
        element.Object(name) is { } concept
            ? concept.Items("coding").Where(coding => coding.Text("system") == system).Select(coding => coding.Text("code")).OfType<string>()
            : [];

    /// <summary>The codes of a CodeableConcept member in any system.</summary>
    public static IEnumerable<string> Codes(this JsonElement element, string name) =>
        element.Object(name) is { } concept ? concept.Items("coding").Select(coding => coding.Text("code")).OfType<string>() : [];
}
