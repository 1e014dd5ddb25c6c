using Subnet.Health.Rpc.TokensV1;

namespace Subnet.Health.Rpc;

/// <summary>The methods of <c>subnet.v1.Tokens</c>.</summary>
internal static class TokensMethods
{
    /// <summary>What the envelope of a purchase names as its method.</summary>
    public const string BuyName = "subnet.v1.Tokens/Buy";

    /// <summary>The service's full name, as health checks name it.</summary>
    public static string ServiceName => Service.FullName;

    /// <summary><c>Keys</c>.</summary>
    public static GrpcMethod<KeysRequest, KeysReply> Keys { get; } = new(Service, nameof(Keys));

    /// <summary><c>Buy</c>.</summary>
    public static GrpcMethod<BuyRequest, BuyReply> Buy { get; } = new(Service, nameof(Buy));

    private static Google.Protobuf.Reflection.ServiceDescriptor Service => TokensReflection.Descriptor.Services.Single();
}
