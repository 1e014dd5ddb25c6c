using System.Globalization;
using System.Text.Json;

namespace Subnet.Health.Fhir;

/// <summary>Chooses the newest version of each resource of a history bundle.</summary>
internal static class FhirHistory
{
    /// <summary>
    /// The newest version of each resource, none where that is its deletion; a resource without a name of its own is its only version.
    /// </summary>
    public static IEnumerable<FhirResource> Newest(IEnumerable<(JsonElement Entry, FhirResource? Resource)> entries)
    {
        Dictionary<string, Version> newest = new(StringComparer.Ordinal);
        List<string> order = [];
        foreach ((JsonElement entry, FhirResource? resource) in entries)
        {
            if (Name(entry, resource, order.Count) is not { } name)
            {
                continue;
            }

            Version candidate = new(resource, Updated(entry, resource), Number(entry, resource));
            if (newest.TryAdd(name, candidate))
            {
                order.Add(name);
            }
            else if (candidate.IsAfter(newest[name]))
            {
                newest[name] = candidate;
            }
        }

        return order.Select(name => newest[name].Resource).OfType<FhirResource>();
    }

    private static string? Name(JsonElement entry, FhirResource? resource, int place)
    {
        if (resource is { } found)
        {
            return found.Id is not null ? $"{found.Type}/{found.Id}" : found.FullUrl ?? $"#{place}";
        }

        // A deletion names its resource by the request alone: Type/id, after a server's address or not.
        return entry.Object("request") is { } request && request.Text("method") == "DELETE" && request.Text("url") is { } url
            ? string.Join('/', SubjectReference.WithoutVersion(url).Split('/').TakeLast(2))
            : null;
    }

    private static FhirInstant? Updated(JsonElement entry, FhirResource? resource)
    {
        string? text = resource?.Element.Object("meta")?.Text("lastUpdated") ?? entry.Object("response")?.Text("lastModified");
        return FhirInstant.TryParse(text, out FhirInstant instant) ? instant : null;
    }

    // versionId, or the entity tag of the response: W/"3".
    private static long? Number(JsonElement entry, FhirResource? resource)
    {
        string? text = resource?.Element.Object("meta")?.Text("versionId") ?? entry.Object("response")?.Text("etag")?.Replace("W/", "", StringComparison.Ordinal).Trim('"');
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long version) ? version : null;
    }

    private readonly record struct Version(FhirResource? Resource, FhirInstant? Updated, long? Number)
    {
        // By what both tell: the time, then the number. History bundles come newest first, so otherwise the later one is older.
        public bool IsAfter(Version other)
        {
            int byTime = Updated is { } time && other.Updated is { } otherTime ? time.CompareTo(otherTime) : 0;
            return byTime != 0 ? byTime > 0 : Number is { } number && other.Number is { } otherNumber && number > otherNumber;
        }
    }
}
