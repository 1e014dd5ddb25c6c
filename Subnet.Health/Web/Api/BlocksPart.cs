using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Subnet.Health.Node;
using Subnet.Health.Web.Hosting;

namespace Subnet.Health.Web.Api;

/// <summary>
/// <c>/api/v1/blocks/events</c>: new blocks as server-sent events, id the height, data the block's document. A reader that comes back with
/// <c>Last-Event-ID</c> goes on where it was, at most <see cref="MaxCatchUp"/> blocks back.
/// </summary>
/// <param name="ledger">The ledger.</param>
/// <param name="document">Makes a block's document.</param>
/// <param name="format">Writes it.</param>
internal sealed class BlocksPart(ILedgerClient ledger, Func<LedgerBlock, object> document, IApiDocuments format) : IHttpPart
{
    /// <summary>Streams at one time; each holds a connection.</summary>
    public const int MaxStreams = 64;

    /// <summary>How many blocks a reader that was away is told of.</summary>
    public const int MaxCatchUp = 1_000;

    // A proxy or a browser drops a connection on which nothing comes for long.
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private int streams;

    /// <inheritdoc/>
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet(ApiPart.Prefix + "/blocks/events", StreamAsync);

    private async Task StreamAsync(HttpContext http)
    {
        try
        {
            if (Interlocked.Increment(ref streams) > MaxStreams)
            {
                http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return;
            }

            ulong from = await FirstAsync(http).ConfigureAwait(false);
            http.Response.ContentType = "text/event-stream";
            await http.Response.WriteAsync("retry: 2000\n\n", http.RequestAborted).ConfigureAwait(false);
            await SendAsync(http, from).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The reader went away, which is how a stream ends.
            return;
        }
        finally
        {
            Interlocked.Decrement(ref streams);
        }
    }

    private async Task<ulong> FirstAsync(HttpContext http)
    {
        ulong newest = (await ledger.GetTipAsync(http.RequestAborted).ConfigureAwait(false)).Height;
        ulong oldest = newest > MaxCatchUp ? newest - MaxCatchUp : 0;
        string? last = http.Request.Headers["Last-Event-ID"];
        return ulong.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seen) && seen <= newest
            ? Math.Max(seen, oldest) + 1
            : newest + 1;
    }

    private async Task SendAsync(HttpContext http, ulong from)
    {
        TimeProvider clock = http.RequestServices.GetRequiredService<TimeProvider>();
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(
            http.RequestAborted, http.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        Channel<string> lines = Channel.CreateBounded<string>(4);
        Task reading = ReadAsync(lines.Writer, from, ended.Token);
        try
        {
            while (true)
            {
                Task<bool> next = lines.Reader.WaitToReadAsync(ended.Token).AsTask();
                while (await Task.WhenAny(next, Task.Delay(Heartbeat, clock, ended.Token)).ConfigureAwait(false) != next)
                {
                    ended.Token.ThrowIfCancellationRequested();
                    await WriteAsync(http, ": still here\n\n", ended.Token).ConfigureAwait(false);
                }

                if (!await next.ConfigureAwait(false))
                {
                    return;
                }

                while (lines.Reader.TryRead(out string? line))
                {
                    await WriteAsync(http, line, ended.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            return;
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReadAsync(ChannelWriter<string> lines, ulong from, CancellationToken stop)
    {
        try
        {
            await foreach (LedgerBlock block in ledger.FollowAsync(from, stop).ConfigureAwait(false))
            {
                string data = Encoding.UTF8.GetString(format.Write(document(block)));
                await lines.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"id: {block.Height}\nevent: block\ndata: {data}\n\n"), stop).ConfigureAwait(false);
            }
        }
        finally
        {
            lines.TryComplete();
        }
    }

    private static async Task WriteAsync(HttpContext http, string text, CancellationToken stop)
    {
        await http.Response.WriteAsync(text, stop).ConfigureAwait(false);
        await http.Response.Body.FlushAsync(stop).ConfigureAwait(false);
    }
}
