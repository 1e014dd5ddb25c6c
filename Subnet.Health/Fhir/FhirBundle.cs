using System.Text.Json;

namespace Subnet.Health.Fhir;

/// <summary>Takes the resources out of a Bundle of any type.</summary>
internal static class FhirBundle
{
    public const string TypeName = "Bundle";

    /// <summary>
    /// The entries' resources in order, those of a bundle inside (the answer to a batch of searches) in its place; entries without a
    /// resource are left out. Of a history bundle only the newest version of each resource counts.
    /// </summary>
    /// <param name="bundle">A resource of type Bundle.</param>
    /// <param name="bundles">Gets this bundle and those inside.</param>
    /// <exception cref="FhirException">An entry is none, or the bundle's meaning is changed by rules of its own.</exception>
    public static IEnumerable<FhirResource> Resources(JsonElement bundle, ICollection<JsonElement> bundles)
    {
        bundles.Add(bundle);
        if (bundle.Has("implicitRules"))
        {
            throw new FhirException("A Bundle has implicit rules, which may change what it means.", "Export the record without implicitRules.");
        }

        if (bundle.Has("entry") && !bundle.Items("entry").Any())
        {
            throw new FhirException("The entries of a Bundle are no array.", "Export the record again as FHIR R4 JSON.");
        }

        IEnumerable<(JsonElement Entry, FhirResource? Resource)> entries = bundle.Items("entry").Select(entry => (entry, Resource(entry)));
        return (bundle.Text("type") == "history" ? FhirHistory.Newest(entries) : entries.Select(item => item.Resource).OfType<FhirResource>())
            .SelectMany(resource => resource.Type == TypeName ? Resources(resource.Element, bundles) : [resource]);
    }

    private static FhirResource? Resource(JsonElement entry)
    {
        if (entry.ValueKind == JsonValueKind.Object && !entry.Has("resource"))
        {
            return null;
        }

        if (entry.Object("resource") is not { } resource || resource.Text("resourceType") is null)
        {
            throw new FhirException("A Bundle has an entry whose resource has no resourceType.", "Export the record again as FHIR R4 JSON.");
        }

        return new FhirResource(resource, entry.Text("fullUrl"), FhirResource.IsModified(entry));
    }
}
