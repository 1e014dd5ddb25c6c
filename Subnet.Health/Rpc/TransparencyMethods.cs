using Subnet.Health.Rpc.TransparencyV1;

namespace Subnet.Health.Rpc;

/// <summary>The methods of <c>subnet.v1.Transparency</c>.</summary>
internal static class TransparencyMethods
{
    /// <summary><c>Checkpoint</c>.</summary>
    public static GrpcMethod<CheckpointRequest, CheckpointReply> Checkpoint { get; } = new(Service, nameof(Checkpoint));

    /// <summary><c>Tile</c>.</summary>
    public static GrpcMethod<TileRequest, TileReply> Tile { get; } = new(Service, nameof(Tile));

    /// <summary><c>Inclusion</c>.</summary>
    public static GrpcMethod<InclusionRequest, ProofReply> Inclusion { get; } = new(Service, nameof(Inclusion));

    /// <summary><c>Consistency</c>.</summary>
    public static GrpcMethod<ConsistencyRequest, ProofReply> Consistency { get; } = new(Service, nameof(Consistency));

    /// <summary><c>AddCheckpoint</c>.</summary>
    public static GrpcMethod<AddCheckpointRequest, AddCheckpointReply> AddCheckpoint { get; } = new(Service, nameof(AddCheckpoint));

    /// <summary><c>Cosigned</c>.</summary>
    public static GrpcMethod<CosignedRequest, CheckpointReply> Cosigned { get; } = new(Service, nameof(Cosigned));

    private static Google.Protobuf.Reflection.ServiceDescriptor Service => TransparencyReflection.Descriptor.Services.Single();
}
