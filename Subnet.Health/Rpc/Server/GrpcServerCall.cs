using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Microsoft.AspNetCore.Http.Features;

namespace Subnet.Health.Rpc.Server;

/// <summary>
/// One call as a handler sees it: metadata, deadline, peer, and the two streams of messages. Reading and writing may go
/// on at the same time; each side by one at a time.
/// </summary>
internal sealed class GrpcServerCall : IDisposable
{
    private const int ResetCancel = 8;

    private readonly HttpContext http;
    private readonly GrpcServerOptions options;
    private readonly TimeProvider clock;
    private readonly GrpcMessageReader reader;
    private readonly MessageCoding? responseCoding;
    private readonly CancellationTokenSource cancellation;
    private readonly SemaphoreSlim output = new(1, 1);
    private readonly DeadlineTimer? deadline;
    private readonly TaskCompletionSource deadlinePassed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool finished;
    private bool codingAnnounced;

    internal GrpcServerCall(
        HttpContext http, GrpcEndpoint endpoint, GrpcServerOptions options, TimeProvider clock, GrpcMetadata headers, MessageCoding? requestCoding, TimeSpan? timeout)
    {
        this.http = http;
        this.options = options;
        this.clock = clock;
        RequestHeaders = headers;
        reader = new GrpcMessageReader(http.Request.BodyReader, requestCoding, endpoint.Limits);
        responseCoding = MessageCoding.Gzip.IsIn(http.Request.Headers[GrpcHeaders.AcceptEncoding]) ? MessageCoding.Gzip : null;
        cancellation = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        deadline = timeout is null ? null : new DeadlineTimer(clock, timeout.Value, () => deadlinePassed.TrySetResult());
    }

    /// <summary>What the client sent along.</summary>
    public GrpcMetadata RequestHeaders { get; }

    /// <summary>What goes back with the status.</summary>
    public GrpcMetadata ResponseTrailers { get; } = new();

    /// <summary>Cancelled when the client goes away or the deadline passes. A handler passes it on to all it awaits.</summary>
    public CancellationToken CancellationToken => cancellation.Token;

    /// <summary>Time until the deadline; null when the client waits for ever.</summary>
    public TimeSpan? TimeLeft => deadline?.Remaining;

    /// <summary>The certificate of the peer; null without mutual authentication.</summary>
    public X509Certificate2? ClientCertificate => http.Connection.ClientCertificate;

    /// <summary>A word for the connection, for logs and for limits per connection.</summary>
    public string ConnectionId => http.Connection.Id;

    /// <summary>Whether the request read last was compressed.</summary>
    public bool RequestWasCompressed => reader.LastWasCompressed;

    /// <summary>
    /// Whether the next responses are compressed, if the client accepts it. The first must be, for any to be: the coding is
    /// announced with the headers. Leave it off for ciphertexts and beside secrets.
    /// </summary>
    public bool CompressResponses { get; set; }

    /// <summary>Ends when the deadline passed; never without one.</summary>
    internal Task DeadlinePassed => deadlinePassed.Task;

    /// <summary>Sends the initial metadata now. The first message does it otherwise, without metadata.</summary>
    /// <exception cref="InvalidOperationException">The headers have left already.</exception>
    public async Task SendHeadersAsync(GrpcMetadata headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        await output.WaitAsync(CancellationToken).ConfigureAwait(false);
        try
        {
            ThrowIfFinished();
            if (http.Response.HasStarted)
            {
                throw new InvalidOperationException("the headers have left already");
            }

            foreach (GrpcMetadataEntry entry in headers)
            {
                http.Response.Headers.Append(entry.Name, entry.WireValue);
            }

            await StartAsync().ConfigureAwait(false);
        }
        finally
        {
            output.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        reader.Release();
        deadline?.Dispose();
        cancellation.Dispose();
        output.Dispose();
    }

    internal ValueTask<T> ReadSingleAsync<T>(MessageParser<T> parser)
        where T : class, IMessage<T> => reader.ReadSingleAsync(parser, CancellationToken);

    internal async IAsyncEnumerable<T> ReadAllAsync<T>(MessageParser<T> parser, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        where T : class, IMessage<T>
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, CancellationToken);
        while (await reader.ReadAsync(parser, either.Token).ConfigureAwait(false) is { } message)
        {
            yield return message;
        }
    }

