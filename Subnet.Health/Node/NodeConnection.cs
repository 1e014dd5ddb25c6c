using System.Runtime.CompilerServices;
using Google.Protobuf;
using Subnet.Core.Ledger;
using Subnet.Core.State;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.LedgerV1;

namespace Subnet.Health.Node;

/// <summary>A node's <c>subnet.v1.Ledger</c>. Safe for concurrent use.</summary>
internal sealed class NodeConnection : IBlockSource, IDisposable
{
    /// <summary>A block of the largest size, and as many as there are.</summary>
    private static readonly GrpcLimits Limits = new(64 << 20, long.MaxValue);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly GrpcChannel _channel;

    /// <param name="address">The node.</param>
    /// <param name="tls">Trust and certificate for an <c>https</c> address.</param>
    /// <param name="time">The clock of deadlines.</param>
    /// <exception cref="ArgumentException">Plaintext beyond loopback, or TLS without trust.</exception>
    public NodeConnection(Uri address, GrpcClientTls? tls, TimeProvider time) =>
        _channel = new GrpcChannel(address, new GrpcChannelOptions { Tls = tls, Limits = Limits }, time);

    /// <inheritdoc/>
    public string Description => _channel.Address.ToString();

    /// <inheritdoc/>
    public async Task<byte[]?> ReadGenesisAsync(CancellationToken cancellationToken) =>
        (await AskAsync(LedgerMethods.GetGenesis, new GetGenesisRequest(), cancellationToken).ConfigureAwait(false)).File.ToByteArray();

    /// <inheritdoc/>
    public async Task<StoredSnapshot?> ReadSnapshotAsync(CancellationToken cancellationToken)
    {
        using MemoryStream data = new();
        ulong height = 0;
        await foreach (SnapshotPart part in StreamAsync(LedgerMethods.GetSnapshot, new GetSnapshotRequest(), cancellationToken).ConfigureAwait(false))
        {
            height = part.Height;
            if (data.Length + part.Data.Length > StoredSnapshot.MaxSize)
            {
                throw new LedgerUnreachableException($"{Description} sends a snapshot of more than {StoredSnapshot.MaxSize} bytes");
            }

            part.Data.WriteTo(data);
        }

        return height == 0 ? null : new StoredSnapshot(height, data.ToArray());
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredBlock> ReadBlocksAsync(ulong from, bool follow, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        BlocksRequest request = new() { From = from, Follow = follow };
        await foreach (Rpc.LedgerV1.LedgerBlock block in StreamAsync(LedgerMethods.Blocks, request, cancellationToken).ConfigureAwait(false))
        {
            yield return new StoredBlock(block.Height, block.Block.Memory, block.Receipts.Memory);
        }
    }

    /// <summary>Hands a transaction over; the block it is in, or why it is in none.</summary>
    /// <exception cref="LedgerUnreachableException">The node does not answer, or made no block in time.</exception>
    public async Task<(ulong Height, RejectionReason Reason)> SubmitAsync(Transaction transaction, CancellationToken cancellationToken)
    {
        SubmitReply reply = await AskAsync(
            LedgerMethods.Submit, new SubmitRequest { Transaction = ByteString.CopyFrom(transaction.Bytes) }, cancellationToken, withDeadline: false)
            .ConfigureAwait(false);
        return (reply.Height, (RejectionReason)reply.Reason);
    }

    /// <summary>An epoch's record as the node sends it, unchecked; null where it has none. Without a number the newest.</summary>
    /// <exception cref="LedgerUnreachableException">The node does not answer.</exception>
    public async Task<GetEpochReply?> ReadEpochAsync(ushort netuid, ulong? index, CancellationToken cancellationToken)
    {
        GetEpochRequest request = new() { Netuid = netuid };
        if (index is { } number)
        {
            request.Index = number;
        }

        try
        {
            return await AskAsync(LedgerMethods.GetEpoch, request, cancellationToken).ConfigureAwait(false);
        }
        catch (LedgerUnreachableException e) when (e.InnerException is GrpcException { Status.Code: GrpcStatusCode.NotFound })
        {
            return null;
        }
    }

    public void Dispose() => _channel.Dispose();

    private async Task<TReply> AskAsync<TRequest, TReply>(
        GrpcMethod<TRequest, TReply> method, TRequest request, CancellationToken cancellationToken, bool withDeadline = true)
        where TRequest : class, IMessage<TRequest>
        where TReply : class, IMessage<TReply>
    {
        try
        {
            return await _channel.UnaryAsync(
                method, request, withDeadline ? new GrpcCallOptions { Timeout = Patience } : GrpcCallOptions.None, cancellationToken).ConfigureAwait(false);
        }
        catch (GrpcException e)
        {
            throw Unreachable(e);
        }
    }

    private async IAsyncEnumerable<TReply> StreamAsync<TRequest, TReply>(
        GrpcMethod<TRequest, TReply> method, TRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest>
        where TReply : class, IMessage<TReply>
    {
        GrpcCall<TRequest, TReply> call = _channel.StartSingle(method, request, GrpcCallOptions.None, cancellationToken);
        await using (call.ConfigureAwait(false))
        {
            while (true)
            {
                TReply? reply;
                try
                {
                    reply = await call.ReadAsync().ConfigureAwait(false);
                }
                catch (GrpcException e)
                {
                    throw Unreachable(e);
                }

                if (reply is null)
                {
                    yield break;
                }

                yield return reply;
            }
        }
    }

    private LedgerUnreachableException Unreachable(GrpcException e) => new($"the node at {Description} answers {e.Status}", e);
}
