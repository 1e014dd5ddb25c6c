using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Server;

namespace Subnet.Health.Miner;

/// <summary>Puts a miner's query service on a gRPC server.</summary>
internal static class InferenceEndpoint
{
    // The largest query (set k8192-150) is below 310 kB; its envelope adds a token and an event.
    private const int LargestRequestBytes = 512 * 1024;

    /// <summary>Adds the methods of <c>subnet.v1.Inference</c>.</summary>
    public static void AddTo(GrpcServices services, QueryService service)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(service);
        GrpcLimits limits = GrpcLimits.Default with { MessageBytes = LargestRequestBytes };
        services
            .Unary(InferenceMethods.Models, (_, _) => Task.FromResult(service.Models()))
            .Unary(InferenceMethods.Query, (request, call) => service.AnswerAsync(request, call.CancellationToken), limits);
    }
}
