using System.Collections.Immutable;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Health.Models.Rows;

namespace Subnet.Health.Circuits;

/// <summary>
/// The clinic's side of a keyless card: turns rows into encrypted queries and replies into scores. Rows that the card does not
/// admit are refused, all of them named, before anything is encrypted. Safe for concurrent use.
/// </summary>
internal sealed class CardClient
{
    private readonly CardQuery query;

    private CardClient(byte[] canonical, ReadCard card)
    {
        Canonical = canonical;
        Card = card;

        // A forest under keys is asked through ForestCardClient; its card is refused here.
        query = card.Query;
        RowClasses = [.. KeylessLayout.RowClasses.ToArray().Where(size => query.Layout(size).Fits(query.Parameters.Set))];
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

    /// <summary>Reads and checks a card.</summary>
    /// <exception cref="CircuitException">It is refused.</exception>
    public static CardClient Open(ReadOnlySpan<byte> canonical) => new(canonical.ToArray(), CardReader.Read(canonical));

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
        int n = query.Encoding.Length;
        long[] integers = new long[checked(rows.Count * n)];
        for (int row = 0; row < rows.Count; row++)
        {
            string? refusal = query.Encoding.TryEncode(features.AsSpan(row * width, width), integers.AsSpan(row * n, n));
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
    public PendingQuery Encrypt(PreparedRows rows, ReadOnlySpan<byte> master)
    {
        ArgumentNullException.ThrowIfNull(rows);
        int size = RowClassFor(rows.Count) ?? throw new ArgumentException($"one query of this card holds at most {RowClasses[^1]} rows, not {rows.Count}", nameof(rows));
        var client = new KeylessClient(master, Hash, query.Parameters, query.Layout(size));
        return new PendingQuery(Card, client, client.Encrypt(rows.Integers), rows);
    }
}
