using Subnet.Health.Models.Heads;

namespace Subnet.Health.Models.Onnx.Operators;

/// <summary>What a node of an ONNX tree asks of a feature x and its value v.</summary>
internal enum BranchMode : byte
{
    /// <summary>x &lt;= v.</summary>
    LessOrEqual,

    /// <summary>x &lt; v.</summary>
    Less,

    /// <summary>x &gt;= v.</summary>
    GreaterOrEqual,

    /// <summary>x &gt; v.</summary>
    Greater,

    /// <summary>x == v.</summary>
    Equal,

    /// <summary>x != v.</summary>
    NotEqual,

    /// <summary>Nothing: a leaf.</summary>
    Leaf,
}

/// <summary>How the trees of an ensemble become one score.</summary>
internal enum TreeCombination
{
    Sum,
    Average,
    Minimum,
    Maximum,
}

/// <summary>
/// The trees of a TreeEnsemble operator, checked: ids are unique, both children of a node are in its tree, every node is reached
/// exactly once from the root, and weights belong to leaves.
/// </summary>
internal sealed class OnnxTreeEnsemble
{
    private readonly Branch[] nodes;
    private readonly int[] roots;
    private readonly int[] leafStarts;
    private readonly (int Score, float Weight)[] leafWeights;
    private readonly double[] bases;
    private readonly TreeCombination combination;
    private readonly int scores;
    private readonly int features;

    internal OnnxTreeEnsemble(
        Branch[] nodes, int[] roots, int[] leafStarts, (int Score, float Weight)[] leafWeights, double[] bases, TreeCombination combination, int features)
    {
        this.nodes = nodes;
        this.roots = roots;
        this.leafStarts = leafStarts;
        this.leafWeights = leafWeights;
        this.bases = bases;
        this.combination = combination;
        this.features = features;
        scores = bases.Length;
    }

    /// <summary>One more than the largest feature asked for.</summary>
    public int Features => features;

    /// <summary>Whether every weight belongs to score 0.</summary>
    public bool OnlyFirstScore => leafWeights.All(weight => weight.Score == 0);

    /// <summary>Whether all weights belong to one score, whichever.</summary>
    public bool OnlyOneScore => leafWeights.Select(weight => weight.Score).Distinct().Count() == 1;

    /// <summary>Whether no weight is negative.</summary>
    public bool AllPositive => leafWeights.All(weight => weight.Weight >= 0);

    /// <summary>Reads and checks the attributes.</summary>
    /// <param name="node">The operator.</param>
    /// <param name="prefix"><c>target</c> or <c>class</c>.</param>
    /// <param name="scores">Number of targets or classes.</param>
    public static OnnxTreeEnsemble Read(NodeContext node, string prefix, int scores) => new TreeEnsembleReader(node, prefix, scores).Read();

    /// <summary>Whether a row has a weight of this score whatever leaves it reaches (true), never (false), or now and then (null).</summary>
    public bool? HasAlways(int score)
    {
        bool Holds(int leaf) => leafWeights.AsSpan(leafStarts[leaf]..leafStarts[leaf + 1]).ToArray().Any(weight => weight.Score == score);
        bool always = roots.Any(root => Leaves(root).All(Holds));
        return always ? true : leafWeights.Any(weight => weight.Score == score) ? null : false;
    }

    /// <summary>The scores of every row before the post transform, row-major.</summary>
    public double[] Scores(Tensor x) => Sums(x, bases).Sums;

    /// <summary>The sums of every row without base values, row-major, and whether a leaf that it reached had a weight of that score.</summary>
    public (double[] Sums, bool[] Has) Sums(Tensor x) => Sums(x, new double[scores]);

