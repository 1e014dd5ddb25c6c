namespace Subnet.Health.Models.Onnx;

/// <summary>A node of a graph as the file has it.</summary>
/// <param name="Name">Its name, for messages; made from its place when the file has none.</param>
/// <param name="Domain">Empty for ai.onnx.</param>
/// <param name="Operator">The operator.</param>
/// <param name="Inputs">Names of values; empty text for one left out.</param>
/// <param name="Outputs">Names of values; empty text for one nobody wants.</param>
/// <param name="Attributes">By name.</param>
internal sealed record OnnxNode(
    string Name,
    string Domain,
    string Operator,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Outputs,
    IReadOnlyDictionary<string, OnnxAttribute> Attributes)
{
    /// <summary>The operator with its domain, for messages.</summary>
    public string FullOperator => Domain.Length == 0 ? Operator : $"{Domain}.{Operator}";
}

/// <summary>An attribute: what is set depends on its type.</summary>
/// <param name="Name">Its name.</param>
internal sealed record OnnxAttribute(string Name)
{
    /// <summary>Type 1.</summary>
    public float? Single { get; set; }

    /// <summary>Type 2.</summary>
    public long? Integer { get; set; }

    /// <summary>Type 3.</summary>
    public string? Text { get; set; }

    /// <summary>Type 4.</summary>
    public Tensor? Tensor { get; set; }

    /// <summary>Type 6.</summary>
    public List<float> Singles { get; } = [];

    /// <summary>Type 7.</summary>
    public List<long> Integers { get; } = [];

    /// <summary>Type 8.</summary>
    public List<string> Texts { get; } = [];
}

/// <summary>A graph's input or output.</summary>
/// <param name="Name">Name of the value.</param>
/// <param name="Type">Type of the elements; null where it is no tensor (the map of a ZipMap).</param>
/// <param name="Dimensions">Length of each dimension, -1 where it is not fixed; null where no shape is given.</param>
internal sealed record OnnxValue(string Name, ElementType? Type, IReadOnlyList<long>? Dimensions);

/// <summary>A graph as the file has it.</summary>
/// <param name="Producer">The program that wrote the file.</param>
/// <param name="Versions">Operator set version by domain.</param>
/// <param name="Nodes">In the order of the file.</param>
/// <param name="Constants">Initializers by name.</param>
/// <param name="Inputs">Without those that are initializers.</param>
/// <param name="Outputs">What the graph answers.</param>
internal sealed record OnnxGraph(
    string Producer,
    IReadOnlyDictionary<string, long> Versions,
    IReadOnlyList<OnnxNode> Nodes,
    IReadOnlyDictionary<string, Tensor> Constants,
    IReadOnlyList<OnnxValue> Inputs,
    IReadOnlyList<OnnxValue> Outputs);
