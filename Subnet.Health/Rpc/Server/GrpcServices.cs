using Google.Protobuf;

namespace Subnet.Health.Rpc.Server;

/// <summary>The methods a server answers, by path. Filled before the server starts and not changed after.</summary>
internal sealed class GrpcServices
{
    private readonly Dictionary<string, GrpcEndpoint> endpoints = new(StringComparer.Ordinal);

    /// <summary>The path of every method.</summary>
    public IReadOnlyCollection<string> Paths => endpoints.Keys;

    /// <summary>One request, one response.</summary>
    public GrpcServices Unary<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, Func<TRequest, GrpcServerCall, Task<TResponse>> handler, GrpcLimits? limits = null)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        Add(method, GrpcMethodKind.Unary, limits, async call =>
        {
            TRequest request = await call.ReadSingleAsync(method.RequestParser).ConfigureAwait(false);
            await call.WriteLastAsync(await handler(request, call).ConfigureAwait(false)).ConfigureAwait(false);
        });

    /// <summary>One request, a stream of responses.</summary>
    public GrpcServices ServerStreaming<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method,
        Func<TRequest, GrpcResponseWriter<TResponse>, GrpcServerCall, Task> handler,
        GrpcLimits? limits = null)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        Add(method, GrpcMethodKind.ServerStreaming, limits, async call =>
        {
            TRequest request = await call.ReadSingleAsync(method.RequestParser).ConfigureAwait(false);
            await handler(request, new GrpcResponseWriter<TResponse>(call), call).ConfigureAwait(false);
        });

    /// <summary>A stream of requests, one response.</summary>
    public GrpcServices ClientStreaming<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method,
        Func<IAsyncEnumerable<TRequest>, GrpcServerCall, Task<TResponse>> handler,
        GrpcLimits? limits = null)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        Add(method, GrpcMethodKind.ClientStreaming, limits, async call =>
            await call.WriteLastAsync(await handler(call.ReadAllAsync(method.RequestParser), call).ConfigureAwait(false)).ConfigureAwait(false));

    /// <summary>A stream each way, independent of each other.</summary>
    public GrpcServices Duplex<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method,
        Func<IAsyncEnumerable<TRequest>, GrpcResponseWriter<TResponse>, GrpcServerCall, Task> handler,
        GrpcLimits? limits = null)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        Add(method, GrpcMethodKind.DuplexStreaming, limits, call =>
            handler(call.ReadAllAsync(method.RequestParser), new GrpcResponseWriter<TResponse>(call), call));

    /// <summary>The endpoint at a path, or null.</summary>
    internal GrpcEndpoint? Find(string path) => endpoints.GetValueOrDefault(path);

    private GrpcServices Add<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, GrpcMethodKind kind, GrpcLimits? limits, Func<GrpcServerCall, Task> run)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        if (method.Kind != kind)
        {
            throw new ArgumentException($"{method.Path} is {method.Kind}, not {kind}", nameof(method));
        }

        endpoints.Add(method.Path, new GrpcEndpoint(kind, limits ?? GrpcLimits.Default, run));
        return this;
    }
}
