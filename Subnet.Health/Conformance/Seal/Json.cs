using System.Text.Json;

namespace Subnet.Health.Conformance.Seal;

/// <summary>Reads the small shapes of the manifests.</summary>
internal static class Json
{
    /// <summary>An array of unsigned words.</summary>
    public static ulong[] Words(JsonElement array) => [.. array.EnumerateArray().Select(word => word.GetUInt64())];

    /// <summary>An array of signed integers.</summary>
    public static int[] Integers(JsonElement array) => [.. array.EnumerateArray().Select(number => number.GetInt32())];

    /// <summary>An array of texts.</summary>
    public static string[] Texts(JsonElement array) => [.. array.EnumerateArray().Select(text => text.GetString() ?? "")];

    /// <summary>A text member.</summary>
    public static string Text(JsonElement element, string name) =>
        element.GetProperty(name).GetString() ?? throw new JsonException($"'{name}' is null");

    /// <summary>A text member that may be absent.</summary>
    public static string? OptionalText(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    /// <summary>A truth value that may be absent, which is no.</summary>
    public static bool Flag(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.GetBoolean();

    /// <summary>An integer that may be absent.</summary>
    public static int? OptionalInteger(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) ? value.GetInt32() : null;

    /// <summary>The first member that is none of the known ones, or null.</summary>
    public static string? UnknownMember(JsonElement element, IReadOnlySet<string> known)
    {
        foreach (JsonProperty member in element.EnumerateObject())
        {
            if (!known.Contains(member.Name))
            {
                return member.Name;
            }
        }

        return null;
    }
}
