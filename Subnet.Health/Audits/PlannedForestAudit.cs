using System.Security.Cryptography;
using Subnet.Crypto.Forests;
using Subnet.Crypto.Proofs;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Health.Circuits.Forests;

namespace Subnet.Health.Audits;

/// <summary>
/// An audit of a forest under keys: its query is a function of the master seed of the keys, one of its own, and the rows (<see cref="ForestSeeds"/>). Whoever has the master of
/// the keys reads every query under them, so what is opened and what is not never share keys.
/// </summary>
internal sealed class PlannedForestAudit : IPlannedAudit
{
    private readonly AuditedForest model;
    private readonly byte[] master;
    private readonly byte[] keys;
    private byte[]? requestHash;

    /// <summary>Plans a query.</summary>
    /// <exception cref="ArgumentException">
    /// A seed of another length, more rows than a query holds, or a row that no patient has: bits of one feature are ones up to its value and zeros above. Other bits could end
    /// in several leaves of one tree, and an honest miner's answer beyond the card's bound.
    /// </exception>
    public PlannedForestAudit(AuditedForest model, ReadOnlySpan<byte> master, ReadOnlySpan<byte> keys, IReadOnlyList<long[]> rows)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(rows);
        CardForest forest = model.Forest;
        if (master.Length != KeylessSeeds.MasterBytes || keys.Length != KeylessSeeds.MasterBytes || rows.Count == 0)
        {
            throw new ArgumentException($"an audit under keys has two master seeds of {KeylessSeeds.MasterBytes} bytes and rows");
        }

        if (!rows.All(row => forest.Edges.IsEncoded(row)))
        {
            throw new ArgumentException("the bits of a row are none that the card's edges give to any value", nameof(rows));
        }

        int[] classes = [.. KeylessLayout.RowClasses.ToArray().Where(size => size >= rows.Count && (forest.IsBatch || size == 1))];
        RowClass = classes.Length > 0 ? classes[0] : throw new ArgumentException($"one query of this card does not hold {rows.Count} rows", nameof(rows));
        this.model = model;
        this.master = master.ToArray();
        this.keys = keys.ToArray();
        Rows = [.. rows];
    }

    /// <summary>The rows; what fills the size class up is no row and its answers are not looked at.</summary>
    public IReadOnlyList<long[]> Rows { get; }

    /// <inheritdoc/>
    public int RowClass { get; }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> RequestHash => requestHash ??= SHA256.HashData(BuildQuery());

    /// <inheritdoc/>
    public byte[] BuildQuery()
    {
        using ForestReader reader = model.Open(keys);
        CardForest forest = model.Forest;
        byte[][] bits = [.. Rows.Select(row => Array.ConvertAll(row, bit => (byte)bit))];
        return reader.Encrypt(
            model.Card.Span, model.DigestOf(keys, reader).Span, RowClass, forest.Edges.Bits, ForestSlots.Of(forest.Layout, forest.Edges.Bits, bits), master);
    }

    /// <inheritdoc/>
    public Audit? Read(ReadOnlySpan<byte> reply) =>
        TryDecrypt(RequestHash.Span, reply, out long[] answers)
            ? new Audit(RequestHash.Span, SHA256.HashData(reply), master, Rows, [.. answers.Chunk(1)])
            : null;

    /// <summary>Reads a reply to a query whose hash is known; faster, since the query is not made again.</summary>
    /// <param name="request">SHA-256 of the query.</param>
    /// <param name="reply">The reply.</param>
    /// <param name="answers">One for each row.</param>
    /// <returns>False where the reply does not decrypt to answers within the card's bound.</returns>
    public bool TryDecrypt(ReadOnlySpan<byte> request, ReadOnlySpan<byte> reply, out long[] answers)
    {
        using ForestReader reader = model.Open(keys);
        CardForest forest = model.Forest;
        answers = new long[Rows.Count];
        return (forest.IsBatch
            ? reader.TryDecrypt(reply, request, forest.Bound, answers)
            : reader.TryDecrypt(reply, request, forest.Bound, out answers[0])) == ForestRefusal.None;
    }

    /// <inheritdoc/>
    public byte[] Leaf(ReadOnlySpan<byte> miner)
    {
        // Hashes of query and reply are not known yet and do not enter.
        byte[] unknown = new byte[32];
        Audit audit = new(unknown, unknown, master, Rows, [.. Rows.Select(_ => new long[1])]);
        return AuditPlan.LeafUnderKeys(miner, model.Card.Span, keys, master, audit.FeaturesHash);
    }
}
