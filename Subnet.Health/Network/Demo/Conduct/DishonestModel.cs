using Subnet.Crypto.Commitments;
using Subnet.Health.Miner;

namespace Subnet.Health.Network.Demo.Conduct;

/// <summary>A model whose card, commitment and opening are genuine and whose answers are not: all that a cheating miner can do on its own.</summary>
internal abstract class DishonestModel(IServedModel committed) : IServedModel
{
    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Card => committed.Card;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> CardHash => committed.CardHash;

    /// <inheritdoc/>
    public string Id => committed.Id;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Commitment => committed.Commitment;

    /// <inheritdoc/>
    public CommitmentOpening? Opening => committed.Opening;

    /// <inheritdoc/>
    public (long Resident, long PerQuery) MemoryBytes => committed.MemoryBytes;

    /// <inheritdoc/>
    public int LargestQueryBytes => committed.LargestQueryBytes;

    /// <inheritdoc/>
    public long KeyBundleBytes => committed.KeyBundleBytes;

    /// <inheritdoc/>
    public int? RowsOf(ReadOnlySpan<byte> query) => committed.RowsOf(query);

    /// <inheritdoc/>
    public abstract ValueTask<byte[]?> AnswerAsync(ReadOnlyMemory<byte> query, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        committed.Dispose();
    }

    /// <summary>Releases what the cheat itself holds.</summary>
    protected virtual void Release()
    {
    }
}
