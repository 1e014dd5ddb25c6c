using Subnet.Health.Rpc.Client;

namespace Subnet.Health.Validator;

/// <summary>Opens channels to other parties: in plain text on loopback, with the network's certificates elsewhere.</summary>
/// <param name="tls">Certificate and trust for addresses with https; null where the network is on loopback only.</param>
/// <param name="time">The clock of deadlines.</param>
internal sealed class PeerChannels(GrpcClientTls? tls, TimeProvider time)
{
    /// <summary>Opens a channel; the caller disposes of it.</summary>
    /// <param name="address">http for loopback, else https.</param>
    /// <param name="oneCall">A connection of its own, without client certificate: the way of queries, which must not be linked.</param>
    public GrpcChannel Open(Uri address, bool oneCall) => new(
        address,
        new GrpcChannelOptions { OneCallPerConnection = oneCall, Tls = address.Scheme == Uri.UriSchemeHttps ? ForCall(oneCall) : null },
        time);

    /// <summary>How channels are made that last and are the validator's own to name.</summary>
    public GrpcChannelOptions ForAll() => new() { Tls = tls };

    private GrpcClientTls? ForCall(bool oneCall) => oneCall && tls is not null ? tls with { Certificate = null } : tls;
}
