using Google.Protobuf;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Server;
using Subnet.Health.Rpc.TokensV1;

namespace Subnet.Health.Issuer;

/// <summary>Puts the issuers of one or several subnets on a gRPC server; each call goes to the issuer of the subnet that it names.</summary>
internal static class TokensEndpoint
{
    // A lot of 256 requests of 259 bytes is 66 kB.
    private const int LargestRequestBytes = 128 * 1024;

    /// <summary>Adds the methods of <c>subnet.v1.Tokens</c>; none where there is no issuer.</summary>
    public static void AddTo(GrpcServices services, IReadOnlyList<TokenIssuerService> issuers)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(issuers);
        if (issuers.Count == 0)
        {
            return;
        }

        Dictionary<ushort, TokenIssuerService> all = issuers.ToDictionary(issuer => issuer.Netuid);
        GrpcLimits limits = GrpcLimits.Default with { MessageBytes = LargestRequestBytes };
        services
            .Unary(TokensMethods.Keys, (request, call) => Of(all, request.Netuid).KeysAsync(request, call.CancellationToken), limits)
            .Unary(TokensMethods.Buy, (request, call) => Of(all, SubnetOf(request)).BuyAsync(request, call.CancellationToken), limits);
    }

    private static TokenIssuerService Of(Dictionary<ushort, TokenIssuerService> issuers, uint netuid) =>
        netuid <= ushort.MaxValue && issuers.TryGetValue((ushort)netuid, out TokenIssuerService? issuer)
            ? issuer
            : throw new GrpcException(GrpcStatusCode.NotFound, $"No tokens of subnet {netuid} are issued here.");

    private static uint SubnetOf(BuyRequest request)
    {
        try
        {
            return BuyLot.Parser.ParseFrom(request.Lot).Netuid;
        }
        catch (InvalidProtocolBufferException)
        {
            throw new GrpcException(GrpcStatusCode.InvalidArgument, "The lot is not a BuyLot message.");
        }
    }
}
