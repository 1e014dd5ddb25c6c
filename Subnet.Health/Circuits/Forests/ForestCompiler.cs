using Subnet.Crypto.Forests;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Models;
using Subnet.Health.Models.Heads;

namespace Subnet.Health.Circuits.Forests;

/// <summary>
/// Compiles trees whose structure stays private: public edges with decoys, integer leaves, and the smallest set that leaves the
/// flooding its margin (parameters 3 and 5).
/// </summary>
internal static class ForestCompiler
{
    // |answer| < t/2.
    private const long LargestAnswer = (long)(ForestSet.PlainModulus / 2) - 1;

    /// <summary>Compiles.</summary>
    /// <param name="model">The model, cut in two.</param>
    /// <param name="rows">Rows for decoys and measurement.</param>
    /// <param name="kind"><see cref="CircuitKind.ForestPrivate"/> or <see cref="CircuitKind.ForestBatch"/>.</param>
    /// <param name="random">Draws the decoys.</param>
    /// <exception cref="CircuitException">The model is no forest of this kind, or no set serves it.</exception>
    public static CompiledForest Compile(SplitModel model, ReferenceRows rows, CircuitKind kind, IRandomSource random)
    {
        bool isBatch = kind == CircuitKind.ForestBatch;
        TreeEnsembleHead head = Check(model.Head, CircuitWords.Of(kind));
        int real = EdgeSuperset.Real(head).Values.Sum(edges => edges.Count);
        int bits = EdgeSuperset.BitsFor(real, powerOfTwo: !isBatch);
        ForestEdges edges = EdgeSuperset.Create(head, rows, bits, random);
        (IntegerForest forest, double scale) = Scale(head, edges);
        CompiledForest compiled = isBatch ? Batch(model, edges, forest, scale) : Single(model, edges, forest, scale);
        return compiled with { Report = QuantisationMeasure.Measure(model, rows, compiled.TryScore, compiled.Rounding) };
    }

    private static TreeEnsembleHead Check(ModelHead head, string circuit)
    {
        string? reason = head switch
        {
            TreeEnsembleHead { ScoreCount: > 1 } => "it has several scores; compile one forest for each class, or use forest-leaves",
            TreeEnsembleHead { Aggregate: TreeAggregate.Minimum or TreeAggregate.Maximum } => "its smallest or largest tree decides; use forest-leaves",
            TreeEnsembleHead trees when trees.Trees.SelectMany(tree => tree.Nodes).Any(node => node.Test != NodeTest.LessOrEqual) =>
                "a split asks for equality or for a category; use forest-leaves, or train with one-hot features and thresholds",
            TreeEnsembleHead trees when trees.Trees.All(tree => tree.Nodes.IsEmpty) => "no tree branches, so there is no structure to hide",
            TreeEnsembleHead => null,
            _ => "it is no forest",
        };
        return reason is null ? (TreeEnsembleHead)head : throw new CircuitException($"the model cannot be compiled to {circuit}: {reason}.");
    }

    // The largest scale at which every answer stays below t/2; rounding may take one unit for each tree.
    private static (IntegerForest Forest, double Scale) Scale(TreeEnsembleHead head, ForestEdges edges)
    {
        const double Unit = 1 << 20;
        double reach = Math.Max(IntegerForest.Of(head, edges, Unit).Bound / Unit, 1e-12);
        double scale = Math.Max(1, LargestAnswer - head.Trees.Length - 1) / reach;
        IntegerForest forest = IntegerForest.Of(head, edges, scale);
        return forest.Bound <= LargestAnswer
            ? (forest, scale)
            : throw new CircuitException($"the model's {head.Trees.Length} trees do not fit answers of 16 bits; train fewer trees, or use forest-leaves.");
    }

    private static CompiledForest Single(SplitModel model, ForestEdges edges, IntegerForest forest, double scale)
    {
        int[] features = FeatureOfBit(edges);
        MismatchLeaf[] boxes = [.. forest.ToBoxes(features)];
        int most = boxes.Max(box => box.Added.Concat(box.Subtracted).Select(bit => features[bit]).Distinct().Count());
        if (most > ForestLayout.MostPathFeatures)
        {
            throw new CircuitException(
                $"the model cannot be compiled to forest-private: a path asks for {most} features, above {ForestLayout.MostPathFeatures}; train trees of depth {ForestLayout.FewestPathFeatures}, or use forest-leaves.");
        }

        int pathFeatures = Math.Max(ForestLayout.FewestPathFeatures, (most + 1) / 2 * 2);

        foreach (ForestSet set in (ReadOnlySpan<ForestSet>)[ForestSet.Small, ForestSet.Large])
        {
            int leaves = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(boxes.Length, set.Degree / edges.Bits));
            if (edges.Bits > set.Degree / 2 || leaves > set.Degree)
            {
                continue;
            }

            var layout = new ForestLayout(set, edges.Bits, leaves, pathFeatures);
            double bound = new ForestNoise(set).SinglePatient(layout);
            if (new ForestNoise(set).Admits(bound))
            {
                return new CompiledForest(CircuitKind.ForestPrivate, model, set, layout, edges, forest, scale, set.FloodBits - bound, CompiledForest.Nothing);
            }
        }

        throw new CircuitException($"no set holds {boxes.Length} leaves over {edges.Bits} edges; train fewer or smaller trees, or use forest-leaves.");
    }

    private static CompiledForest Batch(SplitModel model, ForestEdges edges, IntegerForest forest, double scale)
    {
        foreach (ForestSet set in (ReadOnlySpan<ForestSet>)[ForestSet.Small, ForestSet.Large])
        {
            double bound = new ForestNoise(set).Batch(forest.Depth, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)forest.Trees.Length));
            if (new ForestNoise(set).Admits(bound))
            {
                return new CompiledForest(CircuitKind.ForestBatch, model, set, null, edges, forest, scale, set.FloodBits - bound, CompiledForest.Nothing);
            }
        }

        throw new CircuitException($"no set leaves room for trees of depth {forest.Depth}; train shallower trees (depth 4 is fast), or use forest-leaves.");
    }

    /// <summary>The feature of each bit.</summary>
    public static int[] FeatureOfBit(ForestEdges edges) => [.. edges.Features.SelectMany(own => Enumerable.Repeat(own.Feature, own.Edges.Length))];
}
