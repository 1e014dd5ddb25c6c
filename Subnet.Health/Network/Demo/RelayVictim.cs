using Google.Protobuf;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Clinic;
using Subnet.Health.Network.Demo.Conduct;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.InferenceV1;
using Subnet.Health.Validator;

namespace Subnet.Health.Network.Demo;

/// <summary>The relay's way to the miner whose answers it sells: a client like any other, with tokens that it paid for.</summary>
internal sealed class RelayVictim(
    ReadOnlyMemory<byte> hotkey, ReadOnlyMemory<byte> cardHash, ushort netuid, Func<Uri> endpoint, Func<IAccessTokens> tokens, IRandomSource random, TimeProvider time)
    : IRelayVictim
{
    private const int EventBytes = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> CardHash => cardHash;

    /// <inheritdoc/>
    public async Task<byte[]?> AskAsync(byte[] query, int rows, CancellationToken cancellationToken)
    {
        if (await tokens().TakeAsync(netuid, hotkey, rows, cancellationToken).ConfigureAwait(false) is not { } token)
        {
            return null;
        }

        byte[] name = new byte[EventBytes];
        lock (gate)
        {
            random.Fill(name);
        }

        QueryRequest request = new() { Query = ByteString.CopyFrom(query), Event = ByteString.CopyFrom(name), Token = ByteString.CopyFrom(token) };
        using GrpcChannel channel = new(endpoint(), new GrpcChannelOptions { OneCallPerConnection = true }, time);
        try
        {
            QueryOutcome outcome = await new MinerClient(Patience, 1, time).SendAsync(channel, hotkey, cardHash, request, cancellationToken).ConfigureAwait(false);
            return outcome.Reply?.ToArray();
        }
        catch (GrpcException)
        {
            return null;
        }
    }
}
