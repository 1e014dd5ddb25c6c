using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Data.Sqlite;

namespace Subnet.Health.Rpc.Server;

/// <summary>
/// Turns an HTTP/2 request into a call and its outcome into a status. Whatever a handler does, exactly one status leaves;
/// the text of an exception never does.
/// </summary>
internal sealed partial class GrpcRequestHandler(
    GrpcServices services, GrpcServerOptions options, GrpcServerMetrics metrics, TimeProvider clock, ILogger<GrpcRequestHandler> logger)
{
    private const int NoSpace = 28;
    private const int NoSpaceOnWindows = unchecked((int)0x80070070);

    private int running;

    /// <summary>Answers one request.</summary>
    public async Task HandleAsync(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (RefuseAsHttp(http))
        {
            return;
        }

        http.Response.ContentType = GrpcHeaders.ContentTypeValue;
        GrpcEndpoint? endpoint = services.Find(http.Request.Path.Value ?? "");
        if (endpoint is null)
        {
            Refuse(http, GrpcStatusCode.Unimplemented, "No such method is served here.");
            return;
        }

        try
        {
            if (Interlocked.Increment(ref running) > options.MaxConcurrentCalls)
            {
                metrics.Refused(http.Request.Path.Value!, http.Connection.LocalPort);
                Refuse(http, GrpcStatusCode.ResourceExhausted, "The server has as many calls as it takes; try again later.");
                return;
            }

            LiftHostLimits(http, endpoint);
            using GrpcServerCall? call = Open(http, endpoint);
            if (call is not null)
            {
                await RunAsync(call, endpoint, http).ConfigureAwait(false);
            }
        }
        finally
        {
            Interlocked.Decrement(ref running);
        }
    }

    // What is not gRPC at all gets an answer in HTTP's own words.
    private static bool RefuseAsHttp(HttpContext http)
    {
        int? refusal = !HttpProtocol.IsHttp2(http.Request.Protocol) ? StatusCodes.Status426UpgradeRequired
            : !HttpMethods.IsPost(http.Request.Method) ? StatusCodes.Status405MethodNotAllowed
            : !GrpcHeaders.IsGrpc(http.Request.ContentType) ? StatusCodes.Status415UnsupportedMediaType
            : null;
        if (refusal is null)
        {
            return false;
        }

        http.Response.StatusCode = refusal.Value;
        if (refusal == StatusCodes.Status426UpgradeRequired)
        {
            http.Response.Headers.Upgrade = "h2";
        }
        else if (refusal == StatusCodes.Status405MethodNotAllowed)
        {
            http.Response.Headers.Allow = "POST";
        }

        return true;
    }

    private static void Refuse(HttpContext http, GrpcStatusCode code, string message)
    {
        http.Response.Headers[GrpcHeaders.Status] = ((int)code).ToString(System.Globalization.CultureInfo.InvariantCulture);
        http.Response.Headers[GrpcHeaders.Message] = PercentEncoding.Encode(message);
    }

    // The host's limit on a whole body knows nothing of messages: ours take its place. A stream may be silent for long,
    // a single message may not, so there the host's minimum rate stays.
    private static void LiftHostLimits(HttpContext http, GrpcEndpoint endpoint)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        if (endpoint.ClientStreams && http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }

    private GrpcServerCall? Open(HttpContext http, GrpcEndpoint endpoint)
    {
        IHeaderDictionary headers = http.Request.Headers;
        if (!MessageCoding.TryFind(headers[GrpcHeaders.Encoding], out MessageCoding? coding))
        {
            http.Response.Headers[GrpcHeaders.AcceptEncoding] = MessageCoding.Accepted;
            Refuse(http, GrpcStatusCode.Unimplemented, $"The request's grpc-encoding is not known; known are {MessageCoding.Accepted}.");
            return null;
        }

        TimeSpan? timeout = null;
        if (headers.TryGetValue(GrpcHeaders.Timeout, out Microsoft.Extensions.Primitives.StringValues text))
        {
            if (text.Count != 1 || !GrpcTimeout.TryParse(text[0], out TimeSpan parsed))
            {
                Refuse(http, GrpcStatusCode.Internal, "grpc-timeout is not one to eight digits and one of H M S m u n.");
                return null;
            }

            timeout = parsed;
        }

        GrpcMetadata metadata = new();
        try
        {
            foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in headers)
            {
                foreach (string? value in values)
                {
                    metadata.AddReceived(name, value ?? "");
                }
            }
        }
        catch (FormatException)
        {
            Refuse(http, GrpcStatusCode.Internal, "A metadata value whose name ends in -bin is not base64.");
            return null;
        }

        return new GrpcServerCall(http, endpoint, options, clock, metadata, coding, timeout);
    }

    private async Task RunAsync(GrpcServerCall call, GrpcEndpoint endpoint, HttpContext http)
    {
        string method = http.Request.Path.Value!;
        int port = http.Connection.LocalPort;
        long started = metrics.Begin(method, port);
        GrpcStatus status = new(GrpcStatusCode.Unknown, "");
        try
        {
            status = await RunToEndAsync(call, endpoint, http).ConfigureAwait(false);
        }
        finally
        {
            metrics.End(method, port, started, status.Code);
        }
    }

    private async Task<GrpcStatus> RunToEndAsync(GrpcServerCall call, GrpcEndpoint endpoint, HttpContext http)
    {
        Task<GrpcStatus> handler = RunHandlerAsync(call, endpoint, http);
        if (await Task.WhenAny(handler, call.DeadlinePassed).ConfigureAwait(false) != handler)
        {
            await call.FinishAsync(DeadlineExceeded, cancel: true).ConfigureAwait(false);
        }

        // The request's memory belongs to the handler until it returns, even when its status has left already.
        GrpcStatus status = await handler.ConfigureAwait(false);
        await call.FinishAsync(status, cancel: false).ConfigureAwait(false);
        return call.DeadlinePassed.IsCompleted ? DeadlineExceeded : status;
    }

    private static GrpcStatus DeadlineExceeded { get; } = new(GrpcStatusCode.DeadlineExceeded, "The deadline passed.");

    private async Task<GrpcStatus> RunHandlerAsync(GrpcServerCall call, GrpcEndpoint endpoint, HttpContext http)
    {
        try
        {
            await endpoint.Run(call).ConfigureAwait(false);
            return GrpcStatus.Ok;
        }
        catch (GrpcException exception)
        {
            foreach (GrpcMetadataEntry entry in exception.Trailers)
            {
                call.ResponseTrailers.AddReceived(entry.Name, entry.WireValue);
            }

            return exception.Status;
        }
        catch (OperationCanceledException) when (call.CancellationToken.IsCancellationRequested)
        {
            return call.DeadlinePassed.IsCompleted ? DeadlineExceeded : new GrpcStatus(GrpcStatusCode.Cancelled, "The call was cancelled.");
        }
        catch (Exception exception) when (http.RequestAborted.IsCancellationRequested && exception is IOException or BadHttpRequestException)
        {
            return new GrpcStatus(GrpcStatusCode.Cancelled, "The call was cancelled.");
        }
        catch (BadHttpRequestException)
        {
            return new GrpcStatus(GrpcStatusCode.Unavailable, "The request came too slowly or broke off.");
        }
        catch (Exception exception) when (exception is SqliteException or IOException { HResult: NoSpace or NoSpaceOnWindows })
        {
            // A full disk passes: nothing of the call was stored, and the same call may be made again or to another.
            LogHandlerFailed(logger, http.Request.Path, exception);
            return new GrpcStatus(GrpcStatusCode.Unavailable, "The server cannot write to its disk; nothing was stored, ask again later.");
        }
#pragma warning disable CA1031 // An exception that escaped would leave the peer without a status (HTTP 500); it is logged here.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogHandlerFailed(logger, http.Request.Path, exception);
            return new GrpcStatus(GrpcStatusCode.Unknown, "The server failed to answer; its log says why.");
        }
    }

    [LoggerMessage(EventId = 9001, Level = LogLevel.Error, Message = "The handler of {Path} failed")]
    private static partial void LogHandlerFailed(ILogger logger, string path, Exception exception);
}
