using System.Collections.Immutable;
using System.Security.Cryptography;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Forests;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Health.Circuits.Forests;
using Subnet.Health.Models.Rows;

namespace Subnet.Health.Circuits;

/// <summary>
/// The clinic's side of a card: turns rows into encrypted queries and replies into scores. Rows that the card does not
/// admit are refused, all of them named, before anything is encrypted. Safe for concurrent use.
/// </summary>
internal sealed class CardClient
{
    private CardClient(byte[] canonical, ReadCard card)
    {
        Canonical = canonical;
        Card = card;
        RowClasses = card.Keyless is CardQuery query
            ? [.. KeylessLayout.RowClasses.ToArray().Where(size => query.Layout(size).Fits(query.Parameters.Set))]
            : card.Forest!.IsBatch ? [.. KeylessLayout.RowClasses] : [KeylessLayout.RowClasses[0]];
        EncodingDigest = DigestOfEncoding(canonical);
    }

    /// <summary>The card's bytes.</summary>
    public ReadOnlyMemory<byte> Canonical { get; }

    /// <summary>What the card says.</summary>
    public ReadCard Card { get; }

    /// <summary>SHA-256 of the card.</summary>
    public ReadOnlySpan<byte> Hash => Card.Hash.AsSpan();

    /// <summary>The feature schema.</summary>
    public ImmutableArray<CardInput> Inputs => Card.Inputs;

    /// <summary>The size classes that one query of this card can hold, ascending; the first is 1.</summary>
    public ImmutableArray<int> RowClasses { get; }

    /// <summary>Whether queries go under uploaded keys: a forest of private structure.</summary>
    public bool IsUnderKeys => Card.Forest is not null;

    /// <summary>The commitment to the private part that the ledger has: 33 bytes of a vector commitment, or 32 of a hash for forests under keys.</summary>
    public ReadOnlySpan<byte> Commitment => (Card.Forest?.Commitment ?? Card.Query.Commitment).AsSpan();

    /// <summary>Entries of an encoded row.</summary>
    public int RowLength => Card.Forest?.Edges.Bits ?? Card.Query.Encoding.Length;

    /// <summary>SHA-256 of all that turns rows into integers: rows prepared by one card are good for another of the same digest.</summary>
    public ImmutableArray<byte> EncodingDigest { get; }

    /// <summary>Reads and checks the card of a keyless circuit.</summary>
    /// <exception cref="CircuitException">It is refused, or of a forest under keys.</exception>
    public static CardClient Open(ReadOnlySpan<byte> canonical)
    {
        CardClient client = OpenAny(canonical);
        _ = client.Card.Query;
        return client;
    }

    /// <summary>Reads and checks a card of any circuit.</summary>
    /// <exception cref="CircuitException">It is refused.</exception>
    public static CardClient OpenAny(ReadOnlySpan<byte> canonical) => new(canonical.ToArray(), CardReader.Read(canonical));

    /// <summary>The smallest size class for a number of rows; null when they take several queries.</summary>
    public int? RowClassFor(int rows) => RowClasses.Where(size => size >= rows).Select(size => (int?)size).FirstOrDefault();

    /// <summary>Checks and encodes rows.</summary>
    /// <param name="rows">At least one row, with the columns of <see cref="Inputs"/>.</param>
    /// <exception cref="RowsRefusedException">Some rows lack a value or hold one outside the card's range.</exception>
    /// <exception cref="RowFormatException">A column is absent or of another type.</exception>
    public PreparedRows Prepare(RowBatch rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ImmutableArray<RefusedRow>.Builder refused = InputChecks.Refusals(rows, Inputs);

        int width = Card.Features.Names.Count;
        float[] features = width == 0 ? [] : Card.Features.Evaluate(rows);
        int n = RowLength;
        long[] integers = new long[checked(rows.Count * n)];
        for (int row = 0; row < rows.Count; row++)
        {
            string? refusal = TryEncode(features.AsSpan(row * width, width), integers.AsSpan(row * n, n));
            if (refusal is not null && !refused.Any(fault => fault.Row == row))
            {
                refused.Add(new RefusedRow(row, "feature", refusal));
            }
        }

        return refused.Count == 0 ? new PreparedRows(rows.Count, features, integers) : throw new RowsRefusedException([.. refused.OrderBy(fault => fault.Row)]);
    }

