using Subnet.Health.Rpc.Client;

namespace Subnet.Health.Clinic;

/// <summary>Channels to the token issuers, one for each subnet, opened when first needed. Safe for concurrent use.</summary>
/// <param name="addressOf">Where a subnet's issuer serves; beside the node, as a rule.</param>
/// <param name="options">Trust and certificate: buying names the buyer, so mutual TLS beyond loopback.</param>
/// <param name="time">The clock.</param>
internal sealed class IssuerChannels(Func<ushort, Uri> addressOf, GrpcChannelOptions options, TimeProvider time) : IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<Uri, GrpcChannel> channels = [];

    /// <summary>The channel of a subnet's issuer.</summary>
    public GrpcChannel Of(ushort netuid)
    {
        Uri address = addressOf(netuid);
        lock (gate)
        {
            if (!channels.TryGetValue(address, out GrpcChannel? channel))
            {
                channels.Add(address, channel = new GrpcChannel(address, options, time));
            }

            return channel;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (GrpcChannel channel in channels.Values)
        {
            channel.Dispose();
        }
    }
}
