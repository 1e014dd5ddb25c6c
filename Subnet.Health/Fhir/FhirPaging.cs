using System.Text.Json;

namespace Subnet.Health.Fhir;

/// <summary>Whether the pages of a search are all there: the newest observation may be on the one that is not.</summary>
internal static class FhirPaging
{
    /// <summary>
    /// Refuses pages of a search without the last one (each has a link to the next), unless the server sorted them newest first.
    /// </summary>
    /// <exception cref="FhirException">A page is missing.</exception>
    public static void CheckWhole(IEnumerable<JsonElement> bundles)
    {
        List<JsonElement> pages = [.. bundles.Where(bundle => bundle.Text("type") == "searchset")];
        if (pages.Count > 0 && pages.All(page => HasNext(page) && !IsNewestFirst(page)))
        {
            throw new FhirException(
                "The clinical input is one page of a search, and newer records may be on the next.",
                "Send all pages (a JSON array of the Bundles, or one a line), or search with _sort=-date.");
        }
    }

    private static bool HasNext(JsonElement page) => page.Items("link").Any(link => link.Text("relation") == "next");

    private static bool IsNewestFirst(JsonElement page) =>
        page.Items("link").Any(link => link.Text("url")?.Contains("_sort=-date", StringComparison.Ordinal) == true);
}
