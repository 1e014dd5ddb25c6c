namespace Subnet.Health.Models.Onnx.Operators;

/// <summary>
/// A node while it is made ready to run: gives its attributes and remembers which were asked for, so that one that nobody
/// knows is refused instead of passed over.
/// </summary>
/// <param name="node">The node.</param>
/// <param name="version">Version of its operator set.</param>
/// <param name="constant">The value of an input that is constant, by its place; null otherwise.</param>
internal sealed class NodeContext(OnnxNode node, long version, Func<int, Tensor?> constant)
{
    private readonly HashSet<string> known = new(StringComparer.Ordinal);

    /// <summary>Version of the operator set.</summary>
    public long Version { get; } = version;

    /// <summary>Number of inputs named, those left out among them.</summary>
    public int InputCount => node.Inputs.Count;

    /// <summary>Number of outputs named.</summary>
    public int OutputCount => node.Outputs.Count;

    /// <summary>A constant input, or null.</summary>
    public Tensor? Constant(int input) => constant(input);

    /// <summary>Whether the attribute is there.</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>A float.</summary>
    public float Single(string name, float otherwise) => Find(name) is { } found ? found.Single ?? throw Wrong(name, "a float") : otherwise;

    /// <summary>An integer.</summary>
    public long Integer(string name, long otherwise) => Find(name) is { } found ? found.Integer ?? throw Wrong(name, "an integer") : otherwise;

    /// <summary>A text.</summary>
    public string Text(string name, string otherwise) => Find(name) is { } found ? found.Text ?? throw Wrong(name, "text") : otherwise;

    /// <summary>A tensor, or null.</summary>
    public Tensor? Tensor(string name) => Find(name) is { } found ? found.Tensor ?? throw Wrong(name, "a tensor") : null;

    /// <summary>Floats; none when absent.</summary>
    public float[] Singles(string name) => Find(name)?.Singles.ToArray() ?? [];

    /// <summary>Finite floats; none when absent.</summary>
    public float[] Weights(string name)
    {
        float[] weights = Singles(name);
        return Array.TrueForAll(weights, float.IsFinite) ? weights : throw Refuse($"the attribute '{name}' holds a number that is not finite");
    }

    /// <summary>Integers; none when absent.</summary>
    public long[] Integers(string name) => Find(name)?.Integers.ToArray() ?? [];

    /// <summary>Texts; none when absent.</summary>
    public string[] Texts(string name) => Find(name)?.Texts.ToArray() ?? [];

    /// <summary>One of the words an attribute may be.</summary>
    public T Word<T>(string name, T otherwise, params (string Word, T Value)[] words)
    {
        string text = Text(name, "");
        if (text.Length == 0)
        {
            return otherwise;
        }

        foreach ((string word, T value) in words)
        {
            if (word == text)
            {
                return value;
            }
        }

        throw Refuse($"'{text}' is not known for the attribute '{name}'");
    }

    /// <summary>What every operator allows and none here needs.</summary>
    public void Ignore(params string[] names) => known.UnionWith(names);

    /// <summary>Refuses attributes that nobody asked for.</summary>
    public void CheckAllKnown()
    {
        foreach (string name in node.Attributes.Keys)
        {
            if (!known.Contains(name))
            {
                throw Refuse($"the attribute '{name}' is not supported");
            }
        }
    }

    /// <summary>The error for this node.</summary>
    public ModelFormatException Refuse(string problem, string? fix = null) =>
        new(node.Name, node.FullOperator, problem, fix ?? "export the model with the operators that the documentation lists");

    private OnnxAttribute? Find(string name)
    {
        known.Add(name);
        return node.Attributes.GetValueOrDefault(name);
    }

    private ModelFormatException Wrong(string name, string wanted) => Refuse($"the attribute '{name}' is not {wanted}", ModelFormatException.SaveAgain);
}
