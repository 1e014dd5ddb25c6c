using Google.Protobuf;

namespace Subnet.Health.Rpc.Server;

/// <summary>The server's half of a stream. A write ends when the transport took it: a slow reader slows the writer down.</summary>
internal readonly struct GrpcResponseWriter<TResponse>(GrpcServerCall call)
    where TResponse : class, IMessage<TResponse>
{
    /// <summary>Sends a message.</summary>
    /// <exception cref="OperationCanceledException">The call was cancelled or its deadline passed.</exception>
    /// <exception cref="GrpcException">RESOURCE_EXHAUSTED: the message is beyond the server's own limit.</exception>
    public Task WriteAsync(TResponse message) => call.WriteAsync(message);
}
