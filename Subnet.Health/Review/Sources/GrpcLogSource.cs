using System.Text;
using Google.Protobuf;
using Subnet.Crypto.Transparency.Tiles;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.TransparencyV1;

namespace Subnet.Health.Review.Sources;

/// <summary>A log behind <c>subnet.v1.Transparency</c>.</summary>
/// <param name="channel">The way to it; stays the caller's.</param>
/// <param name="name">What to call it in a report.</param>
/// <param name="token">The reviewer's token; null reads hashes only.</param>
/// <param name="timeout">How long one answer may take.</param>
internal sealed class GrpcLogSource(GrpcChannel channel, string name, string? token, TimeSpan timeout) : ILogSource
{
    // A bundle of 256 of the longest entries that C2SP has room for.
    private static readonly GrpcLimits Limits = GrpcLimits.Default with { MessageBytes = EntryBundle.MaximumBytes + 1024 };

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public string ReadCheckpoint()
    {
        CheckpointReply reply = Call(TransparencyMethods.Checkpoint, new CheckpointRequest()) ?? throw new IOException($"{name} has no checkpoint yet");
        return Encoding.UTF8.GetString(reply.Note.Span);
    }

    /// <inheritdoc/>
    public IEnumerable<long> EarlierCheckpointSizes() => [];

    /// <inheritdoc/>
    public string? ReadEarlierCheckpoint(long size) => null;

    /// <inheritdoc/>
    public byte[]? Read(TileId tile) => Call(TransparencyMethods.Tile, new TileRequest { Path = tile.Path })?.Content.ToByteArray()
        ?? (tile.IsFull ? null : Call(TransparencyMethods.Tile, new TileRequest { Path = tile.Full.Path })?.Content.ToByteArray());

    private TResponse? Call<TRequest, TResponse>(GrpcMethod<TRequest, TResponse> method, TRequest request)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        GrpcMetadata headers = new();
        if (token is not null)
        {
            headers.Add("authorization", $"Bearer {token}");
        }

        GrpcCallOptions options = GrpcCallOptions.None with { Timeout = timeout, Headers = headers, Limits = Limits };
        try
        {
            // A source is read by one thread that has nothing else to do; on the pool, so that no caller's context waits for itself.
            return Task.Run(() => channel.UnaryAsync(method, request, options, CancellationToken.None)).GetAwaiter().GetResult();
        }
        catch (GrpcException absent) when (absent.Status.Code == GrpcStatusCode.NotFound)
        {
            return null;
        }
        catch (GrpcException failed)
        {
            throw new IOException($"{name} cannot be read: {failed.Message}", failed);
        }
    }
}
