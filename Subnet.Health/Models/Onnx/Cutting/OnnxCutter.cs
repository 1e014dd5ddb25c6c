using Subnet.Health.Models.Heads;
using Subnet.Health.Models.Rows;

namespace Subnet.Health.Models.Onnx.Cutting;

/// <summary>
/// Cuts any graph whose last trained part is affine, trees, or one hidden layer with squares: what comes before is the public
/// feature map, what comes after the public tail, which the clinic runs on the decrypted raw scores.
/// </summary>
internal sealed class OnnxCutter
{
    private readonly CutGraph graph;
    private readonly CutRegion region;
    private readonly Func<string[], OnnxModel> createPrefix;

    private OnnxCutter(CutGraph graph, CutRegion region, Func<string[], OnnxModel> createPrefix)
    {
        this.graph = graph;
        this.region = region;
        this.createPrefix = createPrefix;
    }

    /// <summary>The cut.</summary>
    /// <param name="source">The graph.</param>
    /// <param name="steps">Its needed nodes in order.</param>
    /// <param name="outputs">Names of the values that are answers.</param>
    /// <param name="names">What the answers are called.</param>
    /// <param name="createPrefix">Makes a model that answers inner values.</param>
    /// <exception cref="CutException">There is none.</exception>
    public static SplitModel Cut(
        OnnxGraph source, IReadOnlyList<OnnxStep> steps, IReadOnlyList<string> outputs, IReadOnlyList<string> names, Func<string[], OnnxModel> createPrefix)
    {
        if (steps.FirstOrDefault(step => step.Node is { Domain: "ai.onnx.ml", Operator: "SVMRegressor" or "SVMClassifier" } && step.Node.Attributes.ContainsKey("support_vectors")
            && step.Node.Attributes["support_vectors"].Singles.Count > 0) is not null)
        {
            throw new CutException("its support vectors are patients of the training data and would have to be public; use a linear model, an additive model or trees");
        }

        try
        {
            var graph = new CutGraph(source, steps, outputs);
            CutRegion region = CutRegion.Find(graph)
                ?? throw new CutException("nothing in it was trained, so there is nothing to hide; the clinic computes it by itself");
            return new OnnxCutter(graph, region, createPrefix).Build(names);
        }
        catch (Exception fault) when (fault is OperatorException or RowFormatException or ModelFormatException or OverflowException)
        {
            throw new CutException($"its graph could not be taken apart ({fault.Message.TrimEnd('.')})");
        }
    }

    private SplitModel Build(IReadOnlyList<string> names)
    {
        if (region.Frontier.Count == 0)
        {
            throw new CutException("no answer depends on its trained part");
        }

        // Features of the heads first, then what the tail reads beside the raw scores.
        SquareLayer? squares = SquareLayer.Find(graph, region);
        string[] bases = squares is null ? [.. region.Heads.SelectMany(graph.Variables).Distinct()] : [.. squares.Bases];
        OnnxNode[] after = [.. graph.Nodes.Where(DependsOnFrontier())];
        (string[] extra, OnnxNode[] publicNodes) = TailInputs(bases, after);
        CutTable[] tables = Tables([.. bases, .. extra]);
        ModelHead head = new CutHead(graph, region, tables, squares).Build(out int[][] shapes);
        OnnxModel prefix = createPrefix([.. tables.Select(table => table.Name)]);
        var tail = new OnnxTail(
            graph.Piece([.. publicNodes, .. after]),
            [.. region.Frontier.Select((name, i) => new OnnxTailInput(name, ElementType.Single, shapes[i]))],
            tables.Where(table => after.Concat(publicNodes).Any(node => node.Inputs.Contains(table.Name))).ToArray(),
            [.. Enumerable.Range(0, graph.Outputs.Count).Where(i => IsAnswer(graph.Outputs[i], after)).Select(i => new OnnxTailOutput(names[i], graph.Outputs[i]))]);
        return new SplitModel(new OnnxFeatureMap(prefix, tables.Sum(table => table.Width)), head, null, new DecisionRule.None(), tail);
    }

    private bool IsAnswer(string output, OnnxNode[] after) => region.Frontier.Contains(output) || after.Any(node => node.Outputs.Contains(output));

    private Func<OnnxNode, bool> DependsOnFrontier()
    {
        HashSet<string> reached = [.. region.Frontier];
        HashSet<OnnxNode> inside = [.. region.Nodes];
        return node =>
        {
            bool depends = !inside.Contains(node) && node.Inputs.Any(reached.Contains);
            if (depends)
            {
                reached.UnionWith(node.Outputs);
            }

            return depends;
        };
    }

    // Public values that the tail reads: computed from the heads' features where they can be, else features of their own.
    private (string[] Extra, OnnxNode[] Nodes) TailInputs(string[] bases, OnnxNode[] after)
    {
        HashSet<string> known = [.. region.Frontier, .. bases, .. after.SelectMany(node => node.Outputs)];
        List<string> extra = [];
        List<OnnxNode> nodes = [];
        foreach (string name in after.SelectMany(graph.Variables).Distinct().Where(name => !known.Contains(name)).ToArray())
        {
            List<OnnxNode> path = [];
            if (FromBases(name, known, path))
            {
                nodes.AddRange(path);
                known.UnionWith(path.SelectMany(node => node.Outputs));
            }
            else
            {
                extra.Add(name);
                known.Add(name);
            }
        }

        return ([.. extra], [.. graph.Nodes.Where(nodes.Contains)]);
    }

    private bool FromBases(string name, HashSet<string> known, List<OnnxNode> path)
    {
        if (known.Contains(name))
        {
            return true;
        }

        if (graph.Producer(name) is not { } producer || !graph.Variables(producer).All(input => FromBases(input, known, path)))
        {
            return false;
        }

        path.Add(producer);
        return true;
    }

    private CutTable[] Tables(string[] names)
    {
        OnnxModel prefix = createPrefix(names);
        Tensor[] row = prefix.AnswersToOneRow() ?? throw new CutException("the shape of its features depends on the rows");
        var tables = new CutTable[names.Length];
        int start = 0;
        for (int i = 0; i < tables.Length; i++)
        {
            if (row[i].Rank == 0 || row[i].Shape[0] != 1 || row[i].Count == 0)
            {
                throw new CutException("its features are not one vector for each row");
            }

            if (row[i].Type == ElementType.Text)
            {
                throw new CutException("its features are texts");
            }

            tables[i] = new CutTable(names[i], row[i].Type, row[i].Shape, start);
            start += tables[i].Width;
        }

        return tables;
    }
}
