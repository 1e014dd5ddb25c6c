using System.Text;
using Google.Protobuf;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Crypto.Transparency.Witnessing;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.TransparencyV1;

namespace Subnet.Health.Review.Logs;

/// <summary>A witness behind <c>subnet.v1.Transparency</c>, such as a validator.</summary>
/// <param name="channel">The way to it; stays the caller's.</param>
/// <param name="key">The key that it is known by.</param>
internal sealed class GrpcWitness(GrpcChannel channel, VerifierKey key) : IWitnessClient
{
    /// <inheritdoc/>
    public VerifierKey Key => key;

    /// <inheritdoc/>
    public async Task<WitnessAnswer> AddCheckpointAsync(string body, CancellationToken cancellationToken)
    {
        try
        {
            AddCheckpointReply reply = await channel.UnaryAsync(
                TransparencyMethods.AddCheckpoint, new() { Body = ByteString.CopyFromUtf8(body) }, GrpcCallOptions.None, cancellationToken).ConfigureAwait(false);
            return new WitnessAnswer((int)reply.Status, Encoding.UTF8.GetString(reply.Body.Span), reply.ContentType);
        }
        catch (GrpcException failed)
        {
            throw new IOException($"the witness {key.Name} cannot be asked: {failed.Message}", failed);
        }
    }
}