    private (double[] Sums, bool[] Has) Sums(Tensor x, double[] added)
    {
        (float[] data, int rows, int columns) = Inputs.Table(x);
        if (columns < features)
        {
            throw new OperatorException($"its trees look at feature {features - 1} and it is given {columns} features");
        }

        // Doubles are compared as doubles; all other numbers in single precision.
        double[]? wide = (x as Tensor<double>)?.Data;
        double[] result = new double[Tensor.CountOf([rows, scores])];
        bool[] has = new bool[result.Length];
        for (int row = 0; row < rows; row++)
        {
            Span<double> own = result.AsSpan(row * scores, scores);
            Span<bool> seen = has.AsSpan(row * scores, scores);
            foreach (int root in roots)
            {
                Add(wide is null ? Walk(root, data.AsSpan(row * columns, columns)) : Walk(root, wide.AsSpan(row * columns, columns)), own, seen);
            }

            for (int s = 0; s < scores; s++)
            {
                if (scores > 1 && !seen[s])
                {
                    // Of several targets one without a weight is 0 in the runtime, base or not.
                    continue;
                }

                own[s] = (combination == TreeCombination.Average ? own[s] / roots.Length : own[s]) + added[s];
            }
        }

        return (result, has);
    }

    private IEnumerable<int> Leaves(int root)
    {
        var pending = new Stack<int>([root]);
        while (pending.TryPop(out int at))
        {
            if (nodes[at].Mode == BranchMode.Leaf)
            {
                yield return at;
            }
            else
            {
                pending.Push(nodes[at].True);
                pending.Push(nodes[at].False);
            }
        }
    }

    /// <summary>
    /// The same trees as a head; null where they are put together by their smallest or largest leaf for several scores, of which
    /// a tree may have none, and where a row may be left without the base value of a score.
    /// </summary>
    public TreeEnsembleHead? ToHead(int width, ScoreLink link) => scores > 1
        && (combination is TreeCombination.Minimum or TreeCombination.Maximum || Enumerable.Range(0, scores).Any(s => bases[s] != 0 && HasAlways(s) != true))
        ? null
        : new TreeEnsembleHead(
            width,
            [.. roots.Select(root => TreeConversion.Convert(nodes, root, scores, (leaf, weights) =>
            {
                for (int w = leafStarts[leaf]; w < leafStarts[leaf + 1]; w++)
                {
                    weights[leafWeights[w].Score] += leafWeights[w].Weight;
                }
            }))],
            [.. bases],
            combination switch
            {
                TreeCombination.Average => TreeAggregate.Average,
                TreeCombination.Minimum => TreeAggregate.Minimum,
                TreeCombination.Maximum => TreeAggregate.Maximum,
                _ => TreeAggregate.Sum,
            },
            link);

    private void Add(int leaf, Span<double> own, Span<bool> seen)
    {
        for (int w = leafStarts[leaf]; w < leafStarts[leaf + 1]; w++)
        {
            (int s, float weight) = leafWeights[w];
            own[s] = combination switch
            {
                TreeCombination.Minimum when seen[s] => Math.Min(own[s], weight),
                TreeCombination.Maximum when seen[s] => Math.Max(own[s], weight),
                TreeCombination.Minimum or TreeCombination.Maximum => weight,
                _ => own[s] + weight,
            };
            seen[s] = true;
        }
    }

    private int Walk(int at, ReadOnlySpan<float> x)
    {
        while (nodes[at] is { Mode: not BranchMode.Leaf } branch)
        {
            float value = x[branch.Feature];
            bool yes = branch.Mode switch
            {
                BranchMode.LessOrEqual => value <= branch.Single,
                BranchMode.Less => value < branch.Single,
                BranchMode.GreaterOrEqual => value >= branch.Single,
                BranchMode.Greater => value > branch.Single,
                BranchMode.Equal => value == branch.Single,
                _ => value != branch.Single,
            };
            at = yes || (branch.MissingIsTrue && float.IsNaN(value)) ? branch.True : branch.False;
        }

        return at;
    }

    private int Walk(int at, ReadOnlySpan<double> x)
    {
        while (nodes[at] is { Mode: not BranchMode.Leaf } branch)
        {
            double value = x[branch.Feature];
            bool yes = branch.Mode switch
            {
                BranchMode.LessOrEqual => value <= branch.Value,
                BranchMode.Less => value < branch.Value,
                BranchMode.GreaterOrEqual => value >= branch.Value,
                BranchMode.Greater => value > branch.Value,
                BranchMode.Equal => value == branch.Value,
                _ => value != branch.Value,
            };
            at = yes || (branch.MissingIsTrue && double.IsNaN(value)) ? branch.True : branch.False;
        }

        return at;
    }

    /// <summary>A node.</summary>
    internal readonly record struct Branch(BranchMode Mode, int Feature, double Value, float Single, int True, int False, bool MissingIsTrue);
}
