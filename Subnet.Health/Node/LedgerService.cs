using Google.Protobuf;
using Subnet.Core.Ledger;
using Subnet.Core.State;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.LedgerV1;
using Subnet.Health.Rpc.Server;
using WireBlock = Subnet.Health.Rpc.LedgerV1.LedgerBlock;

namespace Subnet.Health.Node;

/// <summary>
/// Answers <c>subnet.v1.Ledger</c>. Everybody may read, since all of it is public; what is handed over is checked before it is kept, so that
/// nobody without money or a registered key can fill the queue.
/// </summary>
/// <param name="host">The ledger.</param>
/// <param name="gateway">Where transactions go.</param>
/// <param name="client">The same ledger for the questions.</param>
internal sealed class LedgerService(LedgerHost host, ITransactionGateway gateway, ILedgerClient client)
{
    private const int BatchSize = 64;

    /// <summary>Blocks held for one reader at a time, in bytes: a slow reader of large blocks costs no more than this.</summary>
    private const long BatchBytes = 8 << 20;
    private const int SnapshotPartBytes = 1 << 20;

    /// <summary>Blocks after which a stored snapshot is worth renewing for who asks for one.</summary>
    private const ulong SnapshotAge = 100;

    private static readonly GrpcLimits SubmitLimits = new(Transaction.MaxSize + 1_024, Transaction.MaxSize + 1_024);

    /// <summary>Adds the methods to a server.</summary>
    public void AddTo(GrpcServices services)
    {
        services
            .Unary(LedgerMethods.GetGenesis, GenesisAsync)
            .Unary(LedgerMethods.GetTip, TipAsync)
            .ServerStreaming(LedgerMethods.GetSnapshot, SnapshotAsync)
            .ServerStreaming(LedgerMethods.Blocks, BlocksAsync)
            .Unary(LedgerMethods.Submit, SubmitAsync, SubmitLimits)
            .ServerStreaming(LedgerMethods.Events, EventsAsync)
            .Unary(LedgerMethods.GetEpoch, EpochAsync);
        new LedgerQuestions(client).AddTo(services);
    }

    private async Task<GetGenesisReply> GenesisAsync(GetGenesisRequest request, GrpcServerCall call) => new()
    {
        File = ByteString.CopyFrom((await host.UseAsync(static (_, store) => store.ReadGenesis(), call.CancellationToken).ConfigureAwait(false))!),
    };

    private Task<GetTipReply> TipAsync(GetTipRequest request, GrpcServerCall call) => host.UseAsync(
        (engine, _) =>
        {
            GlobalParameters parameters = engine.State.Parameters[default];
            return new GetTipReply
            {
                Network = engine.Genesis.Network,
                GenesisHash = Bytes(engine.GenesisHash),
                Height = engine.Height,
                BlockId = Bytes(engine.TipId),
                StateHash = Bytes(engine.State.Hash),
                TimeMs = engine.TimeMs,
                FeeRao = parameters.TransactionFee,
                FeePerByteRao = parameters.TransactionByteFee,
                BlockTimeMs = engine.Genesis.BlockTimeMs,
            };
        },
        call.CancellationToken);

    private async Task SnapshotAsync(GetSnapshotRequest request, GrpcResponseWriter<SnapshotPart> output, GrpcServerCall call)
    {
        StoredSnapshot? snapshot = await host.UseAsync(
            static (engine, store) =>
            {
                if ((store.ReadSnapshot()?.Height ?? 0) + SnapshotAge <= engine.Height)
                {
                    engine.Snapshot();
                }

                return store.ReadSnapshot();
            },
            call.CancellationToken).ConfigureAwait(false);
        for (int offset = 0; snapshot is not null && offset < snapshot.Data.Length; offset += SnapshotPartBytes)
        {
            ReadOnlyMemory<byte> part = snapshot.Data[offset..Math.Min(snapshot.Data.Length, offset + SnapshotPartBytes)];
            await output.WriteAsync(new SnapshotPart { Height = snapshot.Height, Data = UnsafeByteOperations.UnsafeWrap(part) }).ConfigureAwait(false);
        }
    }

    private Task BlocksAsync(BlocksRequest request, GrpcResponseWriter<WireBlock> output, GrpcServerCall call) => StreamAsync(
        request.From,
        request.Follow,
        block => output.WriteAsync(new WireBlock
        {
            Height = block.Height,
            Block = UnsafeByteOperations.UnsafeWrap(block.Block),
            Receipts = UnsafeByteOperations.UnsafeWrap(block.Receipts),
        }),
        call.CancellationToken);

