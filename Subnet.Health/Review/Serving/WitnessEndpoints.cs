using System.Security.Cryptography;
using System.Text;
using Subnet.Crypto.Transparency.Witnessing;

namespace Subnet.Health.Review.Serving;

/// <summary>Serves a witness: <c>POST /add-checkpoint</c> and <c>GET /HEX/checkpoint</c> with HEX the hash of the origin (C2SP tlog-witness).</summary>
internal static class WitnessEndpoints
{
    /// <summary>Adds the endpoints.</summary>
    /// <param name="routes">The application.</param>
    /// <param name="witness">The witness.</param>
    /// <param name="origins">The origins it knows.</param>
    public static void Map(IEndpointRouteBuilder routes, Witness witness, IEnumerable<string> origins)
    {
        Dictionary<string, string> byHash = origins.Distinct().ToDictionary(origin => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(origin))));
        routes.MapPost("/add-checkpoint", context => AddAsync(context, witness));
        routes.MapGet("/{hash}/checkpoint", async (HttpContext context, string hash) =>
        {
            string? note = byHash.TryGetValue(hash, out string? origin) ? witness.Latest(origin) : null;
            context.Response.StatusCode = note is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK;
            context.Response.ContentType = "text/plain; charset=utf-8";
            await context.Response.WriteAsync(note ?? "no checkpoint of that origin\n", context.RequestAborted).ConfigureAwait(false);
        });
    }

    private static async Task AddAsync(HttpContext context, Witness witness)
    {
        byte[] body = new byte[AddCheckpointRequest.MaximumBytes + 1];
        int length = await context.Request.Body.ReadAtLeastAsync(body, body.Length, false, context.RequestAborted).ConfigureAwait(false);
        WitnessAnswer answer = witness.AddCheckpoint(body.AsSpan(0, length));
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = answer.ContentType;
        await context.Response.WriteAsync(answer.Body, context.RequestAborted).ConfigureAwait(false);
    }
}
