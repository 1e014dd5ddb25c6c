using System.Collections.Immutable;
using System.Security.Cryptography;
using Subnet.Crypto.Forests;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Models.Rows;

namespace Subnet.Health.Circuits.Forests;

/// <summary>
/// The clinic's side of a forest's card: makes the keys of an epoch, turns rows into encrypted queries and replies into scores. Rows that the
/// card does not admit are refused, all of them named, before anything is encrypted. Safe for concurrent use.
/// </summary>
internal sealed class ForestCardClient
{
    private readonly CardForest forest;

    private ForestCardClient(byte[] canonical, ReadCard card)
    {
        Canonical = canonical;
        Card = card;
        forest = card.Forest ?? throw new CircuitException("the card is of a keyless circuit; it needs no keys.");
    }

    /// <summary>The card's bytes.</summary>
    public ReadOnlyMemory<byte> Canonical { get; }

    /// <summary>What the card says.</summary>
    public ReadCard Card { get; }

    /// <summary>The most rows of one query.</summary>
    public int MaxRows => forest.IsBatch ? forest.Set.Degree : 1;

    /// <summary>Reads and checks a card.</summary>
    /// <exception cref="CircuitException">It is refused, or keyless.</exception>
    public static ForestCardClient Open(ReadOnlySpan<byte> canonical) => new(canonical.ToArray(), CardReader.Read(canonical));

    /// <summary>Keys for one throw-away pseudonym and epoch.</summary>
    public ForestReader CreateKeys(IRandomSourceFactory randomness) => new(forest.Set, forest.Elements, randomness);

    /// <summary>Checks and encodes rows.</summary>
    /// <exception cref="RowsRefusedException">Some rows lack a value or hold one outside the card's range.</exception>
    /// <exception cref="RowFormatException">A column is absent or of another type.</exception>
    public ForestRows Prepare(RowBatch rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ImmutableArray<RefusedRow>.Builder refused = InputChecks.Refusals(rows, Card.Inputs);
        int width = Card.Features.Names.Count;
        float[] features = Card.Features.Evaluate(rows);
        byte[][] bits = new byte[rows.Count][];
        for (int row = 0; row < bits.Length; row++)
        {
            bits[row] = new byte[forest.Edges.Bits];
            string? refusal = forest.Edges.TryEncode(features.AsSpan(row * width, width), Card.Features.Names, bits[row]);
            if (refusal is not null && !refused.Any(fault => fault.Row == row))
            {
                refused.Add(new RefusedRow(row, "feature", refusal));
            }
        }

        return refused.Count == 0 ? new ForestRows(features, bits) : throw new RowsRefusedException([.. refused.OrderBy(fault => fault.Row)]);
    }

    /// <summary>Encrypts prepared rows into one query.</summary>
    /// <param name="rows">At most <see cref="MaxRows"/>.</param>
    /// <param name="keys">The pseudonym's keys.</param>
    public PendingForestQuery Encrypt(ForestRows rows, ForestReader keys)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows.Count, MaxRows);
        byte[] query = keys.Encrypt(Card.Hash.AsSpan(), rows.Count, forest.Edges.Bits, ForestSlots.Of(forest.Layout, forest.Edges.Bits, rows.Bits));
        return new PendingForestQuery(Card, forest, keys, query, rows);
    }
}

/// <summary>Rows that a forest's card admits, as bits. They are a patient's and stay at the clinic; disposing wipes them.</summary>
/// <param name="features">Row-major feature vectors.</param>
/// <param name="bits">The bits of each row.</param>
internal sealed class ForestRows(float[] features, byte[][] bits) : IDisposable
{
    /// <summary>Number of rows.</summary>
    public int Count => bits.Length;

    /// <summary>The bits of each row.</summary>
    internal byte[][] Bits => bits;

    /// <summary>The feature vector of a row.</summary>
    internal ReadOnlySpan<float> Features(int row) => features.AsSpan(row * (features.Length / Count), features.Length / Count);

    /// <summary>Some of the rows.</summary>
    public ForestRows Take(int first, int count)
    {
        int width = features.Length / Count;
        return new ForestRows(features.AsSpan(first * width, count * width).ToArray(), [.. bits.Skip(first).Take(count).Select(row => row.ToArray())]);
    }

    /// <summary>Wipes them.</summary>
    public void Dispose()
    {
        features.AsSpan().Clear();
        Array.ForEach(bits, row => CryptographicOperations.ZeroMemory(row));
    }
}

/// <summary>A query under keys that waits for its reply. Disposing wipes the rows, not the keys.</summary>
internal sealed class PendingForestQuery : IDisposable
{
    private readonly ReadCard card;
    private readonly CardForest forest;
    private readonly ForestReader keys;
    private readonly ForestRows rows;

    internal PendingForestQuery(ReadCard card, CardForest forest, ForestReader keys, byte[] query, ForestRows rows)
    {
        this.card = card;
        this.forest = forest;
        this.keys = keys;
        this.rows = rows;
        Query = query;
        RequestHash = SHA256.HashData(query);
    }

    /// <summary>The bytes to send.</summary>
    public ReadOnlyMemory<byte> Query { get; }

    /// <summary>SHA-256 of them.</summary>
    public ReadOnlyMemory<byte> RequestHash { get; }

    /// <summary>Decrypts a reply and finishes every row.</summary>
    /// <exception cref="CircuitException">The reply is refused.</exception>
    public ScoredRow[] Decrypt(ReadOnlySpan<byte> reply)
    {
        long[] answers = new long[rows.Count];
        ForestRefusal refusal = forest.IsBatch
            ? keys.TryDecrypt(reply, RequestHash.Span, forest.Bound, answers)
            : keys.TryDecrypt(reply, RequestHash.Span, forest.Bound, out answers[0]);
        return refusal == ForestRefusal.None
            ? [.. Enumerable.Range(0, rows.Count).Select(row => ScoreFinish.Row(card, answers.AsSpan(row, 1), rows.Features(row)))]
            : throw new CircuitException($"the miner's reply is refused ({refusal}); retire the keys after 8 refusals, and report the miner.");
    }

    /// <summary>Wipes the rows.</summary>
    public void Dispose() => rows.Dispose();
}
