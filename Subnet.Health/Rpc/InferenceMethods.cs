using Subnet.Health.Rpc.InferenceV1;

namespace Subnet.Health.Rpc;

/// <summary>The methods of <c>subnet.v1.Inference</c>.</summary>
internal static class InferenceMethods
{
    /// <summary>The service's full name, as health checks name it.</summary>
    public static string ServiceName => Service.FullName;

    /// <summary><c>Models</c>.</summary>
    public static GrpcMethod<ModelsRequest, ModelsReply> Models { get; } = new(Service, nameof(Models));

    /// <summary><c>Query</c>.</summary>
    public static GrpcMethod<QueryRequest, QueryReply> Query { get; } = new(Service, nameof(Query));

    /// <summary><c>Receipt</c>.</summary>
    public static GrpcMethod<ReceiptRequest, ReceiptReply> Receipt { get; } = new(Service, nameof(Receipt));

    /// <summary><c>KeyStatus</c>.</summary>
    public static GrpcMethod<KeyStatusRequest, KeyStatusReply> KeyStatus { get; } = new(Service, nameof(KeyStatus));

    /// <summary><c>PutKeys</c>.</summary>
    public static GrpcMethod<KeyChunk, KeyStatusReply> PutKeys { get; } = new(Service, nameof(PutKeys));

    /// <summary><c>Prove</c>.</summary>
    public static GrpcMethod<AuditOpen, ProveReply> Prove { get; } = new(Service, nameof(Prove));

    private static Google.Protobuf.Reflection.ServiceDescriptor Service => InferenceReflection.Descriptor.Services.Single();
}
