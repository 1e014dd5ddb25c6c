namespace Subnet.Health.Models.Onnx.Operators;

/// <summary>Reads the parallel lists of a TreeEnsemble operator and checks that they are trees.</summary>
internal sealed class TreeEnsembleReader(NodeContext node, string prefix, int scores)
{
    private const long MaxFeature = 1 << 20;

    /// <summary>The ensemble.</summary>
    /// <exception cref="ModelFormatException">The lists are not trees.</exception>
    public OnnxTreeEnsemble Read()
    {
        long[] treeIds = node.Integers("nodes_treeids");
        long[] nodeIds = node.Integers("nodes_nodeids");
        long[] features = node.Integers("nodes_featureids");
        string[] modes = node.Texts("nodes_modes");
        long[] yes = node.Integers("nodes_truenodeids");
        long[] no = node.Integers("nodes_falsenodeids");
        long[] missing = node.Integers("nodes_missing_value_tracks_true");
        double[] values = Numbers("nodes_values");
        node.Ignore("nodes_hitrates", "nodes_hitrates_as_tensor");
        int count = treeIds.Length;
        if (count == 0 || nodeIds.Length != count || features.Length != count || modes.Length != count || yes.Length != count || no.Length != count
            || values.Length != count || (missing.Length != 0 && missing.Length != count))
        {
            throw Broken("its lists of nodes differ in length");
        }

        Dictionary<(long Tree, long Node), int> places = new(count);
        List<int> roots = [];
        HashSet<long> trees = [];
        for (int i = 0; i < count; i++)
        {
            if (!places.TryAdd((treeIds[i], nodeIds[i]), i))
            {
                throw Broken($"node {nodeIds[i]} of tree {treeIds[i]} is there twice");
            }

            if (trees.Add(treeIds[i]))
            {
                roots.Add(i);
            }
        }

        OnnxTreeEnsemble.Branch[] branches = new OnnxTreeEnsemble.Branch[count];
        for (int i = 0; i < count; i++)
        {
            BranchMode mode = Mode(modes[i]);
            if (mode == BranchMode.Leaf)
            {
                branches[i] = new OnnxTreeEnsemble.Branch(mode, 0, 0, 0, -1, -1, false);
                continue;
            }

            if (features[i] is < 0 or >= MaxFeature || !double.IsFinite(values[i])
                || !places.TryGetValue((treeIds[i], yes[i]), out int first) || !places.TryGetValue((treeIds[i], no[i]), out int second))
            {
                throw Broken($"node {nodeIds[i]} of tree {treeIds[i]} has a feature, a value or a child that cannot be");
            }

            branches[i] = new OnnxTreeEnsemble.Branch(mode, (int)features[i], values[i], (float)values[i], first, second, missing.Length > 0 && missing[i] != 0);
        }

        CheckReached(branches, roots);
        (int[] starts, (int, float)[] weights) = ReadWeights(branches, places);
        int featureCount = branches.Max(branch => branch.Mode == BranchMode.Leaf ? 0 : branch.Feature + 1);
        return new OnnxTreeEnsemble(branches, [.. roots], starts, weights, ReadBases(), ReadCombination(), featureCount);
    }

    private static BranchMode? Find(string mode) => mode switch
    {
        "BRANCH_LEQ" => BranchMode.LessOrEqual,
        "BRANCH_LT" => BranchMode.Less,
        "BRANCH_GTE" => BranchMode.GreaterOrEqual,
        "BRANCH_GT" => BranchMode.Greater,
        "BRANCH_EQ" => BranchMode.Equal,
        "BRANCH_NEQ" => BranchMode.NotEqual,
        "LEAF" => BranchMode.Leaf,
        _ => null,
    };

    private BranchMode Mode(string mode) => Find(mode) ?? throw node.Refuse($"the mode '{mode}' of a tree's node is not supported");

    // No node is reached twice and none is left over: so there is neither a cycle nor a shared branch.
    private void CheckReached(OnnxTreeEnsemble.Branch[] branches, List<int> roots)
    {
        bool[] reached = new bool[branches.Length];
        int count = 0;
        Stack<int> pending = new(roots);
        while (pending.TryPop(out int at))
        {
            if (reached[at])
            {
                throw Broken("a tree has a cycle or a branch with two parents");
            }

            reached[at] = true;
            count++;
            if (branches[at].Mode != BranchMode.Leaf)
            {
                pending.Push(branches[at].True);
                pending.Push(branches[at].False);
            }
        }

        if (count != branches.Length)
        {
            throw Broken("a tree has nodes that are not reached from its first");
        }
    }

    private (int[] Starts, (int, float)[] Weights) ReadWeights(OnnxTreeEnsemble.Branch[] branches, Dictionary<(long Tree, long Node), int> places)
    {
        long[] treeIds = node.Integers($"{prefix}_treeids");
        long[] nodeIds = node.Integers($"{prefix}_nodeids");
        long[] ids = node.Integers($"{prefix}_ids");
        double[] values = Numbers($"{prefix}_weights");
        if (nodeIds.Length != treeIds.Length || ids.Length != treeIds.Length || values.Length != treeIds.Length)
        {
            throw Broken("its lists of weights differ in length");
        }

        List<(int Score, float Weight)>?[] byLeaf = new List<(int, float)>?[branches.Length];
        for (int i = 0; i < ids.Length; i++)
        {
            if (!places.TryGetValue((treeIds[i], nodeIds[i]), out int leaf) || branches[leaf].Mode != BranchMode.Leaf
                || ids[i] < 0 || ids[i] >= scores || !double.IsFinite(values[i]))
            {
                throw Broken($"weight {i} is not finite, or not that of a leaf and of one of {scores} scores");
            }

            (byLeaf[leaf] ??= []).Add(((int)ids[i], (float)values[i]));
        }

        int[] starts = new int[branches.Length + 1];
        List<(int, float)> weights = [];
        for (int i = 0; i < branches.Length; i++)
        {
            starts[i] = weights.Count;
            weights.AddRange(byLeaf[i] ?? []);
        }

        starts[^1] = weights.Count;
        return (starts, [.. weights]);
    }

    private double[] ReadBases()
    {
        double[] given = Numbers("base_values");
        if (given.Length == 0)
        {
            return new double[scores];
        }

        if (!Array.TrueForAll(given, double.IsFinite) || (given.Length != scores && !(given.Length == 1 && scores == 2)))
        {
            throw Broken($"it has {given.Length} base values for {scores} scores");
        }

        return given.Length == scores ? given : [given[0], 0];
    }

    private TreeCombination ReadCombination() => prefix == "class" ? TreeCombination.Sum : node.Word(
        "aggregate_function",
        TreeCombination.Sum,
        ("SUM", TreeCombination.Sum),
        ("AVERAGE", TreeCombination.Average),
        ("MIN", TreeCombination.Minimum),
        ("MAX", TreeCombination.Maximum));

    private double[] Numbers(string name) => node.Tensor(name + "_as_tensor") switch
    {
        null => Array.ConvertAll(node.Singles(name), value => (double)value),
        Tensor<double> tensor => tensor.Data,
        Tensor tensor => Array.ConvertAll(tensor.ToSingles(), value => (double)value),
    };

    private ModelFormatException Broken(string problem) => node.Refuse(problem, ModelFormatException.SaveAgain);
}
