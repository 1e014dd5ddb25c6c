using Subnet.Crypto.Commitments;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Health.Circuits;

namespace Subnet.Health.Miner;

/// <summary>A model served from what <c>subnet model compile</c> wrote: its card and its private circuit. Disposing wipes the weights.</summary>
internal sealed class CircuitServedModel : IServedModel
{
    private readonly ServedCircuit circuit;
    private readonly byte[] commitment;

    /// <param name="circuit">The loaded circuit; becomes this object's.</param>
    public CircuitServedModel(ServedCircuit circuit)
    {
        ArgumentNullException.ThrowIfNull(circuit);
        this.circuit = circuit;
        commitment = [.. circuit.Card.Query.Commitment];
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Card => circuit.Canonical;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> CardHash => circuit.CardHash;

    /// <inheritdoc/>
    public string Id => circuit.Card.Text.Id;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Commitment => commitment;

    /// <inheritdoc/>
    public CommitmentOpening? Opening => circuit.Opening;

    /// <inheritdoc/>
    public (long Resident, long PerQuery) MemoryBytes => (circuit.MemoryBytes(0), circuit.MemoryBytes(1) - circuit.MemoryBytes(0));

    /// <inheritdoc/>
    public int LargestQueryBytes
    {
        get
        {
            CardQuery query = circuit.Card.Query;
            return KeylessQuery.ByteCount(query.Parameters.Set, query.Layout(1).Place(query.Parameters.Set).Ciphertexts);
        }
    }

    /// <inheritdoc/>
    public long KeyBundleBytes => 0;

    /// <summary>Loads a model.</summary>
    /// <inheritdoc cref="ServedCircuit.Load"/>
    public static CircuitServedModel Load(
        ReadOnlySpan<byte> canonical, ReadOnlySpan<byte> sealedCircuit, ReadOnlySpan<byte> password, IRandomSourceFactory randomness) =>
        new(ServedCircuit.Load(canonical, sealedCircuit, password, randomness));

    /// <inheritdoc/>
    public int? RowsOf(ReadOnlySpan<byte> query) => KeylessQuery.Card(query).SequenceEqual(CardHash.Span) ? KeylessQuery.Rows(query) : null;

    /// <inheritdoc/>
    public ValueTask<byte[]?> AnswerAsync(ReadOnlyMemory<byte> query, CancellationToken cancellationToken) =>
        AnswerAsync(query, KeylessQuery.RequestHash(query.Span), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<byte[]?> AnswerAsync(ReadOnlyMemory<byte> query, ReadOnlyMemory<byte> requestHash, CancellationToken cancellationToken) =>
        ValueTask.FromResult(circuit.TryAnswer(query.Span, requestHash.Span, out byte[]? reply, cancellationToken) == KeylessRefusal.None ? reply : null);

    /// <inheritdoc/>
    public void Dispose() => circuit.Dispose();
}
