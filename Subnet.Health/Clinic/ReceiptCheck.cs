using System.Security.Cryptography;
using Google.Protobuf;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Health.Review.Entries;
using Subnet.Health.Rpc.InferenceV1;

namespace Subnet.Health.Clinic;

/// <summary>
/// Checks what a miner sent: an answer counts only with a receipt of this very miner, card, event, query and reply, and a refusal only as
/// this miner's word on this query.
/// </summary>
internal static class ReceiptCheck
{
    /// <summary>Reads a reply.</summary>
    /// <param name="reply">What came.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="miner">The miner's hotkey as the ledger has it, 32 bytes.</param>
    /// <param name="card">The card that was asked for, 32 bytes.</param>
    /// <param name="requestHash">SHA-256 of the query's bytes where the caller has it; else empty.</param>
    public static QueryOutcome Read(QueryReply reply, QueryRequest request, ReadOnlySpan<byte> miner, ReadOnlySpan<byte> card, ReadOnlySpan<byte> requestHash = default)
    {
        ArgumentNullException.ThrowIfNull(reply);
        ArgumentNullException.ThrowIfNull(request);
        VerifierKey key = MinerKey.Of(miner);
        string sent = Convert.ToHexStringLower(requestHash.IsEmpty ? SHA256.HashData(request.Query.Span) : requestHash);
        try
        {
            return reply.OutcomeCase switch
            {
                QueryReply.OutcomeOneofCase.Answer => CheckAnswer(reply.Answer, request, sent, key, card),
                QueryReply.OutcomeOneofCase.Refusal => CheckRefusal(reply.Refusal, request, sent, key),
                _ => QueryOutcome.Bad("the miner answered with nothing"),
            };
        }
        catch (Exception e) when (e is CanonicalJsonException or AuditEntryException)
        {
            return QueryOutcome.Bad($"the miner's statement is malformed: {e.Message}");
        }
    }

    private static QueryOutcome CheckAnswer(Answer answer, QueryRequest request, string sent, VerifierKey miner, ReadOnlySpan<byte> card)
    {
        ReceiptStatement receipt = ReceiptStatement.Parse(CanonicalJsonReader.Read(answer.Receipt.Span));
        string? difference =
            !receipt.Miner.Equals(miner) ? "another miner's"
            : receipt.Request != Hex(request.Event) ? "for another event"
            : receipt.Model != Convert.ToHexStringLower(card) ? "of another model"
            : receipt.In != sent ? "for another query"
            : receipt.Out != Convert.ToHexStringLower(SHA256.HashData(answer.Reply.Span)) ? "for another reply"
            : !receipt.IsSignedBy(answer.Signature.Span) ? "not signed by the miner"
            : null;
        return difference is null
            ? new QueryOutcome(answer.Reply.Memory, receipt, answer.Signature.Memory, null, null)
            : QueryOutcome.Bad($"the receipt is {difference}");
    }

    private static QueryOutcome CheckRefusal(Refusal refusal, QueryRequest request, string sent, VerifierKey miner)
    {
        RefusalStatement statement = RefusalStatement.Parse(CanonicalJsonReader.Read(refusal.Statement.Span));
        return statement.Miner.Equals(miner) && statement.Request == Hex(request.Event)
            && statement.In == sent
            && statement.IsSignedBy(refusal.Signature.Span)
                ? new QueryOutcome(null, null, null, statement, null)
                : QueryOutcome.Bad("the refusal is not this miner's word on this query");
    }

    private static string Hex(ByteString bytes) => Convert.ToHexStringLower(bytes.Span);
}
