using Subnet.Health.Rpc.ScoringV1;

namespace Subnet.Health.Rpc;

/// <summary>The methods of <c>subnet.v1.Scoring</c>.</summary>
internal static class ScoringMethods
{
    /// <summary><c>Window</c>.</summary>
    public static GrpcMethod<ScoringChunk, ScoringChunk> Window { get; } = new(Service, nameof(Window));

    /// <summary><c>Batch</c>.</summary>
    public static GrpcMethod<ScoringChunk, ScoringChunk> Batch { get; } = new(Service, nameof(Batch));

    /// <summary><c>Commit</c>.</summary>
    public static GrpcMethod<ScoringChunk, ScoringChunk> Commit { get; } = new(Service, nameof(Commit));

    /// <summary><c>Open</c>.</summary>
    public static GrpcMethod<ScoringChunk, ScoringChunk> Open { get; } = new(Service, nameof(Open));

    /// <summary><c>Aborts</c>.</summary>
    public static GrpcMethod<ScoringChunk, ScoringChunk> Aborts { get; } = new(Service, nameof(Aborts));

    private static Google.Protobuf.Reflection.ServiceDescriptor Service => ScoringReflection.Descriptor.Services.Single();
}
