using System.Collections.Immutable;
using System.Numerics;
using Subnet.Health.Models.Heads;

namespace Subnet.Health.Circuits;

/// <summary>Groups of indicators of which exactly one is 1: the bin of each shape function, or the leaf of each tree.</summary>
internal abstract class OneHotEncoding : FeatureEncoding
{
    private readonly int[] starts;

    /// <param name="sizes">Number of indicators of each group.</param>
    protected OneHotEncoding(IEnumerable<int> sizes)
    {
        var ends = new List<int> { 1 };
        foreach (int size in sizes)
        {
            ends.Add(checked(ends[^1] + size));
        }

        starts = [.. ends];
    }

    /// <inheritdoc/>
    public override int Length => starts[^1];

    /// <inheritdoc/>
    public override BigInteger LargestSum => starts.Length - 1;

    /// <inheritdoc/>
    public override string? TryEncode(ReadOnlySpan<float> x, Span<long> phi)
    {
        phi.Clear();
        phi[0] = 1;
        for (int group = 0; group < starts.Length - 1; group++)
        {
            phi[starts[group] + Active(group, x)] = 1;
        }

        return null;
    }

    /// <inheritdoc/>
    public override bool Admits(ReadOnlySpan<long> phi)
    {
        bool isAdmitted = phi.Length == Length && phi[0] == 1;
        for (int group = 0; isAdmitted && group < starts.Length - 1; group++)
        {
            ReadOnlySpan<long> indicators = phi[starts[group]..starts[group + 1]];
            isAdmitted = indicators.Count(1L) == 1 && indicators.Count(0L) == indicators.Length - 1;
        }

        return isAdmitted;
    }

    /// <inheritdoc/>
    public override (BigInteger Lowest, BigInteger Highest) RangeOf(ReadOnlySpan<long> weights)
    {
        BigInteger lowest = weights[0];
        BigInteger highest = weights[0];
        for (int group = 0; group < starts.Length - 1; group++)
        {
            long least = long.MaxValue;
            long most = long.MinValue;
            foreach (long weight in weights[starts[group]..starts[group + 1]])
            {
                least = Math.Min(least, weight);
                most = Math.Max(most, weight);
            }

            lowest += least;
            highest += most;
        }

        return (lowest, highest);
    }

    /// <summary>Which indicator of a group is 1.</summary>
    protected abstract int Active(int group, ReadOnlySpan<float> x);
}

/// <summary>The bin of each shape function; NaN takes bin 0, a value on a bound the lower bin, as in training.</summary>
internal sealed class BinEncoding(ImmutableArray<ShapeFunction> shapes)
    : OneHotEncoding(shapes.Select(shape => shape.UpperBounds.Length))
{
    /// <summary>The shapes; of their effects nothing is used here.</summary>
    public ImmutableArray<ShapeFunction> Shapes => shapes;

    /// <inheritdoc/>
    protected override int Active(int group, ReadOnlySpan<float> x) => shapes[group].Bin(x[shapes[group].Feature]);
}

/// <summary>
/// The leaf of each tree, found by comparisons in single precision with the trainer's own direction for missing values: the
/// public structure makes them exact.
/// </summary>
internal sealed class LeafEncoding(ImmutableArray<DecisionTree> trees) : OneHotEncoding(trees.Select(tree => tree.LeafCount))
{
    /// <summary>The trees; of their leaf weights nothing is used here.</summary>
    public ImmutableArray<DecisionTree> Trees => trees;

    /// <inheritdoc/>
    protected override int Active(int group, ReadOnlySpan<float> x) => trees[group].Walk(x);
}
