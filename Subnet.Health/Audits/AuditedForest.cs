using System.Collections.Concurrent;
using System.Security.Cryptography;
using Subnet.Crypto.Forests;
using Subnet.Health.Circuits;
using Subnet.Health.Circuits.Forests;

namespace Subnet.Health.Audits;

/// <summary>
/// What card and ledger say of a forest under keys. There is no proof of its answers: the card commits to a hash of the trees, and no row of answers is a linear form of
/// them. What is checked is that equal rows have equal answers, under other keys and over the epochs.
/// </summary>
/// <param name="card">Hash of the card, 32 bytes.</param>
/// <param name="forest">What the card says.</param>
internal sealed class AuditedForest(ReadOnlyMemory<byte> card, CardForest forest) : IAuditedModel
{
    // By hash of the master: making the keys anew for every query of a pseudonym would take longest of all.
    private readonly ConcurrentDictionary<string, byte[]> digests = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Card => card;

    /// <inheritdoc/>
    public int Features => forest.Edges.Bits;

    /// <inheritdoc/>
    public string CommitmentText => Convert.ToHexStringLower(forest.Commitment.AsSpan());

    /// <summary>What the card says.</summary>
    public CardForest Forest => forest;

    /// <summary>A forest's card.</summary>
    /// <exception cref="CircuitException">The card is keyless.</exception>
    public static AuditedForest Of(ReadCard card)
    {
        ArgumentNullException.ThrowIfNull(card);
        return new AuditedForest(card.Hash.ToArray(), card.Forest ?? throw new CircuitException("the card is of a keyless circuit."));
    }

    /// <inheritdoc/>
    public IPlannedAudit Plan(ReadOnlySpan<byte> master, ReadOnlySpan<byte> keys, IReadOnlyList<long[]> rows) => new PlannedForestAudit(this, master, keys, rows);

    /// <summary>The keys of a pseudonym. The caller disposes them.</summary>
    /// <param name="keys">Their master seed, 32 bytes.</param>
    public ForestReader Open(ReadOnlySpan<byte> keys) => ForestReader.FromMaster(forest.Set, forest.Elements, keys);

    /// <summary>The digest by which queries name the keys of a pseudonym.</summary>
    /// <param name="keys">Their master seed, 32 bytes.</param>
    /// <param name="reader">The keys.</param>
    internal ReadOnlyMemory<byte> DigestOf(ReadOnlySpan<byte> keys, ForestReader reader) =>
        digests.GetOrAdd(Convert.ToHexStringLower(SHA256.HashData(keys)), static (_, made) => made.Digest.ToArray(), reader);
}
