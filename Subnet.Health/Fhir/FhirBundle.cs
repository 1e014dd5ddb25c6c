using System.Globalization;
using System.Text.Json;

namespace Subnet.Health.Fhir;

/// <summary>Takes the resources out of a Bundle of any type.</summary>
internal static class FhirBundle
{
    /// <summary>
    /// The entries' resources in order. Of a history bundle only the newest version of each resource counts, and none when that
    /// version is its deletion.
    /// </summary>
    public static IEnumerable<FhirResource> Resources(JsonElement bundle)
    {
        IEnumerable<JsonElement> entries = bundle.Items("entry");
        return bundle.Text("type") == "history" ? Newest(entries) : entries.Select(Resource).OfType<FhirResource>();
    }

    private static FhirResource? Resource(JsonElement entry) =>
        entry.Object("resource") is { } resource && resource.Text("resourceType") is not null
            ? new FhirResource(resource, entry.Text("fullUrl"))
            : null;

    private static IEnumerable<FhirResource> Newest(IEnumerable<JsonElement> entries)
    {
        Dictionary<string, (FhirResource? Resource, FhirInstant Updated, long Version)> newest = new(StringComparer.Ordinal);
        List<string> order = [];
        foreach (JsonElement entry in entries)
        {
            FhirResource? resource = Resource(entry);
            string? key = resource is { } found
                ? $"{found.Type}/{found.Id}"
                : entry.Object("request") is { } request && request.Text("method") == "DELETE" ? request.Text("url") : null;
            if (key is null)
            {
                continue;
            }

            (FhirResource? Resource, FhirInstant Updated, long Version) candidate = (resource, Updated(resource, entry), Version(resource));
            if (!newest.TryGetValue(key, out (FhirResource? Resource, FhirInstant Updated, long Version) known))
            {
                order.Add(key);
                newest.Add(key, candidate);
            }
            else if ((candidate.Updated, candidate.Version).CompareTo((known.Updated, known.Version)) > 0)
            {
                // History bundles come newest first, so an equal one is older.
                newest[key] = candidate;
            }
        }

        return order.Select(key => newest[key].Resource).OfType<FhirResource>();
    }

    private static FhirInstant Updated(FhirResource? resource, JsonElement entry)
    {
        string? text = resource?.Element.Object("meta")?.Text("lastUpdated") ?? entry.Object("response")?.Text("lastModified");
        return FhirInstant.TryParse(text, out FhirInstant instant) ? instant : default;
    }

    private static long Version(FhirResource? resource) =>
        long.TryParse(resource?.Element.Object("meta")?.Text("versionId"), NumberStyles.None, CultureInfo.InvariantCulture, out long version) ? version : 0;
}
