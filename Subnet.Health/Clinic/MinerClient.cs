using Polly;
using Polly.Retry;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.InferenceV1;

namespace Subnet.Health.Clinic;

/// <summary>
/// Sends one encrypted query to one miner. Where the transport failed, the very same bytes go again with the same token, which the miner
/// answers once and repeats; anything else is the caller's, with a new key and token. Safe for concurrent use.
/// </summary>
internal sealed class MinerClient
{
    private readonly ResiliencePipeline pipeline;
    private readonly TimeSpan timeout;

    /// <param name="timeout">The deadline of one attempt.</param>
    /// <param name="retries">How often the same bytes go again.</param>
    /// <param name="time">The clock.</param>
    public MinerClient(TimeSpan timeout, int retries, TimeProvider time)
    {
        this.timeout = timeout;
        ResiliencePipelineBuilder builder = new() { TimeProvider = time };
        if (retries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<GrpcException>(fault => IsTransient(fault.Status.Code)),
                MaxRetryAttempts = retries,
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromMilliseconds(50),
                UseJitter = true,
            });
        }

        pipeline = builder.Build();
    }

    /// <summary>Sends a query and checks what comes back.</summary>
    /// <param name="channel">A channel to the miner; each call has a connection of its own.</param>
    /// <param name="miner">The miner's hotkey as the ledger has it, 32 bytes.</param>
    /// <param name="card">The card that was asked for, 32 bytes.</param>
    /// <param name="request">The message.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <param name="requestHash">SHA-256 of the query's bytes where the caller has it; else empty.</param>
    /// <exception cref="GrpcException">No attempt was answered; <see cref="GrpcException.IsUnconnected"/> where none reached the miner.</exception>
    public async Task<QueryOutcome> SendAsync(
        GrpcChannel channel,
        ReadOnlyMemory<byte> miner,
        ReadOnlyMemory<byte> card,
        QueryRequest request,
        CancellationToken cancellationToken,
        ReadOnlyMemory<byte> requestHash = default)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentNullException.ThrowIfNull(request);
        bool isReached = false;
        try
        {
            QueryReply reply = await pipeline.ExecuteAsync(
                async stop =>
                {
                    try
                    {
                        return await channel
                            .UnaryAsync(InferenceMethods.Query, request, GrpcCallOptions.None with { Timeout = timeout }, stop)
                            .ConfigureAwait(false);
                    }
                    catch (Exception fault)
                    {
                        isReached |= fault is not GrpcException { IsUnconnected: true };
                        throw;
                    }
                },
                cancellationToken).ConfigureAwait(false);
            return ReceiptCheck.Read(reply, request, miner.Span, card.Span, requestHash.Span);
        }
        catch (GrpcException fault) when (isReached && fault.IsUnconnected)
        {
            // An attempt before the last came through: the miner may have read the token.
            throw new GrpcException(fault.Status, fault.Trailers, fault);
        }
    }

    // A busy miner is left to others at once; a broken connection or a restart is worth another try.
    private static bool IsTransient(GrpcStatusCode code) => code is GrpcStatusCode.Unavailable or GrpcStatusCode.Internal or GrpcStatusCode.Unknown;
}