    /// <summary>Encrypts prepared rows into one query under a key of its own.</summary>
    /// <param name="rows">As many as one of <see cref="RowClasses"/> holds.</param>
    /// <param name="master">32 bytes from the operating system's generator, never used for another query.</param>
    /// <exception cref="ArgumentException">Too many rows for one query.</exception>
    /// <exception cref="CircuitException">The card is of a forest under keys.</exception>
    public PendingQuery Encrypt(PreparedRows rows, ReadOnlySpan<byte> master)
    {
        int size = SizeOf(rows);
        CardQuery query = Card.Query;
        var client = new KeylessClient(master, Hash, query.Parameters, query.Layout(size));
        return new PendingQuery(Card, client, client.Encrypt(rows.Integers), rows);
    }

    /// <summary>Encrypts prepared rows into one query under a pseudonym's keys.</summary>
    /// <param name="rows">As many as one of <see cref="RowClasses"/> holds.</param>
    /// <param name="keys">Of <see cref="CreateKeys"/>; stay the caller's.</param>
    /// <exception cref="ArgumentException">Too many rows for one query.</exception>
    /// <exception cref="CircuitException">The card is keyless.</exception>
    public PendingQuery Encrypt(PreparedRows rows, ForestReader keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        int size = SizeOf(rows);
        CardForest forest = Forest;
        byte[][] bits = [.. Enumerable.Range(0, rows.Count).Select(row => Array.ConvertAll(rows.Row(row).ToArray(), bit => (byte)bit))];
        try
        {
            // A batch is filled up to its class: how many of its rows are patients is not told.
            byte[] query = keys.Encrypt(Hash, size, forest.Edges.Bits, ForestSlots.Of(forest.Layout, forest.Edges.Bits, bits));
            return new PendingQuery(Card, keys, query, rows, size);
        }
        finally
        {
            Array.ForEach(bits, row => CryptographicOperations.ZeroMemory(row));
        }
    }

    /// <summary>Finishes answers that were decrypted elsewhere, row by row.</summary>
    /// <param name="rows">The rows that were asked.</param>
    /// <param name="answers">One for each row and class.</param>
    public ScoredRow[] Finish(PreparedRows rows, ReadOnlySpan<long> answers)
    {
        ArgumentNullException.ThrowIfNull(rows);
        int classes = answers.Length / rows.Count;
        int width = rows.FeatureVectors.Length / rows.Count;
        ScoredRow[] scored = new ScoredRow[rows.Count];
        for (int row = 0; row < scored.Length; row++)
        {
            scored[row] = ScoreFinish.Row(Card, answers.Slice(row * classes, classes), rows.FeatureVectors.AsSpan(row * width, width));
        }

        return scored;
    }

    /// <summary>Keys for one throw-away pseudonym and epoch.</summary>
    /// <exception cref="CircuitException">The card is keyless.</exception>
    public ForestReader CreateKeys(IRandomSourceFactory randomness) => new(Forest.Set, Forest.Elements, randomness);

    private CardForest Forest => Card.Forest ?? throw new CircuitException("the card is of a keyless circuit; it needs no keys.");

    private int SizeOf(PreparedRows rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return RowClassFor(rows.Count) ?? throw new ArgumentException($"one query of this card holds at most {RowClasses[^1]} rows, not {rows.Count}", nameof(rows));
    }

    private string? TryEncode(ReadOnlySpan<float> x, Span<long> integers)
    {
        if (Card.Keyless is CardQuery query)
        {
            return query.Encoding.TryEncode(x, integers);
        }

        byte[] bits = new byte[integers.Length];
        string? refusal = Forest.Edges.TryEncode(x, Card.Features.Names, bits);
        for (int i = 0; i < bits.Length; i++)
        {
            integers[i] = bits[i];
        }

        CryptographicOperations.ZeroMemory(bits);
        return refusal;
    }

    private static ImmutableArray<byte> DigestOfEncoding(byte[] canonical)
    {
        CanonicalObject card = CanonicalJsonReader.Read(canonical);
        CanonicalObject encoding = new() { { "features", card.ObjectOrNull("features")! } };
        if (card.ObjectOrNull("query")?.ObjectOrNull("encoding") is CanonicalObject keyless)
        {
            encoding.Add("encoding", keyless);
        }

        if (card.ObjectOrNull("forest") is CanonicalObject forest && forest.TryGet("features", out CanonicalValue? edges))
        {
            encoding.Add("edges", edges);
            encoding.Add("bits", forest.IntegerOrNull("bits") ?? 0);
        }

        return [.. SHA256.HashData(CanonicalJsonWriter.Write(encoding))];
    }
}
