using Subnet.Health.Rpc.LedgerV1;

namespace Subnet.Health.Rpc;

/// <summary>The methods of <c>subnet.v1.Ledger</c>.</summary>
internal static class LedgerMethods
{
    /// <summary>The service's name for the health check.</summary>
    public const string ServiceName = "subnet.v1.Ledger";

    public static GrpcMethod<GetGenesisRequest, GetGenesisReply> GetGenesis { get; } = new(Service, nameof(GetGenesis));

    public static GrpcMethod<GetTipRequest, GetTipReply> GetTip { get; } = new(Service, nameof(GetTip));

    public static GrpcMethod<GetSnapshotRequest, SnapshotPart> GetSnapshot { get; } = new(Service, nameof(GetSnapshot));

    public static GrpcMethod<BlocksRequest, LedgerBlock> Blocks { get; } = new(Service, nameof(Blocks));

    public static GrpcMethod<SubmitRequest, SubmitReply> Submit { get; } = new(Service, nameof(Submit));

    public static GrpcMethod<EventsRequest, LedgerEvents> Events { get; } = new(Service, nameof(Events));

    public static GrpcMethod<GetEpochRequest, GetEpochReply> GetEpoch { get; } = new(Service, nameof(GetEpoch));

    public static GrpcMethod<GetAccountRequest, GetAccountReply> GetAccount { get; } = new(Service, nameof(GetAccount));

    public static GrpcMethod<GetSubnetsRequest, GetSubnetsReply> GetSubnets { get; } = new(Service, nameof(GetSubnets));

    public static GrpcMethod<GetMetagraphRequest, GetMetagraphReply> GetMetagraph { get; } = new(Service, nameof(GetMetagraph));

    public static GrpcMethod<GetModelsRequest, GetModelsReply> GetModels { get; } = new(Service, nameof(GetModels));

    public static GrpcMethod<GetIssuerKeysRequest, GetIssuerKeysReply> GetIssuerKeys { get; } = new(Service, nameof(GetIssuerKeys));

    public static GrpcMethod<GetAnchorsRequest, GetAnchorsReply> GetAnchors { get; } = new(Service, nameof(GetAnchors));

    private static Google.Protobuf.Reflection.ServiceDescriptor Service => LedgerReflection.Descriptor.Services.Single();
}
