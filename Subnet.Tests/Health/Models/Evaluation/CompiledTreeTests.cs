using Subnet.Health.Models.Evaluation;
using Subnet.Health.Models.Heads;

namespace Subnet.Tests.Health.Models.Evaluation;

/// <summary>The scalar walk of a tree is the oracle of the vectorised one.</summary>
[TestFixture]
internal sealed class CompiledTreeTests
{
    private const int Features = 5;
    private const int Rows = 131;

    [Test]
    public void Random_trees_of_every_size_agree_with_the_scalar_walk_on_ties_and_missing_values(
        [Values(1, 2, 3, 8, 20, 31, 32, 33, 100)] int leaves)
    {
        var random = new Random(leaves);
        for (int repeat = 0; repeat < 20; repeat++)
        {
            DecisionTree tree = RandomTree(random, leaves);
            CompiledTree compiled = CompiledTree.Compile(tree);
            var block = new LaneBlock([Features, 0, 0, 0, 0], Rows);
            block.MoveTo(0, Rows);
            Lane[] lanes = [.. Enumerable.Range(0, Features).Select(i => new Lane(LaneKind.Single, i))];
            foreach (Lane lane in lanes)
            {
                foreach (ref float x in block.Singles(lane))
                {
                    x = random.Next(10) == 0 ? float.NaN : random.Next(-3, 4);
                }
            }

            int[] leaf = new int[Rows];
            compiled.FindLeaves(block, lanes, leaf);

            float[] row = new float[Features];
            for (int i = 0; i < Rows; i++)
            {
                for (int f = 0; f < Features; f++)
                {
                    row[f] = block.Singles(lanes[f])[i];
                }

                Assert.That(compiled.LeafWeights[leaf[i]], Is.EqualTo(tree.LeafWeights[tree.Walk(row)]), $"row {i}: {string.Join(' ', row)}");
            }
        }
    }

    [Test]
    public void Depth_counts_comparisons_on_the_longest_path()
    {
        var tree = new DecisionTree([new TreeNode(0, 1, ~0, 1), new TreeNode(0, 2, ~1, ~2)], [1, 2, 3]);
        Assert.That(tree.Depth(), Is.EqualTo(2));
    }

    private static DecisionTree RandomTree(Random random, int leaves)
    {
        // Split a random leaf until there are enough; thresholds are small integers, so that values lie on them.
        var nodes = new List<TreeNode>();
        var places = new List<(int Node, bool First)>();
        if (leaves > 1)
        {
            nodes.Add(RandomNode(random, ~0, ~1));
            places.AddRange([(0, true), (0, false)]);
        }

        while (places.Count < leaves && leaves > 1)
        {
            int split = random.Next(places.Count);
            (int parent, bool first) = places[split];
            nodes[parent] = first ? nodes[parent] with { First = nodes.Count } : nodes[parent] with { Second = nodes.Count };
            nodes.Add(RandomNode(random, ~split, ~places.Count));
            places[split] = (nodes.Count - 1, true);
            places.Add((nodes.Count - 1, false));
        }

        return new DecisionTree([.. nodes], [.. Enumerable.Range(0, leaves).Select(i => (double)i)]);
    }

    private static TreeNode RandomNode(Random random, int first, int second) => random.Next(6) switch
    {
        0 => new TreeNode(0, 0, first, second, false, NodeTest.NonePositive, [1, 3]),
        1 => new TreeNode(random.Next(Features), random.Next(-3, 4), first, second, random.Next(2) == 0, NodeTest.Equal),
        _ => new TreeNode(random.Next(Features), random.Next(-3, 4), first, second, random.Next(2) == 0),
    };
}
