using Google.Protobuf;
using Google.Protobuf.Reflection;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Subnet.Health.Rpc;

/// <summary>A method of a service, as its .proto file declares it.</summary>
/// <typeparam name="TRequest">The message the client sends.</typeparam>
/// <typeparam name="TResponse">The message the server sends.</typeparam>
internal sealed class GrpcMethod<TRequest, TResponse>
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>
{
    /// <summary>The method <paramref name="name"/> of <paramref name="service"/>.</summary>
    /// <exception cref="ArgumentException">There is none of that name with these messages: the code and the .proto file disagree.</exception>
    public GrpcMethod(ServiceDescriptor service, string name)
    {
        ArgumentNullException.ThrowIfNull(service);
        MethodDescriptor method = service.FindMethodByName(name)
            ?? throw new ArgumentException($"{service.FullName} has no method '{name}'", nameof(name));
        if (method.InputType.ClrType != typeof(TRequest) || method.OutputType.ClrType != typeof(TResponse))
        {
            throw new ArgumentException($"{method.FullName} takes {method.InputType.Name} and answers {method.OutputType.Name}", nameof(name));
        }

        Path = $"/{service.FullName}/{name}";
        Kind = (method.IsClientStreaming, method.IsServerStreaming) switch
        {
            (false, false) => GrpcMethodKind.Unary,
            (false, true) => GrpcMethodKind.ServerStreaming,
            (true, false) => GrpcMethodKind.ClientStreaming,
            (true, true) => GrpcMethodKind.DuplexStreaming,
        };
        RequestParser = (MessageParser<TRequest>)method.InputType.Parser;
        ResponseParser = (MessageParser<TResponse>)method.OutputType.Parser;
    }

    /// <summary><c>/package.Service/Method</c>.</summary>
    public string Path { get; }

    /// <summary>Which sides stream.</summary>
    public GrpcMethodKind Kind { get; }

    /// <summary>Reads the client's messages.</summary>
    public MessageParser<TRequest> RequestParser { get; }

    /// <summary>Reads the server's messages.</summary>
    public MessageParser<TResponse> ResponseParser { get; }
}