    /// <summary>Sends a message of a stream.</summary>
    internal Task WriteAsync(IMessage message) => WriteAsync(message, flush: true);

    /// <summary>Sends the only message; the trailers push it out.</summary>
    internal Task WriteLastAsync(IMessage message) => WriteAsync(message, flush: false);

    /// <summary>
    /// Ends the call with a status, once: in trailers, or in the headers when nothing has left. The stream is reset after
    /// them while the client still sends: left alone it would go on sending what nobody reads.
    /// <paramref name="cancel"/> stops a handler that still runs.
    /// </summary>
    internal async Task FinishAsync(GrpcStatus status, bool cancel)
    {
        // A writer that waits for a slow reader holds the output; cancelling lets it go.
        if (cancel)
        {
            await cancellation.CancelAsync().ConfigureAwait(false);
        }

        await output.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (finished)
            {
                return;
            }

            finished = true;
            if (http.RequestAborted.IsCancellationRequested)
            {
                return;
            }

            // A client that is told of the end in the middle of a message stops sending and leaves its rest in its queue. Node keeps counting that rest against
            // the memory of the connection (10 MB) and refuses every later call on it by itself, so the rest of a refused message is taken first.
            if (!cancel && reader.RefusedBytes > 0)
            {
                await DrainAsync(Math.Min(reader.RefusedBytes, options.MaxDrainBytes)).ConfigureAwait(false);
            }

            WriteStatus(status);
            if (cancel || !reader.ReachedEnd)
            {
                await CompleteOrTimeOutAsync().ConfigureAwait(false);
                if (cancel || !await DrainAsync(options.MaxDrainBytes).ConfigureAwait(false))
                {
                    http.Features.Get<IHttpResetFeature>()?.Reset(ResetCancel);
                }
            }
        }
        finally
        {
            output.Release();
        }
    }

    private void WriteStatus(GrpcStatus status)
    {
        IHeaderDictionary target = http.Response.HasStarted
            ? http.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers
            : http.Response.Headers;
        target[GrpcHeaders.Status] = ((int)status.Code).ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (status.Message.Length > 0)
        {
            target[GrpcHeaders.Message] = PercentEncoding.Encode(status.Message);
        }

        foreach (GrpcMetadataEntry entry in ResponseTrailers)
        {
            target.Append(entry.Name, entry.WireValue);
        }
    }

    // Trailers queue behind data the peer has not taken; one that never reads must not hold the call.
    private async Task CompleteOrTimeOutAsync()
    {
        Task complete = http.Response.CompleteAsync();
        await Task.WhenAny(complete, Task.Delay(options.TrailerGrace, clock)).ConfigureAwait(false);
    }

    // A client in the middle of a large upload learns the status only if its stream is not reset under it. So what it
    // still sends is thrown away, for a while.
    private async Task<bool> DrainAsync(long bytes)
    {
        using CancellationTokenSource enough = new(options.TrailerGrace, clock);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(enough.Token, http.RequestAborted);
        try
        {
            await reader.DrainAsync(bytes, either.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            return http.RequestAborted.IsCancellationRequested;
        }

        return reader.ReachedEnd;
    }

    private async Task WriteAsync(IMessage message, bool flush)
    {
        await output.WaitAsync(CancellationToken).ConfigureAwait(false);
        try
        {
            ThrowIfFinished();
            if (!http.Response.HasStarted)
            {
                await StartAsync().ConfigureAwait(false);
            }

            MessageCoding? coding = CompressResponses && codingAnnounced ? responseCoding : null;
            GrpcFrame.Write(http.Response.BodyWriter, message, coding, options.MaxSendMessageBytes);
            if (flush)
            {
                await http.Response.BodyWriter.FlushAsync(CancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            output.Release();
        }
    }

    private async Task StartAsync()
    {
        if (CompressResponses && responseCoding is not null)
        {
            http.Response.Headers[GrpcHeaders.Encoding] = responseCoding.Name;
            codingAnnounced = true;
        }

        http.Response.Headers[GrpcHeaders.AcceptEncoding] = MessageCoding.Accepted;
        await http.Response.StartAsync(CancellationToken).ConfigureAwait(false);
    }

    private void ThrowIfFinished()
    {
        if (finished)
        {
            throw new OperationCanceledException("the call has ended", CancellationToken);
        }
    }
}
