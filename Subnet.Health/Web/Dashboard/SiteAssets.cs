using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;
using Subnet.Health.Web.Hosting;

namespace Subnet.Health.Web.Dashboard;

/// <summary>
/// Style sheet, scripts and icon, embedded in the program. A file's path carries the beginning of its digest, so a browser may keep it for ever and
/// never mixes the files of two versions.
/// </summary>
internal sealed class SiteAssets : IHttpPart
{
    private const string Prefix = "Subnet.Health.Web.Assets.";

    private static readonly FrozenDictionary<string, Asset> Files = typeof(SiteAssets).Assembly.GetManifestResourceNames()
        .Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .Select(static name => Read(name))
        .ToFrozenDictionary(static asset => asset.Name, StringComparer.Ordinal);

    /// <summary>Where a file is served.</summary>
    /// <exception cref="KeyNotFoundException">There is no such file.</exception>
    public static string Path(string name) => Files[name].Path;

    /// <inheritdoc/>
    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (Asset asset in Files.Values)
        {
            routes.MapGet(asset.Path, http => SendAsync(http, asset));
        }

        // A browser asks for it beside documents that are no pages.
        routes.MapGet("/favicon.ico", http => SendAsync(http, Files["icon.svg"]));

        // Modules name each other without a digest; what is asked for by its bare name is not kept.
        foreach (Asset asset in Files.Values.Where(static asset => asset.Name.EndsWith(".js", StringComparison.Ordinal)))
        {
            routes.MapGet("/assets/" + asset.Name, http => SendAsync(http, asset, "no-cache"));
        }
    }

    private static Task SendAsync(HttpContext http, Asset asset, string cache = "public, max-age=31536000, immutable")
    {
        http.Response.ContentType = asset.Type;
        http.Response.ContentLength = asset.Bytes.Length;
        http.Response.Headers[HeaderNames.CacheControl] = cache;
        return http.Response.Body.WriteAsync(asset.Bytes, http.RequestAborted).AsTask();
    }

    private static Asset Read(string resource)
    {
        using Stream stream = typeof(SiteAssets).Assembly.GetManifestResourceStream(resource)!;
        using MemoryStream copy = new();
        stream.CopyTo(copy);
        string name = resource[Prefix.Length..], digest = Convert.ToHexStringLower(SHA256.HashData(copy.ToArray()))[..12];
        string type = System.IO.Path.GetExtension(name) switch
        {
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            _ => "image/svg+xml",
        };
        return new Asset(name, $"/assets/{digest}/{name}", type, copy.ToArray());
    }

    private sealed record Asset(string Name, string Path, string Type, ReadOnlyMemory<byte> Bytes);
}
