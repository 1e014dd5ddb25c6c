using System.Text.Json;

namespace Subnet.Health.Fhir;

/// <summary>One resource of an input.</summary>
/// <param name="Element">Its JSON object; valid as long as the input.</param>
/// <param name="FullUrl">The entry's <c>fullUrl</c>, where it came from a bundle that gave one.</param>
/// <param name="IsInModifiedEntry">Whether the bundle's entry around it carries a modifier extension.</param>
internal readonly record struct FhirResource(JsonElement Element, string? FullUrl, bool IsInModifiedEntry = false)
{
    /// <summary>The resource's type.</summary>
    public string? Type => Element.Text("resourceType");

    /// <summary>The logical id.</summary>
    public string? Id => Element.Text("id");

    /// <summary>
    /// Whether the resource carries something that may change its meaning and that is not understood here: such a resource must
    /// not be used (FHIR R4, modifierExtension and implicitRules).
    /// </summary>
    public bool HasModifier => IsInModifiedEntry || IsModified(Element) || Element.Has("implicitRules");

    /// <summary>Whether an element carries a modifier extension.</summary>
    public static bool IsModified(JsonElement element) => element.Has("modifierExtension");
}
