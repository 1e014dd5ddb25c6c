using Subnet.Crypto.Forests;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Health.Circuits.Forests;

/// <summary>The private side of a forest, ready to answer. Safe for concurrent use.</summary>
internal sealed class ForestEvaluation : IDisposable
{
    private readonly SinglePatientForest? single;
    private readonly BatchForest? batch;

    /// <summary>Encodes a forest.</summary>
    /// <param name="card">Hash of the card.</param>
    /// <param name="set">The set.</param>
    /// <param name="layout">For a single patient; null for a batch.</param>
    /// <param name="edges">The public edges.</param>
    /// <param name="forest">The private trees.</param>
    /// <param name="randomness">The operating system's generator in production.</param>
    public ForestEvaluation(
        ReadOnlySpan<byte> card, ForestSet set, ForestLayout? layout, ForestEdges edges, IntegerForest forest, IRandomSourceFactory randomness)
    {
        if (layout is null)
        {
            batch = new BatchForest(card, set, edges.Bits, forest.Trees, forest.Constant, randomness);
        }
        else
        {
            single = new SinglePatientForest(card, layout, [.. forest.ToBoxes(ForestCompiler.FeatureOfBit(edges))], forest.Constant, randomness);
        }
    }

    /// <summary>Bytes that the encoded forest takes.</summary>
    public long WeightBytes => single?.WeightBytes ?? 0;

    /// <summary>Answers a query.</summary>
    public ForestRefusal TryAnswer(ForestKeyBundle keys, ReadOnlySpan<byte> query, out byte[]? reply, CancellationToken cancellationToken) =>
        single is not null ? single.TryAnswer(keys, query, out reply, cancellationToken) : batch!.TryAnswer(keys, query, out reply, null, cancellationToken);

    /// <summary>Wipes what holds leaf values.</summary>
    public void Dispose()
    {
        single?.Dispose();
        batch?.Dispose();
    }
}
