using System.Security.Cryptography;
using Google.Protobuf;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Health.Review.Entries;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.InferenceV1;

namespace Subnet.Health.Clinic;

/// <summary>
/// Sends one encrypted query to one miner and checks what comes back: an answer counts only with a receipt of this very miner, card,
/// event, query and reply.
/// </summary>
internal static class QueryClient
{
    /// <summary>Sends a query.</summary>
    /// <param name="channel">A channel to the miner; a connection carries one query only (<see cref="GrpcChannelOptions.OneCallPerConnection"/>).</param>
    /// <param name="miner">The miner's hotkey as the ledger has it, 32 bytes.</param>
    /// <param name="card">The card that was asked for, 32 bytes.</param>
    /// <param name="request">The message.</param>
    /// <param name="timeout">The deadline.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="GrpcException">The call failed; the miner decided nothing, unless it is unknown whether it did (a retry of the same bytes is safe).</exception>
    public static async Task<QueryOutcome> SendAsync(
        GrpcChannel channel, ReadOnlyMemory<byte> miner, ReadOnlyMemory<byte> card, QueryRequest request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentNullException.ThrowIfNull(request);
        QueryReply reply = await channel
            .UnaryAsync(InferenceMethods.Query, request, GrpcCallOptions.None with { Timeout = timeout }, cancellationToken)
            .ConfigureAwait(false);
        VerifierKey key = MinerKey.Of(miner.Span);
        try
        {
            return reply.OutcomeCase switch
            {
                QueryReply.OutcomeOneofCase.Answer => CheckAnswer(reply.Answer, request, key, card.Span),
                QueryReply.OutcomeOneofCase.Refusal => CheckRefusal(reply.Refusal, request, key),
                _ => QueryOutcome.Bad("the miner answered with nothing"),
            };
        }
        catch (Exception e) when (e is CanonicalJsonException or AuditEntryException)
        {
            return QueryOutcome.Bad($"the miner's statement is malformed: {e.Message}");
        }
    }

    private static QueryOutcome CheckAnswer(Answer answer, QueryRequest request, VerifierKey miner, ReadOnlySpan<byte> card)
    {
        ReceiptStatement receipt = ReceiptStatement.Parse(CanonicalJsonReader.Read(answer.Receipt.Span));
        string? difference =
            !receipt.Miner.Equals(miner) ? "another miner's"
            : receipt.Request != Hex(request.Event) ? "for another event"
            : receipt.Model != Convert.ToHexStringLower(card) ? "of another model"
            : receipt.In != Convert.ToHexStringLower(SHA256.HashData(request.Query.Span)) ? "for another query"
            : receipt.Out != Convert.ToHexStringLower(SHA256.HashData(answer.Reply.Span)) ? "for another reply"
            : !receipt.IsSignedBy(answer.Signature.Span) ? "not signed by the miner"
            : null;
        return difference is null
            ? new QueryOutcome(answer.Reply.Memory, receipt, answer.Signature.Memory, null, null)
            : QueryOutcome.Bad($"the receipt is {difference}");
    }

    private static QueryOutcome CheckRefusal(Refusal refusal, QueryRequest request, VerifierKey miner)
    {
        RefusalStatement statement = RefusalStatement.Parse(CanonicalJsonReader.Read(refusal.Statement.Span));
        return statement.Miner.Equals(miner) && statement.Request == Hex(request.Event)
            && statement.In == Convert.ToHexStringLower(SHA256.HashData(request.Query.Span))
            && statement.IsSignedBy(refusal.Signature.Span)
                ? new QueryOutcome(null, null, null, statement, null)
                : QueryOutcome.Bad("the refusal is not this miner's word on this query");
    }

    private static string Hex(ByteString bytes) => Convert.ToHexStringLower(bytes.Span);
}
