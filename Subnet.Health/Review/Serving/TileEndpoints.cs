using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Crypto.Transparency.Tiles;

namespace Subnet.Health.Review.Serving;

/// <summary>
/// Serves a log's files on the paths of C2SP tlog-tiles: checkpoint and hash tiles to everyone, entry bundles only to reviewers, each such
/// reading recorded first. GET and HEAD; a tile's path is parsed and written again before it touches the disk.
/// </summary>
internal static class TileEndpoints
{
    private const string Immutable = "public, max-age=31536000, immutable";
    private const string ImmutableEntries = "private, max-age=31536000, immutable";
    private const string Bytes = "application/octet-stream";

    /// <summary>Adds the endpoints.</summary>
    /// <param name="routes">The application.</param>
    /// <param name="log">The log.</param>
    /// <param name="access">Who may read entries; null if nobody may.</param>
    public static void Map(IEndpointRouteBuilder routes, ServedLog log, ReviewerAccess? access)
    {
        string[] methods = [HttpMethods.Get, HttpMethods.Head];
        routes.MapMethods("/checkpoint", methods, context => AnswerAsync(context, log.Checkpoint(), "text/plain; charset=utf-8", "max-age=2"));
        routes.MapMethods("/tile/{**rest}", methods, context => TileAsync(context, log, access));
    }

    /// <summary>Entries under a checkpoint note; 0 where there is none.</summary>
    public static long SizeOf(byte[]? note) => note is null ? 0 : Checkpoint.Parse(SignedNote.Parse(note).Text).Size;

    private static async Task TileAsync(HttpContext context, ServedLog log, ReviewerAccess? access)
    {
        if (!TileId.TryParse($"tile/{context.GetRouteValue("rest")}", out TileId tile))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        bool isEntries = tile.Level == TileId.EntriesLevel;
        if (isEntries && (access is null
            || !await access.MayReadAsync(context.Request.Headers.Authorization.ToString(), tile, SizeOf(log.Checkpoint())).ConfigureAwait(false)))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return;
        }

        await AnswerAsync(context, log.Read(tile), Bytes, isEntries ? ImmutableEntries : Immutable).ConfigureAwait(false);
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
}
