using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Forests;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Health.Circuits;
using Subnet.Health.Review.Entries;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.InferenceV1;
using Subnet.Health.Scoring;

namespace Subnet.Health.Clinic;

/// <summary>What a query is sent under.</summary>
/// <param name="Query">The request.</param>
/// <param name="Basis">The legal basis.</param>
/// <param name="Subject">Pseudonym of the patient, or of the batch.</param>
/// <param name="Patient">The patient's reference in the clinic, or null.</param>
internal sealed record QueryAuthority(ClinicQuery Query, string Basis, string Subject, string? Patient);

/// <summary>One attempt at one miner.</summary>
/// <param name="Event">Its event.</param>
/// <param name="Miner">Address of the miner.</param>
/// <param name="Code">Null for an answer, else what happened.</param>
/// <param name="Cause">What happened in words, or null where the code says it.</param>
/// <param name="Rows">The scored rows.</param>
/// <param name="Evidence">Receipt and log index.</param>
internal sealed record QueryAttempt(string Event, string Miner, string? Code, string? Cause, ScoredRow[]? Rows, ClinicEvidence? Evidence);

/// <summary>
/// Carries out one query at one miner in the order that the log demands: token taken, <c>query.sent</c> durable, bytes sent, receipt checked,
/// <c>result.received</c> with the prediction and <c>result.viewed</c> durable, history kept, and only then the scores. If the log cannot be
/// written nothing is sent, and nothing shown. Safe for concurrent use.
/// </summary>
internal sealed class QuerySender(
    AuditRecorder recorder,
    TokenWallet wallet,
    ClinicHistory history,
    MinerDirectory miners,
    MinerRanking ranking,
    MinerClient client,
    ForestKeyring keyring,
    string policyHash,
    TimeProvider time,
    IRandomSource random)
{
    private const int ShortHash = 12;
    private readonly Lock gate = new();

    /// <summary>Asks a miner.</summary>
    /// <param name="offer">Miner and card.</param>
    /// <param name="asked">The rows of this query, and what the history keeps of them.</param>
    /// <param name="authority">Purpose, basis, pseudonym.</param>
    /// <param name="token">The token; it is put back where no miner has seen it.</param>
    /// <param name="cancellationToken">Ends the attempt; it is logged as one that timed out.</param>
    /// <exception cref="ClinicException">The log or the history cannot be written: nothing was sent, or the result is not shown.</exception>
    public async Task<QueryAttempt> AskAsync(
        MinerOffer offer, CardRows asked, QueryAuthority authority, TakenToken token, CancellationToken cancellationToken)
    {
        PreparedRows rows = asked.Rows;
        string name = recorder.NewEvent();
        ForestReader? keys = null;
        if (offer.Card.IsUnderKeys)
        {
            // Nothing of a patient is in the keys; where they cannot be brought, nothing was asked and the token is not spent.
            try
            {
                keys = await keyring.ForAsync(offer, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception fault) when (fault is GrpcException or OperationCanceledException)
            {
                await wallet.ReturnAsync(token).ConfigureAwait(false);
                ranking.Failed(offer.HotkeyHex);
                return new QueryAttempt(name, offer.Address, "keys-not-taken", fault.Message, null, null);
            }
        }

        // Keys of a pseudonym serve many queries, so there is no master by which one of them could be opened.
        byte[] master = keys is null ? new byte[KeylessSeeds.MasterBytes] : [];
        Fill(master);
        using PendingQuery pending = keys is null ? offer.Card.Encrypt(rows, master) : offer.Card.Encrypt(rows, keys);
        await RecordAsync("query.sent", Sent(name, offer, pending, authority, keys), authority).ConfigureAwait(false);
        QueryRequest request = new()
        {
            Query = UnsafeByteOperations.UnsafeWrap(pending.Query),
            Event = ByteString.CopyFrom(Convert.FromHexString(name)),
            Token = UnsafeByteOperations.UnsafeWrap(token.Bytes),
        };
        long started = time.GetTimestamp();
        (QueryOutcome? outcome, string? code, string? cause) = await SendAsync(offer, request, pending.RequestHash, token, cancellationToken).ConfigureAwait(false);
        double milliseconds = time.GetElapsedTime(started).TotalMilliseconds;
        ScoredRow[]? scored = null;
        if (outcome is { IsAnswered: true })
        {
            code = TryDecrypt(pending, outcome.Reply!.Value.Span, out scored);
        }

        if (scored is null)
        {
            ranking.Failed(offer.HotkeyHex);
            if (keys is not null && outcome is not null)
            {
                keyring.CountRefusal(offer);
            }

            await RecordAsync("result.received", Failed(name, offer, code!), authority).ConfigureAwait(false);
            return new QueryAttempt(name, offer.Address, code, cause, null, null);
        }

        ranking.Answered(offer.HotkeyHex, milliseconds);
        long index = await KeepAsync(name, offer, pending, authority, outcome!, scored, master, asked).ConfigureAwait(false);
        ClinicEvidence evidence = new(
            name,
            offer.Address,
            offer.CardHex,
            rows.Count,
            pending.Query.Length,
            outcome!.Reply!.Value.Length,
            milliseconds,
            outcome.Receipt!.Time,
            outcome.ReceiptSignature!.Value,
            index);
        return new QueryAttempt(name, offer.Address, null, null, scored, evidence);
    }

    private async Task<(QueryOutcome? Outcome, string? Code, string? Cause)> SendAsync(
        MinerOffer offer, QueryRequest request, ReadOnlyMemory<byte> requestHash, TakenToken token, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            await wallet.ReturnAsync(token).ConfigureAwait(false);
            return (null, "cancelled", null);
        }

        try
        {
            QueryOutcome outcome = await client
                .SendAsync(miners.ChannelTo(offer.Endpoint), offer.Hotkey, offer.Card.Card.Hash.ToArray(), request, cancellationToken, requestHash)
                .ConfigureAwait(false);
            return (outcome, outcome.Refusal?.Code ?? (outcome.Fault is null ? null : "bad-receipt"), outcome.Fault);
        }
        catch (GrpcException fault)
        {
            // What a miner has seen is not shown to it again with another query, or a busy answer would tie the two together (design/protocol.md 2).
            if (fault.IsUnconnected)
            {
                await wallet.ReturnAsync(token).ConfigureAwait(false);
            }

            return (null, CodeOf(fault.Status.Code), fault.Status.Message);
        }
        catch (OperationCanceledException)
        {
            return (null, "cancelled", null);
        }
    }

    private static string? TryDecrypt(PendingQuery pending, ReadOnlySpan<byte> reply, out ScoredRow[]? scored)
    {
        try
        {
            scored = pending.Decrypt(reply);
            return null;
        }
        catch (CircuitException)
        {
            scored = null;
            return "bad-reply";
        }
    }

    // The two entries are one commit; the history is written beside them. Shown is a result only when all three are durable.
    private async Task<long> KeepAsync(
        string name, MinerOffer offer, PendingQuery pending, QueryAuthority authority, QueryOutcome outcome, ScoredRow[] scored, byte[] master, CardRows asked)
    {
        PreparedRows rows = asked.Rows;
        PredictionCommitment? prediction = Predict(name, scored);
        CanonicalObject received = Received(name, offer, pending, outcome);
        if (prediction is not null)
        {
            received.Add("pred", Convert.ToHexStringLower(prediction.Hash));
        }

        Task<IReadOnlyList<RecordedEntry>> entries = RecordTogetherAsync([("result.received", received), ("result.viewed", new CanonicalObject { { "ref", name } })], authority);
        HistorySecret secret = new(
            offer.ModelId,
            authority.Patient,
            [.. scored.Select(row => new HistoryScore(row.Probability, row.LabelText, row.Answers))],
            master,
            [.. Enumerable.Range(0, rows.Count).SelectMany(row => rows.Row(row).ToArray())],
            outcome.Reply!.Value.ToArray(),
            outcome.Receipt!.ToCanonical(),
            outcome.ReceiptSignature!.Value.ToArray(),
            prediction?.Salt.ToArray(),
            prediction?.Prediction.Span[0],
            null)
        {
            Imputed = [.. asked.Imputed.Select(row => row.Count)],
            Notes = asked.Notes,
        };
        try
        {
            await history.AddAsync(new HistoryEntry(name, time.GetUtcNow(), offer.Netuid, offer.CardHex, offer.Address, rows.Count, secret)).ConfigureAwait(false);
        }
        catch (Microsoft.Data.Sqlite.SqliteException fault)
        {
            await entries.ConfigureAwait(false);
            throw StoreFailed(fault);
        }

        return (await entries.ConfigureAwait(false))[0].Index;
    }

    private PredictionCommitment? Predict(string name, ScoredRow[] scored)
    {
        // One event, one patient: batches are not scored on outcomes.
        if (scored is not [{ Probability: { } probability }] || !(probability is >= 0 and <= 1))
        {
            return null;
        }

        lock (gate)
        {
            return PredictionCommitment.Create(random, name, probability);
        }
    }

    private void Fill(Span<byte> bytes)
    {
        lock (gate)
        {
            random.Fill(bytes);
        }
    }

    private CanonicalObject Sent(string name, MinerOffer offer, PendingQuery pending, QueryAuthority authority, ForestReader? keys)
    {
        CanonicalObject details = new()
        {
            { "event", name },
            { "peer", Peer(offer) },
            { "purpose", authority.Query.Purpose },
            { "basis", authority.Basis },
            { "subject", authority.Subject },
            { "model", Model(offer) },
            { "fset", FeatureSetHash(offer.Card) },
            { "he", Encryption(offer.Card, keys) },
            { "in", new CanonicalObject { { "hash", Convert.ToHexStringLower(pending.RequestHash.Span) }, { "bytes", pending.Query.Length } } },
            { "policy", policyHash },
            { "count", pending.RowClass },
        };
        if (authority.Query.Consent is { } consent)
        {
            details.Add("consent", new CanonicalObject { { "ref", consent.Reference }, { "ver", consent.Version } });
        }

        return details;
    }

    private static CanonicalObject Received(string name, MinerOffer offer, PendingQuery pending, QueryOutcome outcome) => new()
    {
        { "ref", name },
        { "peer", Peer(offer) },
        { "model", Model(offer) },
        { "in", new CanonicalObject { { "hash", Convert.ToHexStringLower(pending.RequestHash.Span) }, { "bytes", pending.Query.Length } } },
        { "out", new CanonicalObject { { "hash", outcome.Receipt!.Out }, { "bytes", outcome.Reply!.Value.Length } } },
        {
            "receipt",
            new CanonicalObject
            {
                { "key", outcome.Receipt.Miner.ToString() },
                { "sig", Convert.ToBase64String(outcome.ReceiptSignature!.Value.Span) },
                { "time", EntryTime.Format(outcome.Receipt.Time) },
            }
        },
    };

    private static CanonicalObject Failed(string name, MinerOffer offer, string code) => new()
    {
        { "ref", name },
        { "peer", Peer(offer) },
        { "model", Model(offer) },
        { "outcome", code is "deadline" or "cancelled" ? "timeout" : code.EndsWith("refused", StringComparison.Ordinal) ? "denied" : "error" },
        { "code", code },
    };

    private async Task<RecordedEntry> RecordAsync(string type, CanonicalObject details, QueryAuthority authority) => (await RecordTogetherAsync([(type, details)], authority).ConfigureAwait(false))[0];

    private async Task<IReadOnlyList<RecordedEntry>> RecordTogetherAsync(IReadOnlyList<(string Type, CanonicalObject Details)> events, QueryAuthority authority)
    {
        try
        {
            // An answer has come whether it can be recorded or not: it is not shown then, and a gap entry counts it.
            return events[0].Type == "result.received"
                ? await recorder.RecordTogetherOrCountAsync(events, authority.Query.User, authority.Query.Role).ConfigureAwait(false) ?? throw StoreFailed(null)
                : await recorder.RecordTogetherAsync(events, authority.Query.User, authority.Query.Role).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is LogStoreException or LogPushbackException or ObjectDisposedException)
        {
            throw StoreFailed(fault);
        }
        catch (AuditEntryException fault)
        {
            throw new ClinicException(ClinicFault.PolicyRefused, $"The log's schema does not allow the request: {fault.Message}.", "Correct what is named.", fault);
        }
    }

    private static ClinicException StoreFailed(Exception? fault) =>
        new(ClinicFault.StoreFailed, "The gateway's log or history cannot be written; without it nothing is sent and nothing shown.", "Free disk space or repair the folder, then run it again.", fault);

    private static CanonicalObject Peer(MinerOffer offer) => new() { { "kind", "miner" }, { "id", offer.Address } };

    private static CanonicalObject Model(MinerOffer offer) => new() { { "id", offer.ModelId }, { "ver", offer.CardHex[..ShortHash] }, { "commit", offer.CardHex } };

    private static string FeatureSetHash(CardClient card)
    {
        CanonicalObject schema = new()
        {
            { "inputs", new CanonicalList(card.Inputs.SelectMany(input => Enumerable.Range(0, input.Slots.Length).Select(slot => (CanonicalValue)input.NameOf(slot)))) },
        };
        return Convert.ToHexStringLower(SHA256.HashData(CanonicalJsonWriter.Write(schema)));
    }

    // Keyless circuits have no evaluation keys: the hash of nothing stands for them.
    private static CanonicalObject Encryption(CardClient card, ForestReader? keys)
    {
        (string set, ulong plain) = card.Card.Keyless is CardQuery query ? (query.Parameters.Set.Name, (ulong)query.Parameters.PlainBits) : (card.Card.Forest!.Set.Name, ForestSet.PlainModulus);
        string text = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"subnet-params/1\n{set}\n{plain}\n");
        return new CanonicalObject
        {
            { "scheme", "bfv" },
            { "params", Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text))) },
            { "keys", Convert.ToHexStringLower(keys is null ? SHA256.HashData([]) : keys.Digest.Span) },
        };
    }

    private static string CodeOf(GrpcStatusCode code) => code switch
    {
        GrpcStatusCode.DeadlineExceeded => "deadline",
        GrpcStatusCode.ResourceExhausted => "busy",
        GrpcStatusCode.Unavailable => "unavailable",
        GrpcStatusCode.Cancelled => "cancelled",
        _ => "failed",
    };
}
