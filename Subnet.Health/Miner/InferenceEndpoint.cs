using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Server;

namespace Subnet.Health.Miner;

/// <summary>Puts a miner's services on a gRPC server.</summary>
internal static class InferenceEndpoint
{
    // A token, an event and the framing around a query's bytes.
    private const int EnvelopeBytes = 1024;

    /// <summary>Bytes of a message with a query, at most.</summary>
    public static int MessageBytes(int largestQueryBytes) => largestQueryBytes + EnvelopeBytes;

    /// <summary>Bytes of an opened plan, at most: some hundred audits with up to 256 rows each.</summary>
    public const int LargestPlanBytes = 4 << 20;

    /// <summary>Bytes of a chunk of keys, at most, with its framing.</summary>
    public const int LargestChunkBytes = KeyBundleStore.MostChunkBytes + EnvelopeBytes;

    /// <summary>Adds the methods of <c>subnet.v1.Inference</c>.</summary>
    /// <param name="services">The server's methods.</param>
    /// <param name="queries">Answers queries.</param>
    /// <param name="keys">Keeps bundles of evaluation keys.</param>
    /// <param name="proofs">Answers audits; null where the miner proves nothing.</param>
    /// <param name="largestQueryBytes">Bytes of the largest query of the models served.</param>
    /// <param name="messages">What queries and keys that came hold together; null where nothing bounds it.</param>
    /// <param name="plans">What opened plans hold together, on their own, so that queries do not keep audits out; null where nothing bounds it.</param>
    public static void AddTo(
        GrpcServices services,
        QueryService queries,
        KeyBundleStore keys,
        ProofService? proofs,
        int largestQueryBytes,
        MessageBudget? messages = null,
        MessageBudget? plans = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(keys);
        GrpcLimits small = new(EnvelopeBytes, EnvelopeBytes);
        services
            .Unary(InferenceMethods.Models, (_, _) => Task.FromResult(queries.Models()), small)
            .Unary(InferenceMethods.Query, (request, call) => queries.AnswerAsync(request, call.CancellationToken), Limit(MessageBytes(largestQueryBytes), messages))
            .Unary(InferenceMethods.Receipt, (request, _) => queries.ReceiptAsync(request), small)
            .Unary(InferenceMethods.KeyStatus, (request, _) => Task.FromResult(keys.Status(request)), small)
            .ClientStreaming(
                InferenceMethods.PutKeys,
                (chunks, call) => keys.PutAsync(chunks, call.CancellationToken),
                new GrpcLimits(LargestChunkBytes, keys.LargestBundleBytes + (64L << 10)) { Budget = messages });
        if (proofs is not null)
        {
            services.Unary(InferenceMethods.Prove, (request, call) => proofs.ProveAsync(request, call.CancellationToken), Limit(LargestPlanBytes, plans));
        }
    }

    private static GrpcLimits Limit(int bytes, MessageBudget? budget) => new(bytes, bytes) { Budget = budget };
}
