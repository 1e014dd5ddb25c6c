using System.Text.Json;

namespace Subnet.Health.Fhir;

/// <summary>One resource of an input.</summary>
/// <param name="Element">Its JSON object; valid as long as the input.</param>
/// <param name="FullUrl">The entry's <c>fullUrl</c>, where it came from a bundle that gave one.</param>
internal readonly record struct FhirResource(JsonElement Element, string? FullUrl)
{
    /// <summary>The resource's type.</summary>
    public string? Type => Element.Text("resourceType");

    /// <summary>The logical id.</summary>
    public string? Id => Element.Text("id");

    /// <summary>
    /// Whether the resource carries something that may change its meaning and that is not understood here: such a resource must
    /// not be used (FHIR R4, modifierExtension and implicitRules).
    /// </summary>
    public bool HasModifier => IsModified(Element) || Element.Text("implicitRules") is not null;

    /// <summary>Whether an element carries a modifier extension.</summary>
    public static bool IsModified(JsonElement element) => element.Items("modifierExtension").Any();
}
