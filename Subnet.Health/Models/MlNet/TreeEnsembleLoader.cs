using Subnet.Health.Models.Heads;

namespace Subnet.Health.Models.MlNet;

/// <summary>
/// Reads tree ensembles, and checks what ML.NET itself does not: that every node and leaf in use is reached exactly once,
/// that features exist, that numbers are finite. A file that breaks this makes ML.NET hang or read wrong memory.
/// </summary>
internal static class TreeEnsembleLoader
{
    private const int MaxFeatures = 1 << 20;
    private const byte RegressionTree = 0;
    private const byte QuantileTree = 2;

    /// <summary>The ensemble, or null when the component is not one.</summary>
    public static TreeEnsembleHead? TryLoad(ModelComponent component)
    {
        Format? format = component.Signature switch
        {
            "FastTreeBinaryExec" or "FastTreeRegressionExec" or "FastTreeRankerExec"
                or "LightGBMBinaryExec" or "LightGBMRegressionExec" or "LightGBMRankerExec" => new Format(0x00010004, 0x00010005),
            "FastTreeTweedieExec" => new Format(0x00010002, 0x00010003),
            "FastForestBinaryExec" or "FastForestRegressionExec" => new Format(0x00010005, 0x00010006),
            _ => null,
        };
        return format is null ? null : Load(component, format);
    }

    private static TreeEnsembleHead Load(ModelComponent component, Format format)
    {
        const int SmallestTreeBytes = 64;
        component.FloatSize();
        int count = component.Count(SmallestTreeBytes, "trees");
        var trees = new DecisionTree[count];
        for (int i = 0; i < count; i++)
        {
            trees[i] = Tree(component, format, i);
        }

        component.Double();
        component.OptionalString();
        component.OptionalString();
        int features = component.Int32();
        component.Require(features is > 0 and <= MaxFeatures, $"there are {features} features");
        bool average = component.Signature == "FastForestRegressionExec";
        if (average)
        {
            component.Require(component.Bool8(), "a regression forest without quantiles");
            component.Int32();
        }

        for (int i = 0; i < count; i++)
        {
            CheckFeatures(component, trees[i], i, features);
        }

        // A trainer that finds no split saves no tree, and its sum is 0: that of one tree of one leaf.
        return new TreeEnsembleHead(
            features,
            count > 0 ? [.. trees] : [new DecisionTree([], [average ? double.NaN : 0])],
            [0],
            average ? TreeAggregate.Average : TreeAggregate.Sum,
            component.Signature == "FastTreeTweedieExec" ? ScoreLink.Exponential : ScoreLink.Identity);
    }

