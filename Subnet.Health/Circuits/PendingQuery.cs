using System.Security.Cryptography;
using Subnet.Crypto.Forests;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Health.Circuits.Forests;

namespace Subnet.Health.Circuits;

/// <summary>
/// A query that was made and waits for its reply. Disposing wipes the rows and a one-time key; the keys of a pseudonym stay. Not safe
/// for concurrent use.
/// </summary>
internal sealed class PendingQuery : IDisposable
{
    private readonly ReadCard card;
    private readonly KeylessClient? client;
    private readonly ForestReader? keys;
    private readonly PreparedRows rows;

    internal PendingQuery(ReadCard card, KeylessClient client, byte[] query, PreparedRows rows)
    {
        this.card = card;
        this.client = client;
        this.rows = rows;
        Query = query;
        RequestHash = client.RequestHash;
        RowClass = client.Layout.Rows;
    }

    internal PendingQuery(ReadCard card, ForestReader keys, byte[] query, PreparedRows rows, int rowClass)
    {
        this.card = card;
        this.keys = keys;
        this.rows = rows;
        Query = query;
        RequestHash = SHA256.HashData(query);
        RowClass = rowClass;
    }

    /// <summary>The bytes to send.</summary>
    public ReadOnlyMemory<byte> Query { get; }

    /// <summary>SHA-256 of them.</summary>
    public ReadOnlyMemory<byte> RequestHash { get; }

    /// <summary>The query's size class: which denomination of token it takes.</summary>
    public int RowClass { get; }

    /// <summary>Number of rows asked for.</summary>
    public int Count => rows.Count;

    /// <summary>Decrypts a reply and finishes every row.</summary>
    /// <exception cref="CircuitException">The reply is refused: it is not to this query, malformed, or an answer is outside the card's bound.</exception>
    public ScoredRow[] Decrypt(ReadOnlySpan<byte> reply)
    {
        if (keys is not null)
        {
            return DecryptForest(keys, card.Forest!, reply);
        }

        long[] answers = new long[client!.Layout.Answers];
        KeylessRefusal refusal = client.TryDecrypt(reply, card.Query.Bound, answers);
        return refusal == KeylessRefusal.None
            ? [.. Enumerable.Range(0, rows.Count).Select(row => Finish(row, answers.AsSpan(row * card.Query.Classes, card.Query.Classes)))]
            : throw new CircuitException($"the miner's reply is refused ({refusal}); ask again with a new key and token, and report the miner if it happens again.");
    }

    /// <summary>Wipes key and rows.</summary>
    public void Dispose()
    {
        client?.Dispose();
        rows.Dispose();
    }

    private ScoredRow[] DecryptForest(ForestReader reader, CardForest forest, ReadOnlySpan<byte> reply)
    {
        long[] answers = new long[rows.Count];
        ForestRefusal refusal = forest.IsBatch
            ? reader.TryDecrypt(reply, RequestHash.Span, forest.Bound, answers)
            : reader.TryDecrypt(reply, RequestHash.Span, forest.Bound, out answers[0]);
        return refusal == ForestRefusal.None
            ? [.. Enumerable.Range(0, rows.Count).Select(row => Finish(row, answers.AsSpan(row, 1)))]
            : throw new CircuitException($"the miner's reply is refused ({refusal}); ask again with a new token, retire the keys after 8 refusals, and report the miner.");
    }

    private ScoredRow Finish(int row, ReadOnlySpan<long> answers)
    {
        int width = rows.FeatureVectors.Length / rows.Count;
        return ScoreFinish.Row(card, answers, rows.FeatureVectors.AsSpan(row * width, width));
    }
}
