using BenchmarkDotNet.Attributes;
using Subnet.Health.Models;
using Subnet.Health.Models.Evaluation;
using Subnet.Health.Models.Heads;
using Subnet.Health.Models.Rows;

namespace Subnet.Benchmarks.Health;

/// <summary>Plain evaluation on one core, per row: what a miner's own check and a validator's reference cost.</summary>
[MemoryDiagnoser]
public class PlainModelBenchmarks
{
    private const int Rows = 16_384;
    private const int Features = 30;
    private const int Trees = 100;
    private const int Leaves = 20;

    private LaneFeatureMap linear = null!;
    private LaneFeatureMap forest = null!;
    private RowBatch rows = null!;

    [GlobalSetup]
    public void Prepare()
    {
        var random = new Random(1);
        float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)random.NextDouble())];
        rows = new RowBatch(Rows, Enumerable.Range(0, Features).Select(i => new RowColumn<float>($"x{i}", ColumnKind.Single, Draw(Rows))));
        linear = Program(new LinearHead([.. Draw(Features)], 0.5f), Draw);
        forest = Program(new TreeEnsembleHead(Features, [.. Enumerable.Range(0, Trees).Select(_ => Tree(random))], [0]), Draw);
    }

    /// <summary>30 columns, affine normalisation of each, dot product. Target: 1 M rows/s, 1 us a row.</summary>
    [Benchmark(OperationsPerInvoke = Rows)]
    public float[] LinearOfThirty() => linear.Evaluate(rows);

    /// <summary>The same columns, 100 trees of 20 leaves. Target: 200 k rows/s, 5 us a row.</summary>
    [Benchmark(OperationsPerInvoke = Rows)]
    public float[] HundredTreesOfTwentyLeaves() => forest.Evaluate(rows);

    private static LaneFeatureMap Program(ModelHead head, Func<int, float[]> draw)
    {
        var builder = new LaneProgramBuilder();
        Lane[] inputs = [.. Enumerable.Range(0, Features).SelectMany(i => builder.AddInput(new ModelColumn($"x{i}", ColumnKind.Single, 1, false)))];
        Lane[] normal = builder.NewLanes(LaneKind.Single, Features);
        builder.Add(new AffineStage(inputs, normal, draw(Features), draw(Features)));
        Lane[] scores = HeadEmitter.Emit(builder, head, [.. normal.Select(lane => new Slot(lane))]);
        return new LaneFeatureMap(builder.Build(scores), scores, ["score"]);
    }

    // Leaves are split at random until there are enough, as boosting does leaf by leaf.
    private static DecisionTree Tree(Random random)
    {
        var nodes = new List<TreeNode> { Node(random, ~0, ~1) };
        var places = new List<(int Node, bool First)> { (0, true), (0, false) };
        while (places.Count < Leaves)
        {
            int split = random.Next(places.Count);
            (int parent, bool first) = places[split];
            nodes[parent] = first ? nodes[parent] with { First = nodes.Count } : nodes[parent] with { Second = nodes.Count };
            nodes.Add(Node(random, ~split, ~places.Count));
            places[split] = (nodes.Count - 1, true);
            places.Add((nodes.Count - 1, false));
        }

        return new DecisionTree([.. nodes], [.. Enumerable.Range(0, Leaves).Select(_ => random.NextDouble())]);
    }

    private static TreeNode Node(Random random, int first, int second) =>
        new(random.Next(Features), (float)random.NextDouble() - 0.25f, first, second);
}
