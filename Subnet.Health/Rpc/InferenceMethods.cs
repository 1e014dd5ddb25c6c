using Subnet.Health.Rpc.InferenceV1;

namespace Subnet.Health.Rpc;

/// <summary>The methods of <c>subnet.v1.Inference</c>.</summary>
internal static class InferenceMethods
{
    /// <summary><c>Models</c>.</summary>
    public static GrpcMethod<ModelsRequest, ModelsReply> Models { get; } = new(Service, nameof(Models));

    /// <summary><c>Query</c>.</summary>
    public static GrpcMethod<QueryRequest, QueryReply> Query { get; } = new(Service, nameof(Query));

    private static Google.Protobuf.Reflection.ServiceDescriptor Service => InferenceReflection.Descriptor.Services.Single();
}
