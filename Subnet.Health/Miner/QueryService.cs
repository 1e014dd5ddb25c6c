using System.Collections.Concurrent;
using System.Security.Cryptography;
using Google.Protobuf;
using Microsoft.Data.Sqlite;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Tokens;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Health.Review.Entries;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.InferenceV1;

namespace Subnet.Health.Miner;

/// <summary>
/// Answers queries (protocol 2 and 3): spends the token first, atomically and durably, evaluates, signs a receipt, writes it to the
/// miner's log, and keeps the reply for a retry of the same bytes. Safe for concurrent use.
/// </summary>
/// <remarks>
/// Whoever asks is not known here, and of the query only its hash is logged. A client learns from a refusal only which of two codes it
/// is: the token's or the query's. A busy or draining miner says so before the token is touched, and whoever waits holds nothing but the
/// message that came.
/// </remarks>
internal sealed class QueryService
{
    /// <summary>Bytes of an event.</summary>
    public const int EventBytes = 16;

    private readonly Dictionary<string, IServedModel> models;
    private readonly SigningKey hotkey;
    private readonly VerifierKey verifierKey;
    private readonly TokenCheck tokens;
    private readonly ConcurrentDictionary<string, Lazy<Task<QueryReply>>> inFlight = new(StringComparer.Ordinal);
    private readonly SpentTokenStore spent;
    private readonly AdmissionControl admission;
    private readonly IServedQueryLog log;
    private readonly MinerMetrics metrics;
    private readonly TimeProvider time;
    private TokenLedgerView view = TokenLedgerView.Empty;
    private IReadOnlySet<string> ended = new HashSet<string>();

    /// <param name="models">The models served.</param>
    /// <param name="hotkey">Signs receipts and refusals.</param>
    /// <param name="challenge">The token challenge of this miner.</param>
    /// <param name="spent">The durable spent set.</param>
    /// <param name="admission">The bound on work.</param>
    /// <param name="log">The miner's log.</param>
    /// <param name="metrics">Counters.</param>
    /// <param name="time">The clock.</param>
    public QueryService(
        IEnumerable<IServedModel> models,
        SigningKey hotkey,
        TokenChallenge challenge,
        SpentTokenStore spent,
        AdmissionControl admission,
        IServedQueryLog log,
        MinerMetrics metrics,
        TimeProvider time)
    {
        this.models = models.ToDictionary(model => Convert.ToHexStringLower(model.CardHash.Span), StringComparer.Ordinal);
        this.hotkey = hotkey;
        this.spent = spent;
        this.admission = admission;
        this.log = log;
        this.metrics = metrics;
        this.time = time;
        tokens = new TokenCheck(challenge);
        verifierKey = MinerKey.Of(hotkey.PublicKey);
    }

    /// <summary>Epoch and issuer keys by which tokens are judged from now on.</summary>
    public TokenLedgerView View
    {
        get => Volatile.Read(ref view);
        set => Volatile.Write(ref view, value);
    }

    /// <summary>Cards, lower-case hex, whose versions have lived their time: refused before a token is spent. What was answered before can be asked for again, and is proved.</summary>
    public IReadOnlySet<string> Ended
    {
        get => Volatile.Read(ref ended);
        set => Volatile.Write(ref ended, value);
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
    /// <exception cref="GrpcException">
    /// INVALID_ARGUMENT without a proper event, RESOURCE_EXHAUSTED when the miner is busy, UNAVAILABLE when it drains or its disk refuses:
    /// nothing was spent, or a retry of the same bytes is answered without a second token.
    /// </exception>
    public async Task<QueryReply> AnswerAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Event.Length != EventBytes)
        {
            throw new GrpcException(GrpcStatusCode.InvalidArgument, $"An event has {EventBytes} bytes.");
        }

        using AdmissionPlace place = await admission.EnterAsync(cancellationToken).ConfigureAwait(false);
        switch (place.Verdict)
        {
            case Admission.Busy:
                metrics.Busy();
                throw new GrpcException(GrpcStatusCode.ResourceExhausted, "The miner is busy; the token was not spent.");
            case Admission.Draining:
                throw new GrpcException(GrpcStatusCode.Unavailable, "The miner is shutting down; the token was not spent.");
        }

