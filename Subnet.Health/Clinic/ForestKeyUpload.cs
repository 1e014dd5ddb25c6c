using Google.Protobuf;
using Subnet.Crypto.Forests;
using Subnet.Health.Circuits;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.InferenceV1;
using State = Subnet.Health.Rpc.InferenceV1.KeyStatusReply.Types.State;

namespace Subnet.Health.Clinic;

/// <summary>
/// Brings the public part of a pseudonym's keys to a miner before a query: asks what is there, and sends the rest. Clinics and validators call it alike before every query, or
/// a miner could tell them by what comes before one.
/// </summary>
internal static class ForestKeyUpload
{
    private const int ChunkBytes = 1 << 20;
    private static readonly TimeSpan UploadTimeout = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan StatusTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Brings keys where they are not there yet; an upload that broke off goes on where the miner says.</summary>
    /// <param name="channel">A channel to the miner.</param>
    /// <param name="card">The card that is asked.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="cancellationToken">Gives up; what was uploaded stays there.</param>
    /// <returns>False where the miner has retired them.</returns>
    /// <exception cref="GrpcException">The miner cannot be reached, or does not take the keys.</exception>
    public static async Task<bool> BringAsync(GrpcChannel channel, CardClient card, ForestReader keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentNullException.ThrowIfNull(card);
        ArgumentNullException.ThrowIfNull(keys);
        ByteString digest = ByteString.CopyFrom(keys.Digest.Span);
        ByteString model = ByteString.CopyFrom(card.Hash);
        KeyStatusReply status = await channel.UnaryAsync(
            InferenceMethods.KeyStatus, new KeyStatusRequest { Digest = digest, Model = model }, GrpcCallOptions.None with { Timeout = StatusTimeout }, cancellationToken).ConfigureAwait(false);
        if (status.State is State.Absent or State.Partial)
        {
            status = await UploadAsync(channel, keys, digest, model, status.ReceivedBytes, cancellationToken).ConfigureAwait(false);
        }

        return status.State switch
        {
            State.Ready => true,
            State.Retired => false,
            _ => throw new GrpcException(GrpcStatusCode.Unavailable, "The upload of the keys broke off."),
        };
    }

    private static async Task<KeyStatusReply> UploadAsync(
        GrpcChannel channel, ForestReader keys, ByteString digest, ByteString model, long from, CancellationToken cancellationToken)
    {
        await using GrpcCall<KeyChunk, KeyStatusReply> call = channel.Start(InferenceMethods.PutKeys, GrpcCallOptions.None with { Timeout = UploadTimeout }, cancellationToken);
        int total = keys.Bundle.Length;
        for (int at = (int)Math.Clamp(from, 0, total); at < total; at += ChunkBytes)
        {
            await call.WriteAsync(new KeyChunk
            {
                Digest = digest,
                Model = model,
                TotalBytes = total,
                Offset = at,
                Data = UnsafeByteOperations.UnsafeWrap(keys.Bundle.Slice(at, Math.Min(ChunkBytes, total - at))),
            }).ConfigureAwait(false);
        }

        call.CompleteRequests();
        return await call.ReadSingleAsync().ConfigureAwait(false);
    }
}
