namespace Subnet.Health.Rpc.Server;

/// <summary>What answers at one path.</summary>
/// <param name="Kind">Which sides stream.</param>
/// <param name="Limits">How much a call may bring.</param>
/// <param name="Run">Reads, works and writes; the status is set by whoever calls it.</param>
internal sealed record GrpcEndpoint(GrpcMethodKind Kind, GrpcLimits Limits, Func<GrpcServerCall, Task> Run)
{
    /// <summary>Whether the client may send for as long as it likes.</summary>
    public bool ClientStreams => Kind is GrpcMethodKind.ClientStreaming or GrpcMethodKind.DuplexStreaming;
}
