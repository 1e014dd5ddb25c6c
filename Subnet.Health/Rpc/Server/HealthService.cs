using System.Threading.Channels;
using Subnet.Health.Rpc.HealthV1;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;
using ServingStatus = Subnet.Health.Rpc.HealthV1.HealthCheckResponse.Types.ServingStatus;

namespace Subnet.Health.Rpc.Server;

/// <summary>The health service of gRPC: the state of each service, asked for once or watched. Safe for concurrent use.</summary>
internal sealed class HealthService
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, ServingStatus> states = new(StringComparer.Ordinal) { [""] = ServingStatus.Serving };
    private readonly HashSet<Watcher> watchers = [];

    /// <summary><c>grpc.health.v1.Health/Check</c>.</summary>
    public static GrpcMethod<HealthCheckRequest, HealthCheckResponse> CheckMethod { get; } = new(Service, "Check");

    /// <summary><c>grpc.health.v1.Health/Watch</c>.</summary>
    public static GrpcMethod<HealthCheckRequest, HealthCheckResponse> WatchMethod { get; } = new(Service, "Watch");

    private static ServiceDescriptor Service => HealthReflection.Descriptor.Services.Single();

    /// <summary>Sets the state of a service; the empty name is the server as a whole.</summary>
    public void Set(string service, bool serving)
    {
        ArgumentNullException.ThrowIfNull(service);
        ServingStatus state = serving ? ServingStatus.Serving : ServingStatus.NotServing;
        lock (gate)
        {
            states[service] = state;
            foreach (Watcher watcher in watchers.Where(watcher => watcher.Service == service))
            {
                watcher.States.Writer.TryWrite(state);
            }
        }
    }

    /// <summary>Adds both methods to a server.</summary>
    public void AddTo(GrpcServices services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.Unary(CheckMethod, CheckAsync).ServerStreaming(WatchMethod, WatchAsync);
    }

    private Task<HealthCheckResponse> CheckAsync(HealthCheckRequest request, GrpcServerCall call)
    {
        lock (gate)
        {
            return states.TryGetValue(request.Service, out ServingStatus state)
                ? Task.FromResult(new HealthCheckResponse { Status = state })
                : throw new GrpcException(GrpcStatusCode.NotFound, "No service of that name is registered.");
        }
    }

    private async Task WatchAsync(HealthCheckRequest request, GrpcResponseWriter<HealthCheckResponse> output, GrpcServerCall call)
    {
        Watcher watcher = new(request.Service);
        lock (gate)
        {
            watchers.Add(watcher);
            watcher.States.Writer.TryWrite(states.GetValueOrDefault(request.Service, ServingStatus.ServiceUnknown));
        }

        try
        {
            await foreach (ServingStatus state in watcher.States.Reader.ReadAllAsync(call.CancellationToken).ConfigureAwait(false))
            {
                await output.WriteAsync(new HealthCheckResponse { Status = state }).ConfigureAwait(false);
            }
        }
        finally
        {
            lock (gate)
            {
                watchers.Remove(watcher);
            }
        }
    }

    // A slow watcher sees the newest state, not every one between: one place is enough.
    private sealed class Watcher(string service)
    {
        public string Service { get; } = service;

        public Channel<ServingStatus> States { get; } =
            Channel.CreateBounded<ServingStatus>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
    }
}
