using System.Buffers.Binary;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Health.Circuits;
using Subnet.Health.Miner;

namespace Subnet.Health.Network.Demo.Conduct;

/// <summary>Computes nothing of the patient: every answer is a number drawn anew, encrypted properly. Nobody sees it from one answer.</summary>
/// <param name="committed">What is on the ledger.</param>
/// <param name="largest">The largest number drawn; the sum of the committed weights' sizes, so that the parameters admit it.</param>
/// <param name="randomness">Draws and blinds.</param>
internal sealed class LazyModel(IServedModel committed, long largest, IRandomSourceFactory randomness) : DishonestModel(committed)
{
    private readonly CardQuery query = CardReader.Read(committed.Card.Span).Query;
    private readonly byte[] hash = committed.CardHash.ToArray();

    /// <inheritdoc/>
    public override ValueTask<byte[]?> AnswerAsync(ReadOnlyMemory<byte> query, CancellationToken cancellationToken)
    {
        // Only the constant feature has a weight, and another one for each query.
        long[] weights = new long[this.query.Classes * this.query.Encoding.Length];
        using (IRandomSource random = randomness.Create())
        {
            Span<byte> bytes = stackalloc byte[sizeof(ulong)];
            for (int k = 0; k < this.query.Classes; k++)
            {
                random.Fill(bytes);
                weights[k * this.query.Encoding.Length] = ((long)(BinaryPrimitives.ReadUInt64LittleEndian(bytes) % (ulong)((2 * largest) + 1)) - largest) / this.query.Classes;
            }
        }

        using KeylessModel drawn = new(hash, this.query.Parameters, this.query.Classes, weights, this.query.Bound, randomness);
        return ValueTask.FromResult(drawn.TryAnswer(query.Span, out byte[]? reply, cancellationToken) == KeylessRefusal.None ? reply : null);
    }
}
