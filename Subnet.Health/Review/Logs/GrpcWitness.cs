using System.Text;
using Google.Protobuf;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Crypto.Transparency.Witnessing;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.TransparencyV1;
using AddCheckpointRequest = Subnet.Health.Rpc.TransparencyV1.AddCheckpointRequest;

namespace Subnet.Health.Review.Logs;

/// <summary>A witness behind <c>subnet.v1.Transparency</c>, such as a validator.</summary>
/// <param name="channel">The way to it; stays the caller's.</param>
/// <param name="key">The key that it is known by.</param>
/// <param name="added">The keys that the log was given since it began, asked with each checkpoint; null for none.</param>
internal sealed class GrpcWitness(GrpcChannel channel, VerifierKey key, Func<IReadOnlyList<AddedKey>>? added = null) : IWitnessClient
{
    /// <inheritdoc/>
    public VerifierKey Key => key;

    /// <inheritdoc/>
    public async Task<WitnessAnswer> AddCheckpointAsync(string body, CancellationToken cancellationToken)
    {
        AddCheckpointRequest request = new() { Body = ByteString.CopyFromUtf8(body) };
        request.Keys.AddRange((added?.Invoke() ?? []).Select(static each => new LogKey { Key = each.Key.ToString(), Signature = each.Signature }));
        try
        {
            AddCheckpointReply reply = await channel.UnaryAsync(TransparencyMethods.AddCheckpoint, request, GrpcCallOptions.None, cancellationToken).ConfigureAwait(false);
            return new WitnessAnswer((int)reply.Status, Encoding.UTF8.GetString(reply.Body.Span), reply.ContentType);
        }
        catch (GrpcException failed)
        {
            throw new IOException($"the witness {key.Name} cannot be asked: {failed.Message}", failed);
        }
    }
}
