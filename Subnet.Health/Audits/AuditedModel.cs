using Subnet.Crypto.Commitments;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Health.Circuits;

namespace Subnet.Health.Audits;

/// <summary>What card and ledger say of a model: enough to plan audits of it, to build their queries and to read the replies.</summary>
internal interface IAuditedModel
{
    /// <summary>Hash of the card, 32 bytes.</summary>
    ReadOnlyMemory<byte> Card { get; }

    /// <summary>n: entries of an encoded row.</summary>
    int Features { get; }

    /// <summary>The registered commitment, lower-case hex.</summary>
    string CommitmentText { get; }

    /// <summary>Plans a query.</summary>
    /// <param name="master">The query's master seed, 32 bytes.</param>
    /// <param name="keys">The master seed of the keys that it goes under, 32 bytes; empty where the circuit has none.</param>
    /// <param name="rows">Encoded rows, without padding.</param>
    /// <exception cref="ArgumentException">Seeds or rows that are none of this model's.</exception>
    IPlannedAudit Plan(ReadOnlySpan<byte> master, ReadOnlySpan<byte> keys, IReadOnlyList<long[]> rows);
}

/// <summary>What card and ledger say of a keyless model: what its proofs are checked with besides.</summary>
/// <param name="Card">Hash of the card, 32 bytes.</param>
/// <param name="Parameters">Set and plain modulus.</param>
/// <param name="Encoding">Which rows the card admits.</param>
/// <param name="Classes">K.</param>
/// <param name="Bound">The largest answer that the card admits.</param>
/// <param name="Commitment">C, registered with the card.</param>
internal sealed record AuditedModel(
    ReadOnlyMemory<byte> Card, KeylessParameters Parameters, FeatureEncoding Encoding, int Classes, long Bound, VectorCommitment Commitment) : IAuditedModel
{
    /// <summary>n.</summary>
    public int Features => Encoding.Length;

    /// <inheritdoc/>
    public string CommitmentText => Commitment.ToString();

    /// <inheritdoc/>
    public IPlannedAudit Plan(ReadOnlySpan<byte> master, ReadOnlySpan<byte> keys, IReadOnlyList<long[]> rows) => keys.IsEmpty
        ? new PlannedAudit(this, master, rows)
        : throw new ArgumentException("a query of a keyless circuit goes under no keys", nameof(keys));
}
