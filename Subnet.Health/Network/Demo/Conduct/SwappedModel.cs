using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Health.Circuits;
using Subnet.Health.Miner;

namespace Subnet.Health.Network.Demo.Conduct;

/// <summary>Serves other weights than it committed to, under the same card: plausible answers, always the same for one row, only not the model that was paid for.</summary>
internal sealed class SwappedModel : DishonestModel
{
    private readonly KeylessModel served;

    /// <param name="committed">What is on the ledger.</param>
    /// <param name="weights">What is served instead.</param>
    /// <param name="randomness">Blinds answers.</param>
    public SwappedModel(IServedModel committed, long[] weights, IRandomSourceFactory randomness)
        : base(committed)
    {
        CardQuery query = CardReader.Read(committed.Card.Span).Query;
        served = new KeylessModel(committed.CardHash.Span, query.Parameters, query.Classes, weights, query.Bound, randomness);
    }

    /// <inheritdoc/>
    public override ValueTask<byte[]?> AnswerAsync(ReadOnlyMemory<byte> query, CancellationToken cancellationToken) =>
        ValueTask.FromResult(served.TryAnswer(query.Span, out byte[]? reply, cancellationToken) == KeylessRefusal.None ? reply : null);

    /// <inheritdoc/>
    protected override void Release() => served.Dispose();
}