        long started = time.GetTimestamp();
        try
        {
            QueryReply reply = await AnswerAdmittedAsync(request).ConfigureAwait(false);
            metrics.Answered(reply.OutcomeCase == QueryReply.OutcomeOneofCase.Answer, time.GetElapsedTime(started));
            return reply;
        }
        catch (Exception fault) when (fault is SqliteException or ServedQueryLogException)
        {
            metrics.Failed();
            throw new GrpcException(new GrpcStatus(GrpcStatusCode.Unavailable, "The miner cannot write to its disk; ask again with the same bytes."), inner: fault);
        }
    }

    /// <summary>The receipt of an answered query.</summary>
    /// <exception cref="GrpcException">NOT_FOUND where no answer with this event is kept.</exception>
    public async Task<ReceiptReply> ReceiptAsync(ReceiptRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        byte[]? kept = request.Event.Length == EventBytes ? await spent.FindByEventAsync(request.Event.ToByteArray()).ConfigureAwait(false) : null;
        Answer? answer = kept is null ? null : QueryReply.Parser.ParseFrom(kept).Answer;
        return answer is null
            ? throw new GrpcException(GrpcStatusCode.NotFound, "No answer with this event is kept here.")
            : new ReceiptReply { Receipt = answer.Receipt, Signature = answer.Signature };
    }

    private async Task<QueryReply> AnswerAdmittedAsync(QueryRequest request)
    {
        byte[] requestHash = SHA256.HashData(request.Query.Span);
        if (Find(request.Query.Span) is not { } found)
        {
            return Refuse(request, requestHash, RefusalStatement.QueryRefused);
        }

        if (Ended.Contains(Convert.ToHexStringLower(found.Model.CardHash.Span)) && await spent.FindByRequestAsync(requestHash).ConfigureAwait(false) is null)
        {
            return Refuse(request, requestHash, RefusalStatement.QueryRefused);
        }

        TokenLedgerView now = View;
        if (tokens.Read(request.Token.Span, now.Keys, now.Epoch, found.Rows) is not { } token)
        {
            return Refuse(request, requestHash, RefusalStatement.TokenRefused);
        }

        byte[] nonce = token.Nonce.ToArray();
        SpendResult result = await spent
            .SpendAsync(nonce, request.Token.ToByteArray(), requestHash, request.Event.ToByteArray(), now.Epoch)
            .ConfigureAwait(false);
        if (result.Outcome == TokenSpending.DoubleSpent)
        {
            return Refuse(request, requestHash, RefusalStatement.TokenRefused);
        }

        if (result.StoredReply is { } stored)
        {
            return QueryReply.Parser.ParseFrom(stored);
        }

        // The same bytes may come twice at once; they are one query and get one reply.
        string key = Convert.ToHexStringLower(nonce);
        Lazy<Task<QueryReply>> evaluation = inFlight.GetOrAdd(
            key, _ => new Lazy<Task<QueryReply>>(() => EvaluateAsync(request, requestHash, nonce, found.Model, result.Outcome == TokenSpending.Retried)));
        try
        {
            return await evaluation.Value.ConfigureAwait(false);
        }
        finally
        {
            inFlight.TryRemove(KeyValuePair.Create(key, evaluation));
        }
    }

    private async Task<QueryReply> EvaluateAsync(QueryRequest request, byte[] requestHash, byte[] nonce, IServedModel model, bool isRetry)
    {
        if (isRetry && await spent.FindByRequestAsync(requestHash).ConfigureAwait(false) is { } stored)
        {
            return QueryReply.Parser.ParseFrom(stored);
        }

        // Spent now, or spent by these very bytes in a run that ended before it answered: the client paid and gets its answer, also if
        // it hangs up meanwhile, since its retry would come for it. No answer leaves before it is kept and logged.
        byte[]? answer = await model.AnswerAsync(request.Query.Memory, requestHash, CancellationToken.None).ConfigureAwait(false);
        QueryReply reply = answer is null
            ? Refuse(request, requestHash, RefusalStatement.QueryRefused)
            : Receipted(request, model, requestHash, answer);
        Task kept = spent.KeepAsync(nonce, reply.ToByteArray());
        Task logged = log.ServedAsync(new ServedQuery(
            Hex(request.Event), model, requestHash, request.Query.Length, answer, reply.Answer?.Receipt.Memory, reply.Answer?.Signature.Memory));
        await Task.WhenAll(kept, logged).ConfigureAwait(false);
        return reply;
    }

    private (IServedModel Model, int Rows)? Find(ReadOnlySpan<byte> query)
    {
        foreach (IServedModel model in models.Values)
        {
            if (model.RowsOf(query) is { } rows)
            {
                return (model, rows);
            }
        }

        return null;
    }

    private QueryReply Receipted(QueryRequest request, IServedModel model, byte[] requestHash, byte[] answer)
    {
        ReceiptStatement statement = new(
            Hex(request.Event),
            Convert.ToHexStringLower(model.CardHash.Span),
            Convert.ToHexStringLower(requestHash),
            Convert.ToHexStringLower(SHA256.HashData(answer)),
            Milliseconds(time.GetUtcNow()),
            verifierKey);
        return new QueryReply
        {
            Answer = new Answer
            {
                Reply = UnsafeByteOperations.UnsafeWrap(answer),
                Receipt = ByteString.CopyFrom(statement.ToCanonical()),
                Signature = ByteString.CopyFrom(statement.Sign(hotkey)),
            },
        };
    }

    private QueryReply Refuse(QueryRequest request, byte[] requestHash, string code)
    {
        RefusalStatement statement = new(Hex(request.Event), Convert.ToHexStringLower(requestHash), code, Milliseconds(time.GetUtcNow()), verifierKey);
        return new QueryReply
        {
            Refusal = new Refusal
            {
                Statement = ByteString.CopyFrom(statement.ToCanonical()),
                Signature = ByteString.CopyFrom(statement.Sign(hotkey)),
            },
        };
    }

    private static DateTimeOffset Milliseconds(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);

    private static string Hex(ByteString bytes) => Convert.ToHexStringLower(bytes.Span);
}
