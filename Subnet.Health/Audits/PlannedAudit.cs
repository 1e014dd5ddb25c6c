using Subnet.Crypto.Proofs;
using Subnet.Crypto.Rlwe.Keyless;

namespace Subnet.Health.Audits;

/// <summary>
/// An audit of a keyless circuit: its query is a function of one master seed and the rows.
/// </summary>
internal sealed class PlannedAudit : IPlannedAudit
{
    private readonly byte[] master;
    private byte[]? requestHash;

    /// <summary>Plans a query; rows are padded with zero rows to a size class, as every client pads them.</summary>
    /// <exception cref="ArgumentException">The rows do not fit the model's set, have another number of features, or are none that the card admits.</exception>
    public PlannedAudit(AuditedModel model, ReadOnlySpan<byte> master, IReadOnlyList<long[]> rows)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(rows);
        if (master.Length != KeylessSeeds.MasterBytes || rows.Count == 0 || rows.Any(row => row.Length != model.Features))
        {
            throw new ArgumentException($"an audit has a master seed of {KeylessSeeds.MasterBytes} bytes and rows of {model.Features} features");
        }

        // Beyond the card's ranges an answer wraps modulo t and no weights explain it: such a row would convict a miner that answered truly. Rows of zeros only pad.
        if (rows.Any(row => row.AsSpan().ContainsAnyExcept(0L) && !model.Encoding.Admits(row)))
        {
            throw new ArgumentException("an audit has rows that its card admits: the constant 1 first, every integer within its range, one indicator of each group", nameof(rows));
        }

        Layout = KeylessLayout.ForRows(model.Parameters.Set, model.Features, model.Classes, rows.Count)
            ?? throw new ArgumentException($"{rows.Count} rows do not fit the set {model.Parameters.Set.Name}", nameof(rows));
        Model = model;
        this.master = master.ToArray();
        Rows = [.. rows, .. Enumerable.Range(0, Layout.Rows - rows.Count).Select(_ => new long[model.Features])];
    }

    /// <summary>The model that is asked.</summary>
    public AuditedModel Model { get; }

    /// <summary>Features, classes and the size class of the rows.</summary>
    public KeylessLayout Layout { get; }

    /// <summary>All rows, padding included.</summary>
    /// <remarks>Padding is answered 0 by every linear form.</remarks>
    public IReadOnlyList<long[]> Rows { get; }

    /// <summary>The master seed.</summary>
    public ReadOnlySpan<byte> Master => master;

    /// <inheritdoc/>
    public int RowClass => Layout.Rows;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> RequestHash => requestHash ??= KeylessQuery.RequestHash(BuildQuery());

    /// <inheritdoc/>
    public byte[] BuildQuery()
    {
        using KeylessClient client = new(master, Model.Card.Span, Model.Parameters, Layout);
        return client.Encrypt([.. Rows.SelectMany(row => row)]);
    }

    /// <inheritdoc/>
    public Audit? Read(ReadOnlySpan<byte> reply) => Read(RequestHash.Span, reply);

    /// <summary>The same for a request hash that the caller has.</summary>
    public Audit? Read(ReadOnlySpan<byte> request, ReadOnlySpan<byte> reply)
    {
        using KeylessClient client = new(master, Model.Card.Span, Model.Parameters, Layout);
        long[] answers = new long[Layout.Answers];
        return client.TryDecrypt(reply, request, Model.Bound, answers) == KeylessRefusal.None
            ? new Audit(request, KeylessQuery.RequestHash(reply), master, Rows, [.. answers.Chunk(Model.Classes)])
            : null;
    }

    /// <inheritdoc/>
    public byte[] Leaf(ReadOnlySpan<byte> miner)
    {
        // The leaf depends on master and rows only; the hashes of query and reply are not known yet.
        byte[] unknown = new byte[32];
        Audit audit = new(unknown, unknown, master, Rows, [.. Rows.Select(_ => new long[Model.Classes])]);
        return audit.PlanLeaf(miner, Model.Card.Span);
    }
}
