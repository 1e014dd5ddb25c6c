using Subnet.Crypto.Commitments;
using Subnet.Crypto.Forests;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Health.Circuits.Forests;

namespace Subnet.Health.Miner;

/// <summary>
/// A forest of private structure, served from what <c>subnet model compile --circuit forest-private</c> (or <c>forest-batch</c>) wrote. Each query names the
/// digest of an uploaded key bundle; the last ones used are kept expanded. Safe for concurrent use.
/// </summary>
internal sealed class ForestServedModel : IModelUnderKeys
{
    // A patient's circuit takes 40 ms and more, expanding its keys about as long: queries of one pseudonym mostly follow each other.
    private const int MostExpanded = 2;

    private readonly ServedForest forest;
    private readonly byte[] commitment;
    private readonly Lock gate = new();
    private readonly LinkedList<ForestKeyBundle> expanded = new();
    private KeyBundleStore? store;

    /// <param name="forest">The loaded forest; becomes this object's.</param>
    public ForestServedModel(ServedForest forest)
    {
        ArgumentNullException.ThrowIfNull(forest);
        this.forest = forest;
        commitment = [.. forest.Forest.Commitment];
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Card => forest.Canonical;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> CardHash => forest.CardHash;

    /// <inheritdoc/>
    public string Id => forest.Card.Text.Id;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Commitment => commitment;

    /// <inheritdoc/>
    public CommitmentOpening? Opening => null;

    /// <inheritdoc/>
    public (long Resident, long PerQuery) MemoryBytes =>
        (forest.MemoryBytes(0) + (MostExpanded * ExpandedBytes), forest.MemoryBytes(1) - forest.MemoryBytes(0) + ExpandedBytes);

    /// <inheritdoc/>
    public int LargestQueryBytes => forest.Forest.UploadBytes;

    /// <inheritdoc/>
    public long KeyBundleBytes => forest.Forest.KeyBytes;

    // Each digit of a key holds both polynomials at the key level.
    private long ExpandedBytes
    {
        get
        {
            ForestSet set = forest.Forest.Set;
            int limbs = set.Parameters.Moduli.Length;
            return (forest.Forest.Elements.Count + 1L) * (limbs - 1) * 2 * limbs * set.Degree * sizeof(ulong);
        }
    }

    /// <inheritdoc/>
    public void UseKeys(KeyBundleStore keys) => store = keys;

    /// <summary>Loads a model.</summary>
    /// <inheritdoc cref="ServedForest.Load"/>
    public static ForestServedModel Load(
        ReadOnlySpan<byte> canonical, ReadOnlySpan<byte> sealedForest, ReadOnlySpan<byte> password, IRandomSourceFactory randomness) =>
        new(ServedForest.Load(canonical, sealedForest, password, randomness));

    /// <inheritdoc/>
    /// <remarks>A query whose keys are not here is no query of this model: its token is not spent.</remarks>
    public int? RowsOf(ReadOnlySpan<byte> query)
    {
        if (!ForestQuery.Card(query).SequenceEqual(CardHash.Span) || store?.Find(ForestQuery.Keys(query)) is null)
        {
            return null;
        }

        int rows = ForestQuery.Rows(query);
        return KeylessLayout.RowClasses.Contains(rows) && (forest.Forest.IsBatch || rows == 1) ? rows : null;
    }

    /// <inheritdoc/>
    public async ValueTask<byte[]?> AnswerAsync(ReadOnlyMemory<byte> query, CancellationToken cancellationToken)
    {
        byte[] digest = ForestQuery.Keys(query.Span).ToArray();
        byte[]? reply = await KeysAsync(digest, cancellationToken).ConfigureAwait(false) is ForestKeyBundle keys
            ? await Task.Run(() => forest.TryAnswer(keys, query.Span, out byte[]? answer, cancellationToken) == ForestRefusal.None ? answer : null, cancellationToken).ConfigureAwait(false)
            : null;
        if (reply is null)
        {
            store?.CountRefusal(digest);
        }

        return reply;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            expanded.Clear();
        }

        forest.Dispose();
    }

    private async Task<ForestKeyBundle?> KeysAsync(byte[] digest, CancellationToken cancellationToken)
    {
        // The file decides, so that a bundle that was retired or whose epoch is over is not used from memory.
        if (store?.Find(digest) is not string file)
        {
            return null;
        }

        if (Touch(digest) is ForestKeyBundle known)
        {
            return known;
        }

        byte[] bytes = await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false);
        ForestRefusal refusal = forest.TryReadKeys(bytes, out ForestKeyBundle? keys);
        return refusal == ForestRefusal.None ? Keep(keys!) : null;
    }

    private ForestKeyBundle? Touch(byte[] digest)
    {
        lock (gate)
        {
            for (LinkedListNode<ForestKeyBundle>? node = expanded.First; node is not null; node = node.Next)
            {
                if (node.Value.Digest.Span.SequenceEqual(digest))
                {
                    expanded.Remove(node);
                    expanded.AddFirst(node);
                    return node.Value;
                }
            }
        }

        return null;
    }

    private ForestKeyBundle Keep(ForestKeyBundle keys)
    {
        lock (gate)
        {
            expanded.AddFirst(keys);
            while (expanded.Count > MostExpanded)
            {
                expanded.RemoveLast();
            }
        }

        return keys;
    }
}
