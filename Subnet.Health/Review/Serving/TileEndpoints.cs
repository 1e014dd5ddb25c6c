using System.Security.Cryptography;
using System.Text;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Crypto.Transparency.Tiles;

namespace Subnet.Health.Review.Serving;

/// <summary>
/// Serves a log's files on the paths of C2SP tlog-tiles: checkpoint and hash tiles to everyone, entry bundles only to readers who show the
/// token (compared in constant time). GET and HEAD; a tile's path is parsed and written again before it touches the disk.
/// </summary>
internal static class TileEndpoints
{
    private const string Immutable = "public, max-age=31536000, immutable";
    private const string Bytes = "application/octet-stream";

    /// <summary>Adds the endpoints.</summary>
    /// <param name="routes">The application.</param>
    /// <param name="files">The log's folder.</param>
    /// <param name="token">What a reviewer sends as bearer token to read entries; null if nobody may.</param>
    public static void Map(IEndpointRouteBuilder routes, ILogFiles files, string? token)
    {
        string[] methods = [HttpMethods.Get, HttpMethods.Head];
        routes.MapMethods("/checkpoint", methods, context => AnswerAsync(context, files.Read("checkpoint"), "text/plain; charset=utf-8", "max-age=2"));
        routes.MapMethods("/tile/{**rest}", methods, context => TileAsync(context, new FileTileSource(files), token));
    }

    private static Task TileAsync(HttpContext context, FileTileSource source, string? token)
    {
        if (!TileId.TryParse($"tile/{context.GetRouteValue("rest")}", out TileId tile))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        if (tile.Level == TileId.EntriesLevel && !IsAuthorised(context.Request, token))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return Task.CompletedTask;
        }

        byte[]? bytes = source.Read(tile);

        // A partial hash tile that was replaced by the full one is still served under its own name, as long as it is asked for.
        if (bytes is not null && !tile.IsFull && tile.Level != TileId.EntriesLevel && bytes.Length > tile.Width * 32)
        {
            bytes = bytes[..(tile.Width * 32)];
        }
        else if (bytes is not null && !tile.IsFull && tile.Level == TileId.EntriesLevel)
        {
            bytes = EntryBundle.Write(EntryBundle.ParsePrefix(bytes, tile.Width));
        }

        string cache = tile.Level == TileId.EntriesLevel ? "private, max-age=31536000, immutable" : Immutable;
        return AnswerAsync(context, bytes, Bytes, cache);
    }

    private static async Task AnswerAsync(HttpContext context, byte[]? bytes, string type, string cache)
    {
        if (bytes is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        context.Response.ContentType = type;
        context.Response.ContentLength = bytes.Length;
        context.Response.Headers.CacheControl = cache;
        if (HttpMethods.IsGet(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted).ConfigureAwait(false);
        }
    }

    private static bool IsAuthorised(HttpRequest request, string? token)
    {
        const string Scheme = "Bearer ";
        string given = request.Headers.Authorization.ToString();
        return token is not null && given.StartsWith(Scheme, StringComparison.Ordinal)
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given[Scheme.Length..])), SHA256.HashData(Encoding.UTF8.GetBytes(token)));
    }
}
