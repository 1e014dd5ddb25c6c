using System.Security.Cryptography;
using Google.Protobuf;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Crypto.Tokens;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Health.Review.Entries;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.InferenceV1;

namespace Subnet.Health.Miner;

/// <summary>
/// Answers queries (protocol 2 and 3): spends the token first, atomically and durably, evaluates, signs a receipt, and keeps the reply
/// for a retry of the same bytes. Safe for concurrent use.
/// </summary>
/// <remarks>
/// Whoever asks is not known here and nothing of the query is logged. A client learns from a refusal only which of two codes it is:
/// the token's or the query's. A busy miner says so before the token is touched.
/// </remarks>
internal sealed class QueryService
{
    /// <summary>Bytes of an event.</summary>
    public const int EventBytes = 16;

    private readonly Dictionary<string, ServedModel> models;
    private readonly SigningKey hotkey;
    private readonly VerifierKey verifierKey;
    private readonly TokenRedemption redemption;
    private readonly ISpentTokenStore spent;
    private readonly ITokenLedger ledger;
    private readonly AdmissionControl admission;
    private readonly TimeProvider time;

    /// <param name="models">The models served.</param>
    /// <param name="hotkey">Signs receipts and refusals.</param>
    /// <param name="challenge">The token challenge of this miner.</param>
    /// <param name="spent">The durable spent set.</param>
    /// <param name="ledger">Epoch and issuer keys.</param>
    /// <param name="admission">The bound on work.</param>
    /// <param name="time">The clock.</param>
    public QueryService(
        IEnumerable<ServedModel> models, SigningKey hotkey, TokenChallenge challenge, ISpentTokenStore spent, ITokenLedger ledger, AdmissionControl admission, TimeProvider time)
    {
        this.models = models.ToDictionary(model => Convert.ToHexStringLower(model.CardHash.Span), StringComparer.Ordinal);
        this.hotkey = hotkey;
        this.spent = spent;
        this.ledger = ledger;
        this.admission = admission;
        this.time = time;
        redemption = new TokenRedemption(challenge, spent);
        verifierKey = MinerKey.Of(hotkey.PublicKey);
    }

    /// <summary>The cards.</summary>
    public ModelsReply Models()
    {
        ModelsReply reply = new();
        reply.Cards.AddRange(models.Values.Select(model => new ModelCard
        {
            Hash = ByteString.CopyFrom(model.CardHash.Span),
            Canonical = ByteString.CopyFrom(model.Card.Span),
        }));
        return reply;
    }

    /// <summary>Answers one query.</summary>
    /// <exception cref="GrpcException">INVALID_ARGUMENT without a proper event, RESOURCE_EXHAUSTED when the miner is busy; nothing was spent.</exception>
    public async Task<QueryReply> AnswerAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Event.Length != EventBytes)
        {
            throw new GrpcException(GrpcStatusCode.InvalidArgument, $"An event has {EventBytes} bytes.");
        }

        using IDisposable? place = await admission.EnterAsync(cancellationToken).ConfigureAwait(false);
        if (place is null)
        {
            throw new GrpcException(GrpcStatusCode.ResourceExhausted, "The miner is busy; the token was not spent.");
        }

        return await Task.Run(() => Answer(request), cancellationToken).ConfigureAwait(false);
    }

    private QueryReply Answer(QueryRequest request)
    {
        ReadOnlySpan<byte> query = request.Query.Span;
        byte[] requestHash = KeylessQuery.RequestHash(query);
        if (!models.TryGetValue(Convert.ToHexStringLower(KeylessQuery.Card(query)), out ServedModel? model))
        {
            return Refuse(request, requestHash, RefusalStatement.QueryRefused);
        }

        TokenRedemptionResult result = redemption.Redeem(request.Token.Span, ledger.Keys, ledger.Epoch, KeylessQuery.Rows(query), requestHash);
        if (result.Outcome is TokenSpending.None or TokenSpending.DoubleSpent)
        {
            return Refuse(request, requestHash, RefusalStatement.TokenRefused);
        }

        if (result.StoredReply is { } stored)
        {
            return QueryReply.Parser.ParseFrom(stored.Span);
        }

        // Spent now, or spent by these very bytes in a run that ended before it answered: the client paid and gets its answer.
        QueryReply reply = model.Circuit.TryAnswer(query, out byte[]? answer) == KeylessRefusal.None
            ? Receipted(request, model, requestHash, answer!)
            : Refuse(request, requestHash, RefusalStatement.QueryRefused);
        if (Token.TryParse(request.Token.Span, out Token? token))
        {
            spent.StoreReply(token.Nonce, reply.ToByteArray());
        }

        return reply;
    }

    private QueryReply Receipted(QueryRequest request, ServedModel model, byte[] requestHash, byte[] answer)
    {
        ReceiptStatement statement = new(
            Convert.ToHexStringLower(request.Event.Span),
            Convert.ToHexStringLower(model.CardHash.Span),
            Convert.ToHexStringLower(requestHash),
            Convert.ToHexStringLower(SHA256.HashData(answer)),
            time.GetUtcNow(),
            verifierKey);
        return new QueryReply
        {
            Answer = new Answer
            {
                Reply = ByteString.CopyFrom(answer),
                Receipt = ByteString.CopyFrom(statement.ToCanonical()),
                Signature = ByteString.CopyFrom(statement.Sign(hotkey)),
            },
        };
    }

    private QueryReply Refuse(QueryRequest request, byte[] requestHash, string code)
    {
        RefusalStatement statement = new(
            Convert.ToHexStringLower(request.Event.Span), Convert.ToHexStringLower(requestHash), code, time.GetUtcNow(), verifierKey);
        return new QueryReply
        {
            Refusal = new Refusal
            {
                Statement = ByteString.CopyFrom(statement.ToCanonical()),
                Signature = ByteString.CopyFrom(statement.Sign(hotkey)),
            },
        };
    }
}
