using Subnet.Crypto.Forests;
using Subnet.Health.Models;

namespace Subnet.Health.Circuits.Forests;

/// <summary>A forest as a circuit with keys: public edges, private integer trees, public rest.</summary>
/// <param name="Kind"><see cref="CircuitKind.ForestPrivate"/> or <see cref="CircuitKind.ForestBatch"/>.</param>
/// <param name="Model">Feature map, head, calibration, decision.</param>
/// <param name="Set">The set.</param>
/// <param name="Layout">How bits and leaves share slots; null for a batch.</param>
/// <param name="Edges">From the feature vector to bits.</param>
/// <param name="Forest">The private trees.</param>
/// <param name="Scale">An answer over it is the raw score.</param>
/// <param name="FloodingMargin">log2 of how far the flooding exceeds the privacy bound; at least 40.</param>
/// <param name="Report">What quantisation costs.</param>
internal sealed record CompiledForest(
    CircuitKind Kind,
    SplitModel Model,
    ForestSet Set,
    ForestLayout? Layout,
    ForestEdges Edges,
    IntegerForest Forest,
    double Scale,
    double FloodingMargin,
    QuantisationReport Report)
{
    /// <summary>A report before anything was measured.</summary>
    public static readonly QuantisationReport Nothing = new(0, 0, 0, 0, 0, 0, null, null);

    /// <summary>What stays with the miner, in words.</summary>
    public string PrivatePart => CircuitWords.PrivatePart(Kind);

    /// <summary>The number of trees that the card names: rounded up to a power of two.</summary>
    public int DeclaredTrees => (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Forest.Trees.Length);

    /// <summary>The chance of a wrong decryption.</summary>
    public ExactnessClaim Exactness => Layout is ForestLayout layout
        ? ExactnessClaim.Of(layout)
        : ExactnessClaim.Of(Set, Forest.Depth, DeclaredTrees, ForestSlots.LargestAnswer);

    /// <summary>Whether a query holds many patients.</summary>
    public bool IsBatch => Kind == CircuitKind.ForestBatch;

    /// <summary>How far a raw score can be from the float model's: half a unit for each tree and for the constant.</summary>
    public double Rounding => (Forest.Trees.Length + 1) / (2 * Scale);

    /// <summary>The Galois elements of the keys that a clinic uploads.</summary>
    public IReadOnlyList<int> Elements => Layout?.Elements ?? [];

    /// <summary>The raw score of the integer model; null where it refuses the row.</summary>
    public double[]? TryScore(ReadOnlySpan<float> x) => TryEvaluate(x, out long answer) is null ? [answer / Scale] : null;

    /// <summary>The integer model in the clear.</summary>
    /// <returns>Null, or why the row is refused.</returns>
    public string? TryEvaluate(ReadOnlySpan<float> x, out long answer)
    {
        byte[] bits = new byte[Edges.Bits];
        answer = 0;
        if (Edges.TryEncode(x, Model.Features.Names, bits) is string refusal)
        {
            return refusal;
        }

        answer = Forest.Evaluate(bits);
        return null;
    }
}
