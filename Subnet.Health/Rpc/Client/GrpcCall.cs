using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;

namespace Subnet.Health.Rpc.Client;

/// <summary>
/// A call in progress. Writing and reading may go on at the same time, each by one at a time. Disposing it before its
/// end cancels it at the server.
/// </summary>
internal sealed class GrpcCall<TRequest, TResponse> : IAsyncDisposable
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>
{
    private const int ReadBufferBytes = 64 * 1024;
    private const string UserAgent = "grpc-csharp-subnet/1";

    private readonly GrpcMethod<TRequest, TResponse> method;
    private readonly GrpcLimits limits;
    private readonly int maxSendBytes;
    private readonly MessageCoding? requestCoding;
    private readonly CancellationToken callerToken;
    private readonly CancellationTokenSource cancellation;
    private readonly DeadlineTimer? deadline;
    private readonly HttpMessageInvoker? own;
    private readonly HttpRequestMessage request;
    private readonly StreamingContent? upload;
    private readonly Task<HttpResponseMessage> sending;
    private GrpcMessageReader? reader;

    private GrpcCall(
        GrpcChannel channel, HttpMessageInvoker invoker, TimeProvider clock, GrpcMethod<TRequest, TResponse> method, TRequest? single, GrpcCallOptions options, CancellationToken callerToken)
    {
        this.method = method;
        this.callerToken = callerToken;
        own = channel.Options.OneCallPerConnection ? invoker : null;
        limits = options.Limits ?? channel.Options.Limits;
        maxSendBytes = channel.Options.MaxSendMessageBytes;
        requestCoding = options.Compress ? MessageCoding.Gzip : null;
        CompressRequests = options.Compress;
        upload = single is null ? new StreamingContent() : null;
        request = CreateRequest(channel, method.Path, options, requestCoding);
        request.Content = upload ?? (HttpContent)new FrameContent(single!, requestCoding, maxSendBytes);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(GrpcHeaders.ContentTypeValue);
        cancellation = CancellationTokenSource.CreateLinkedTokenSource(callerToken);
        if (options.Timeout is { } timeout)
        {
            deadline = new DeadlineTimer(clock, timeout, Cancel);
        }

        sending = invoker.SendAsync(request, cancellation.Token);
    }

    /// <summary>Whether the next requests are compressed; needs <see cref="GrpcCallOptions.Compress"/>, which announces the coding.</summary>
    public bool CompressRequests { get; set; }

    /// <summary>Whether the response read last was compressed.</summary>
    public bool ResponseWasCompressed => reader?.LastWasCompressed ?? false;

    /// <summary>How the call ended; null while it runs.</summary>
    public GrpcStatus? Status { get; private set; }

    /// <summary>The metadata that came with the status.</summary>
    public GrpcMetadata Trailers { get; private set; } = new();

    /// <summary>The initial metadata of the server.</summary>
    /// <exception cref="GrpcException">The call ended before it sent any.</exception>
    public async Task<GrpcMetadata> ReadHeadersAsync()
    {
        HttpResponseMessage response = await OpenAsync().ConfigureAwait(false);
        GrpcMetadata headers = new();
        Take(response.Headers, headers);
        return headers;
    }

    /// <summary>Sends a request of a stream. It ends when the transport took it: a slow server slows the writer down.</summary>
    /// <exception cref="GrpcException">The server takes no more; reading tells with which status it ended.</exception>
    public async Task WriteAsync(TRequest message)
    {
        if (upload is null)
        {
            throw new InvalidOperationException("the call has sent its only request");
        }

        ReadOnlyMemory<byte> frame = GrpcFrame.ToBytes(message, CompressRequests ? requestCoding : null, maxSendBytes);
        try
        {
            await Task.WhenAny(upload.Opened, sending).ConfigureAwait(false);
            if (!upload.Opened.IsCompleted)
            {
                throw new IOException("the call ended before its body was opened");
            }

            Stream stream = await upload.Opened.ConfigureAwait(false);
            await stream.WriteAsync(frame, cancellation.Token).ConfigureAwait(false);
            await stream.FlushAsync(cancellation.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsTransport(exception))
        {
            throw Failed(exception, "The server takes no more requests; reading tells why.");
        }
    }

    /// <summary>Says that no request follows.</summary>
    public void CompleteRequests() => upload?.Complete();

    /// <summary>The next response, or null after the last when the call ended with OK.</summary>
    /// <exception cref="GrpcException">The call ended with another status.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public async Task<TResponse?> ReadAsync()
    {
        if (Status is { } ended)
        {
            return ended.Code == GrpcStatusCode.Ok ? null : throw new GrpcException(ended, Trailers);
        }

        HttpResponseMessage response = await OpenAsync().ConfigureAwait(false);
        if (Status is null)
        {
            try
            {
                if (await reader!.ReadAsync(method.ResponseParser, cancellation.Token).ConfigureAwait(false) is { } message)
                {
                    return message;
                }

                Finish(response.TrailingHeaders, GrpcStatusCode.Unknown, "The server ended the call without a status.");
            }
            catch (GrpcException exception)
            {
                Status = exception.Status;
                Cancel();
                throw;
            }
            catch (Exception exception) when (IsTransport(exception))
            {
                throw Failed(exception, null);
            }
        }

        return Status!.Value.Code == GrpcStatusCode.Ok ? null : throw new GrpcException(Status.Value, Trailers);
    }

    /// <summary>The only response.</summary>
    /// <exception cref="GrpcException">Another status than OK; INTERNAL when OK came with no message or more than one.</exception>
    public async Task<TResponse> ReadSingleAsync()
    {
        TResponse? message = await ReadAsync().ConfigureAwait(false);
        bool second = message is not null && await ReadAsync().ConfigureAwait(false) is not null;
        return message is null || second
            ? throw new GrpcException(GrpcStatusCode.Internal, "The call needs exactly one response and the server sent none or more.")
            : message;
    }

    /// <summary>The responses, to the end.</summary>
    /// <inheritdoc cref="ReadAsync" path="/exception"/>
    public async IAsyncEnumerable<TResponse> ReadAllAsync()
    {
        while (await ReadAsync().ConfigureAwait(false) is { } message)
        {
            yield return message;
        }
    }

    /// <summary>Ends the call; at the server it is cancelled if it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Status is null)
        {
            Cancel();
        }

        upload?.Complete();
        try
        {
            HttpResponseMessage response = await sending.ConfigureAwait(false);
            response.Dispose();
        }
        catch (Exception exception) when (IsTransport(exception))
        {
            // Whoever read the call has had this as its status; who did not does not want it.
            Status ??= TransportErrors.ToStatus(exception);
        }

        deadline?.Dispose();
        request.Dispose();
        own?.Dispose();
        cancellation.Dispose();
    }

    internal static GrpcCall<TRequest, TResponse> StartSingle(
        GrpcChannel channel, HttpMessageInvoker invoker, TimeProvider clock, GrpcMethod<TRequest, TResponse> method, TRequest request, GrpcCallOptions options, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(request);
        return method.Kind is GrpcMethodKind.Unary or GrpcMethodKind.ServerStreaming
            ? new(channel, invoker, clock, method, request, options, token)
            : throw new ArgumentException($"{method.Path} takes a stream of requests", nameof(method));
    }

    internal static GrpcCall<TRequest, TResponse> StartStreaming(
        GrpcChannel channel, HttpMessageInvoker invoker, TimeProvider clock, GrpcMethod<TRequest, TResponse> method, GrpcCallOptions options, CancellationToken token) =>
        method.Kind is GrpcMethodKind.ClientStreaming or GrpcMethodKind.DuplexStreaming
            ? new(channel, invoker, clock, method, null, options, token)
            : throw new ArgumentException($"{method.Path} takes one request", nameof(method));

    private static HttpRequestMessage CreateRequest(GrpcChannel channel, string path, GrpcCallOptions options, MessageCoding? coding)
    {
        HttpRequestMessage request = new(HttpMethod.Post, new Uri(channel.Address, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        HttpRequestHeaders headers = request.Headers;
        headers.TryAddWithoutValidation(GrpcHeaders.Te, "trailers");
        headers.TryAddWithoutValidation("user-agent", UserAgent);
        headers.TryAddWithoutValidation(GrpcHeaders.AcceptEncoding, MessageCoding.Accepted);
        if (options.Timeout is { } timeout)
        {
            headers.TryAddWithoutValidation(GrpcHeaders.Timeout, GrpcTimeout.Format(timeout));
        }

        if (coding is not null)
        {
            headers.TryAddWithoutValidation(GrpcHeaders.Encoding, coding.Name);
        }

        foreach (GrpcMetadataEntry entry in options.Headers ?? [])
        {
            headers.TryAddWithoutValidation(entry.Name, entry.WireValue);
        }

        return request;
    }

    private static bool IsTransport(Exception exception) =>
        exception is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException;

    private static void Take(HttpHeaders from, GrpcMetadata to)
    {
        foreach ((string name, HeaderStringValues values) in from.NonValidated)
        {
            foreach (string value in values)
            {
                to.AddReceived(name, value);
            }
        }
    }

    private async Task<HttpResponseMessage> OpenAsync()
    {
        HttpResponseMessage response;
        try
        {
            response = await sending.ConfigureAwait(false);
            if (reader is not null || Status is not null)
            {
                return response;
            }

            Validate(response);
            if (Status is null)
            {
                Stream body = await response.Content.ReadAsStreamAsync(cancellation.Token).ConfigureAwait(false);
                MessageCoding.TryFind(Single(response.Headers, GrpcHeaders.Encoding), out MessageCoding? coding);
                reader = new GrpcMessageReader(PipeReader.Create(body, new StreamPipeReaderOptions(bufferSize: ReadBufferBytes)), coding, limits);
            }
        }
        catch (Exception exception) when (IsTransport(exception))
        {
            throw Failed(exception, null);
        }

        return response;
    }

    // The order matters: a status in the headers is the server's word and wins over every other fault.
    private void Validate(HttpResponseMessage response)
    {
        if (response.Headers.NonValidated.Contains(GrpcHeaders.Status))
        {
            Finish(response.Headers, GrpcStatusCode.Unknown, "");
        }
        else if (response.Version < HttpVersion.Version20)
        {
            Status = new GrpcStatus(GrpcStatusCode.Internal, $"The server answered in HTTP/{response.Version}.");
        }
        else if (response.StatusCode != HttpStatusCode.OK)
        {
            Status = new GrpcStatus(GrpcStatus.FromHttp((int)response.StatusCode), $"The server answered HTTP {(int)response.StatusCode}.");
        }
        else if (!GrpcHeaders.IsGrpc(Single(response.Content.Headers, GrpcHeaders.ContentType)))
        {
            Status = new GrpcStatus(GrpcStatusCode.Unknown, "The server answered with another content type than application/grpc.");
        }
    }

    private static string? Single(HttpHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out HeaderStringValues values) ? values.ToString() : null;

    private void Finish(HttpHeaders headers, GrpcStatusCode missing, string missingMessage)
    {
        string? code = Single(headers, GrpcHeaders.Status);
        GrpcMetadata trailers = new();
        try
        {
            Take(headers, trailers);
            Trailers = trailers;
        }
        catch (FormatException exception)
        {
            Status = new GrpcStatus(GrpcStatusCode.Internal, $"The server's trailers are malformed: {exception.Message}.");
            return;
        }

        Status = code is null
            ? new GrpcStatus(missing, missingMessage)
            : new GrpcStatus(GrpcStatus.ParseCode(code), PercentEncoding.Decode(Single(headers, GrpcHeaders.Message) ?? ""));
    }

    private void Cancel()
    {
        try
        {
            cancellation.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The deadline fired while the call was being disposed: there is nothing left to cancel.
            return;
        }
    }

    // What ended the call, in the order of who is to blame: the caller, the deadline, the transport.
    private Exception Failed(Exception exception, string? whileWriting)
    {
        if (callerToken.IsCancellationRequested)
        {
            Status = new GrpcStatus(GrpcStatusCode.Cancelled, "The caller cancelled.");
            return new OperationCanceledException("the caller cancelled the call", exception, callerToken);
        }

        if (deadline is { HasExpired: true })
        {
            Status = new GrpcStatus(GrpcStatusCode.DeadlineExceeded, "The deadline passed.");
            return new GrpcException(Status.Value, inner: exception);
        }

        if (whileWriting is not null)
        {
            return new GrpcException(new GrpcStatus(GrpcStatusCode.Unavailable, whileWriting), inner: exception);
        }

        Status ??= TransportErrors.ToStatus(exception);
        return new GrpcException(Status.Value, inner: exception)
        {
            IsRefused = TransportErrors.IsRefused(exception),
            IsUnconnected = TransportErrors.IsConnectFailure(exception),
        };
    }
}
