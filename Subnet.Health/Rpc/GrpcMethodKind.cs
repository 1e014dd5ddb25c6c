namespace Subnet.Health.Rpc;

/// <summary>Which sides of a call send a stream of messages instead of one.</summary>
internal enum GrpcMethodKind
{
    Unary,
    ServerStreaming,
    ClientStreaming,
    DuplexStreaming,
}