    private Task EventsAsync(EventsRequest request, GrpcResponseWriter<LedgerEvents> output, GrpcServerCall call)
    {
        HashSet<uint> kinds = [.. request.Kinds];
        return StreamAsync(
            request.From,
            follow: true,
            stored =>
            {
                LedgerBlock block = LedgerBlock.Of(stored);
                LedgerEvents message = new() { Height = block.Height, TimeMs = block.Block.Header.TimeMs };
                message.Events.AddRange(block.Events
                    .Where(e => (kinds.Count == 0 || kinds.Contains((uint)e.Kind)) && (!request.HasNetuid || e.Netuid == request.Netuid))
                    .Select(LedgerMessages.Of));
                return message.Events.Count > 0 ? output.WriteAsync(message) : Task.CompletedTask;
            },
            call.CancellationToken);
    }

    private async Task StreamAsync(ulong from, bool follow, Func<StoredBlock, Task> write, CancellationToken cancellationToken)
    {
        if (from == 0)
        {
            throw new GrpcException(GrpcStatusCode.InvalidArgument, "The oldest block is 1.");
        }

        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, host.Ending);
        while (true)
        {
            ulong first = from;
            List<StoredBlock> batch = await host.UseAsync(
                (engine, store) =>
                {
                    List<StoredBlock> blocks = [];
                    long bytes = 0;
                    for (ulong height = first; height <= engine.Height && blocks.Count < BatchSize && bytes < BatchBytes; height++)
                    {
                        StoredBlock block = store.ReadBlock(height) ?? throw new GrpcException(GrpcStatusCode.NotFound, $"Block {height} is not kept here.");
                        blocks.Add(block);
                        bytes += block.Block.Length + block.Receipts.Length;
                    }

                    return blocks;
                },
                either.Token).ConfigureAwait(false);
            foreach (StoredBlock block in batch)
            {
                await write(block).ConfigureAwait(false);
            }

            from += (ulong)batch.Count;
            if (batch.Count == 0)
            {
                if (!follow)
                {
                    return;
                }

                await WaitAsync(from, either.Token, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task WaitAsync(ulong height, CancellationToken either, CancellationToken caller)
    {
        try
        {
            await host.WaitForHeightAsync(height, either).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!caller.IsCancellationRequested)
        {
            throw new GrpcException(GrpcStatusCode.Unavailable, "The node is stopping; follow again from the last block.");
        }
    }

    private async Task<SubmitReply> SubmitAsync(SubmitRequest request, GrpcServerCall call)
    {
        Transaction transaction;
        try
        {
            transaction = Transaction.Decode(request.Transaction.Span);
        }
        catch (LedgerFormatException e)
        {
            throw new GrpcException(GrpcStatusCode.InvalidArgument, $"Not a transaction: {e.Message}.");
        }

        RejectionReason reason = await TransactionAdmission.CheckAsync(host, transaction, call.CancellationToken).ConfigureAwait(false);
        if (reason != RejectionReason.None)
        {
            return LedgerMessages.Of(0, reason);
        }

        try
        {
            CallOutcome outcome = await gateway.SubmitAsync(transaction, call.CancellationToken).ConfigureAwait(false);
            return LedgerMessages.Of(outcome.Height, outcome.Reason);
        }
        catch (LedgerUnreachableException e)
        {
            throw new GrpcException(GrpcStatusCode.Unavailable, e.Message);
        }
    }

    private async Task<GetEpochReply> EpochAsync(GetEpochRequest request, GrpcServerCall call)
    {
        ushort netuid = LedgerMessages.Netuid(request.Netuid);
        (byte[]? record, IReadOnlyList<ulong> kept, ulong index) = await host.UseAsync(
            (engine, store) =>
            {
                IReadOnlyList<ulong> indexes = store.ReadEpochIndexes(netuid);
                ulong wanted = request.HasIndex ? request.Index : indexes is [.., ulong newest] ? newest : 0;
                return (store.ReadEpoch(netuid, wanted), indexes, wanted);
            },
            call.CancellationToken).ConfigureAwait(false);
        return record is null
            ? throw new GrpcException(GrpcStatusCode.NotFound, "That epoch did not run or is no longer kept.")
            : new GetEpochReply { Index = index, Record = UnsafeByteOperations.UnsafeWrap(record), Oldest = kept[0], Newest = kept[^1] };
    }

    private static ByteString Bytes(Hash256 hash) => ByteString.CopyFrom(hash.ToArray());
}
