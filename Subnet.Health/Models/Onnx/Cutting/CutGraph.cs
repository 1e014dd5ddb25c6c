namespace Subnet.Health.Models.Onnx.Cutting;

/// <summary>
/// A graph made ready to be cut: operators taken apart into sums and ends, everything that depends on no input computed once and
/// for all, and the rest in order.
/// </summary>
internal sealed class CutGraph
{
    private readonly Dictionary<string, OnnxNode> producers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Tensor> constants;
    private readonly IReadOnlyDictionary<string, long> versions;

    /// <summary>Prepares a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="steps">Its needed nodes in order.</param>
    /// <param name="outputs">Names of the values that are answers.</param>
    public CutGraph(OnnxGraph graph, IEnumerable<OnnxStep> steps, IReadOnlyList<string> outputs)
    {
        versions = graph.Versions;
        constants = new Dictionary<string, Tensor>(graph.Constants, StringComparer.Ordinal);
        Outputs = outputs;
        var nodes = new List<OnnxNode>();
        foreach (OnnxNode node in steps.SelectMany(step => OperatorSplit.Split(step.Node, versions)))
        {
            if (node.Inputs.All(input => input.Length == 0 || constants.ContainsKey(input)))
            {
                Fold(node);
                continue;
            }

            nodes.Add(node);
            foreach (string output in node.Outputs.Where(output => output.Length > 0))
            {
                producers[output] = node;
            }
        }

        Nodes = nodes;
    }

    /// <summary>The nodes that depend on an input, in order.</summary>
    public List<OnnxNode> Nodes { get; private set; }

    /// <summary>Names of the values that are answers.</summary>
    public IReadOnlyList<string> Outputs { get; }

    /// <summary>The version of an operator set.</summary>
    public long Version(string domain) => versions.GetValueOrDefault(domain);

    /// <summary>The value of a constant, or null.</summary>
    public Tensor? Constant(string name) => constants.GetValueOrDefault(name);

    /// <summary>The inputs of a node that are not constant.</summary>
    public string[] Variables(OnnxNode node) => [.. node.Inputs.Where(input => input.Length > 0 && !constants.ContainsKey(input))];

    /// <summary>What makes a value; null for an input of the graph.</summary>
    public OnnxNode? Producer(string name) => producers.GetValueOrDefault(name);

    /// <summary>The nodes that read a value.</summary>
    public IEnumerable<OnnxNode> Consumers(string name) => Nodes.Where(node => node.Inputs.Contains(name));

    /// <summary>Some of the nodes as a piece that runs.</summary>
    public OnnxPiece Piece(IEnumerable<OnnxNode> nodes)
    {
        OnnxNode[] list = [.. nodes];
        Dictionary<string, Tensor> own = list.SelectMany(node => node.Inputs).Where(constants.ContainsKey).Distinct().ToDictionary(name => name, name => constants[name], StringComparer.Ordinal);
        return new OnnxPiece([.. list.Select(Step)], own, versions);
    }

    /// <summary>Replaces nodes; their outputs keep their names.</summary>
    public void Replace(IReadOnlyDictionary<OnnxNode, OnnxNode[]> by)
    {
        Nodes = [.. Nodes.SelectMany(node => by.TryGetValue(node, out OnnxNode[]? others) ? others : [node])];
        foreach (OnnxNode node in by.Values.SelectMany(others => others))
        {
            foreach (string output in node.Outputs)
            {
                producers[output] = node;
            }
        }
    }

    private OnnxStep Step(OnnxNode node) => new(
        node, Operators.OperatorCatalog.Create(node, versions, at => at < node.Inputs.Count ? constants.GetValueOrDefault(node.Inputs[at]) : null));

    private void Fold(OnnxNode node)
    {
        Tensor[] results = Step(node).Kernel([.. node.Inputs.Select(input => input.Length == 0 ? null : constants[input])]);
        for (int i = 0; i < node.Outputs.Count; i++)
        {
            constants[node.Outputs[i]] = results[i];
        }
    }
}