    private static DecisionTree Tree(ModelComponent component, Format format, int index)
    {
        byte type = component.Byte();
        if (type is not (RegressionTree or QuantileTree))
        {
            throw component.Unsupported($"tree {index} is of type {type}, which is not a regression tree", "train with FastTree, FastForest or LightGBM defaults");
        }

        int leaves = component.Int32();
        component.Double();
        double weight = component.Double();
        component.Require(weight >= 0, $"the weight of tree {index} is negative or not a number");
        int[] first = component.CountedInt32s("children");
        int[] second = component.CountedInt32s("children");
        int[] features = component.CountedInt32s("split features");
        int capacity = first.Length;
        component.Require(leaves >= 2 && leaves <= (long)capacity + 1, $"tree {index} has {leaves} leaves where its arrays hold {(long)capacity + 1}");
        component.Require(second.Length == capacity && features.Length == capacity, $"the arrays of tree {index} differ in length");
        int[]?[] categories = new int[]?[capacity];
        if (component.Version >= format.CategoriesFrom)
        {
            ReadCategories(component, categories, leaves - 1, index);
        }

        component.Bytes(4 * component.Count(4, "binned thresholds"));
        float[] thresholds = component.CountedSingles("thresholds");
        float[] defaults = component.Version >= format.DefaultsFrom ? component.CountedSingles("values for missing") : [];
        double[] values = component.CountedDoubles("leaf values");
        for (int ignored = 0; ignored < 3; ignored++)
        {
            component.Bytes(8 * component.Count(8, "statistics"));
        }

        if (type == QuantileTree)
        {
            component.Bytes(8 * component.Count(8, "quantile samples"));
            component.Bytes(8 * component.Count(8, "quantile weights"));
        }

        component.Require(values.Length == (long)capacity + 1, $"tree {index} has {values.Length} leaf values where its arrays hold {(long)capacity + 1}");
        component.Require(thresholds.Length >= leaves - 1, $"tree {index} has {thresholds.Length} thresholds for {leaves - 1} nodes");
        component.Require(defaults.Length == 0 || defaults.Length >= leaves - 1, $"tree {index} has {defaults.Length} values for missing for {leaves - 1} nodes");

        // Where all of them are 0 the trainer knew no missing values, and NaN then fails the comparison.
        bool hasDefaults = defaults.Any(value => value != 0);
        var nodes = new TreeNode[leaves - 1];
        for (int n = 0; n < nodes.Length; n++)
        {
            component.Require(!float.IsNaN(thresholds[n]), $"threshold {n} of tree {index} is not a number");
            nodes[n] = categories[n] is int[] slots
                ? new TreeNode(0, 0, first[n], second[n], false, NodeTest.NonePositive, [.. slots])
                : new TreeNode(features[n], thresholds[n], first[n], second[n], hasDefaults && defaults[n] <= thresholds[n]);
        }

        for (int leaf = 0; leaf < leaves; leaf++)
        {
            component.Require(double.IsFinite(values[leaf]), $"leaf {leaf} of tree {index} is not finite");
        }

        CheckShape(component, nodes, leaves, index);
        return new DecisionTree([.. nodes], [.. values[..leaves]]);
    }

    private static void ReadCategories(ModelComponent component, int[]?[] categories, int nodesInUse, int index)
    {
        foreach (int node in component.CountedInt32s("categorical nodes"))
        {
            component.Require(node >= 0 && node < nodesInUse && categories[node] is null, $"categorical node {node} of tree {index} is out of range or listed twice");
            int[] slots = component.CountedInt32s("categories");
            for (int i = 1; i < slots.Length; i++)
            {
                component.Require(slots[i] > slots[i - 1], $"the categories of node {node} of tree {index} do not ascend");
            }

            categories[node] = slots;
            component.Int32s(2);
        }
    }

    // Every node but the root and every leaf has exactly one parent, and the root has none: with as many links as nodes
    // and leaves that leaves only trees and cycles apart from the root, so the way from the root is counted as well.
    private static void CheckShape(ModelComponent component, TreeNode[] nodes, int leaves, int index)
    {
        bool[] nodeSeen = new bool[nodes.Length];
        bool[] leafSeen = new bool[leaves];
        var pending = new Stack<int>();
        pending.Push(0);
        int reached = 0;
        nodeSeen[0] = true;
        while (pending.TryPop(out int at))
        {
            reached++;
            foreach (int child in (ReadOnlySpan<int>)[nodes[at].First, nodes[at].Second])
            {
                bool[] seen = child >= 0 ? nodeSeen : leafSeen;
                int place = child >= 0 ? child : ~child;
                component.Require(place < seen.Length, $"node {at} of tree {index} leads to {(child >= 0 ? "node" : "leaf")} {place} of {seen.Length}");
                component.Require(!seen[place], $"node {at} of tree {index} leads to {(child >= 0 ? "node" : "leaf")} {place}, which is reached twice");
                seen[place] = true;
                if (child >= 0)
                {
                    pending.Push(child);
                }
            }
        }

        component.Require(reached == nodes.Length && leafSeen.All(seen => seen), $"tree {index} has nodes or leaves that are never reached");
    }

    private static void CheckFeatures(ModelComponent component, DecisionTree tree, int index, int features)
    {
        foreach (TreeNode node in tree.Nodes)
        {
            if (node.Test == NodeTest.NonePositive)
            {
                component.Require(node.Slots.All(slot => slot >= 0 && slot < features), $"a category of tree {index} lies outside the {features} features");
            }
            else
            {
                component.Require(node.Feature >= 0 && node.Feature < features, $"tree {index} splits on feature {node.Feature} of {features}");
            }
        }
    }

    private sealed record Format(uint DefaultsFrom, uint CategoriesFrom);
}
