namespace Subnet.Health.Models.Onnx.Cutting;

/// <summary>
/// The private region of a graph: the last nodes that hold trained weights, and what follows them as long as it is affine. Its
/// frontier are the raw scores: as few values as carry everything that the rest of the graph needs of it.
/// </summary>
internal sealed class CutRegion
{
    private readonly CutGraph graph;
    private readonly HashSet<OnnxNode> inside = [];
    private readonly Dictionary<string, bool> values = new(StringComparer.Ordinal);

    private CutRegion(CutGraph graph, HashSet<OnnxNode> heads)
    {
        this.graph = graph;
        Heads = heads;
    }

    /// <summary>The nodes that hold the weights.</summary>
    public HashSet<OnnxNode> Heads { get; }

    /// <summary>The region's nodes in order, heads among them.</summary>
    public IEnumerable<OnnxNode> Nodes => graph.Nodes.Where(inside.Contains);

    /// <summary>The raw scores in order.</summary>
    public IReadOnlyList<string> Frontier { get; private set; } = [];

    /// <summary>The region of a graph, or null where nothing in it was trained.</summary>
    public static CutRegion? Find(CutGraph graph)
    {
        for (int tier = 1; tier <= 3; tier++)
        {
            HashSet<OnnxNode> heads = Last([.. graph.Nodes.Where(node => AffineOperators.Weight(node, graph) is > 0 and int weight && weight <= tier)], graph);
            if (heads.Count > 0)
            {
                var region = new CutRegion(graph, heads);
                region.Grow();
                if (region.MoveConstantInside())
                {
                    return Find(graph);
                }

                region.SetFrontier();
                return region;
            }
        }

        return null;
    }

    /// <summary>Whether a value depends on leaves of trees; false where it is affine in features.</summary>
    public bool IsOfTrees(string value) => values[value];

    // Of all nodes with weights, those that no other such node comes after.
    private static HashSet<OnnxNode> Last(HashSet<OnnxNode> weighty, CutGraph graph)
    {
        var leads = new HashSet<string>(StringComparer.Ordinal);
        var last = new HashSet<OnnxNode>();
        foreach (OnnxNode node in Enumerable.Reverse(graph.Nodes))
        {
            bool before = node.Outputs.Any(leads.Contains);
            if (weighty.Contains(node) && !before)
            {
                last.Add(node);
            }

            if (before || weighty.Contains(node))
            {
                leads.UnionWith(node.Inputs);
            }
        }

        return last;
    }

    private void Grow()
    {
        foreach (OnnxNode node in graph.Nodes)
        {
            if (Heads.Contains(node))
            {
                Join(node, OperatorSplit.IsTrees(node));
                continue;
            }

            string[] own = [.. node.Inputs.Where(values.ContainsKey)];
            if (own.Length > 0 && own.All(name => values[name] == values[own[0]]) && AffineOperators.IsAffine(node, graph, values.ContainsKey))
            {
                Join(node, values[own[0]]);
            }
        }
    }

    private void Join(OnnxNode node, bool ofTrees)
    {
        inside.Add(node);
        foreach (string output in node.Outputs.Where(output => output.Length > 0))
        {
            values[output] = ofTrees;
        }
    }

    // (public + private) + constant is the same as public + (private + constant), which keeps the constant private: the norms of
    // centres come after the norm of the row.
    private bool MoveConstantInside()
    {
        foreach (OnnxNode sum in graph.Nodes.Where(node => node is { Domain: "", Operator: "Add", Inputs.Count: 2 } && !inside.Contains(node)))
        {
            string[] own = [.. sum.Inputs.Where(values.ContainsKey)];
            OnnxNode[] readers = [.. graph.Consumers(sum.Outputs[0])];
            if (own.Length != 1 || readers.Length != 1 || graph.Outputs.Contains(sum.Outputs[0])
                || readers[0] is not { Domain: "", Operator: "Add", Inputs.Count: 2 } after || graph.Variables(after).Length != 1)
            {
                continue;
            }

            string moved = own[0] + "/shifted";
            string constant = after.Inputs.First(input => graph.Constant(input) is not null);
            string other = sum.Inputs.First(input => input != own[0]);
            graph.Replace(new Dictionary<OnnxNode, OnnxNode[]>
            {
                [sum] = [sum with { Inputs = [own[0], constant], Outputs = [moved] }],
                [after] = [after with { Inputs = [other, moved] }],
            });
            return true;
        }

        return false;
    }

    private void SetFrontier()
    {
        HashSet<string> frontier = [.. values.Keys.Where(IsNeededOutside)];
        bool changed = true;
        while (changed)
        {
            changed = false;
            foreach (string value in frontier.ToArray())
            {
                // What follows from another raw score by itself is public, and need not be asked for.
                List<OnnxNode> chain = [];
                for (string? at = value; at is not null; at = Before(at, chain))
                {
                    bool shared = at != value && (frontier.Contains(at) || frontier.Any(other => other != value && Chain(other).Contains(at)));
                    if (shared)
                    {
                        inside.ExceptWith(chain);
                        frontier.Remove(value);
                        frontier.Add(at);
                        changed = true;
                        break;
                    }
                }
            }
        }

        foreach (string outside in values.Keys.Where(name => graph.Producer(name) is { } producer && !inside.Contains(producer)).ToArray())
        {
            values.Remove(outside);
        }

        Frontier = [.. graph.Nodes.Where(inside.Contains).SelectMany(node => node.Outputs).Where(frontier.Contains)];
    }

    private IEnumerable<string> Chain(string value)
    {
        for (string? at = value; at is not null; at = Before(at, []))
        {
            yield return at;
        }
    }

    // The one value of the region that a value is made from; null at a head or where several come together.
    private string? Before(string value, List<OnnxNode> chain)
    {
        OnnxNode producer = graph.Producer(value)!;
        string[] own = [.. producer.Inputs.Where(values.ContainsKey)];
        if (Heads.Contains(producer) || own.Length != 1 || producer.Outputs.Count != 1)
        {
            return null;
        }

        chain.Add(producer);
        return own[0];
    }

    private bool IsNeededOutside(string value) =>
        graph.Outputs.Contains(value) || graph.Consumers(value).Any(node => !inside.Contains(node));
}
