namespace Subnet.Health.Models.Onnx;

/// <summary>
/// A piece of a graph that is ready to run: nodes in order and the constants they read. Immutable, safe for concurrent use.
/// </summary>
/// <param name="steps">In an order in which every value is made before it is read.</param>
/// <param name="constants">By name.</param>
/// <param name="versions">Operator set version by domain.</param>
internal sealed class OnnxPiece(IReadOnlyList<OnnxStep> steps, IReadOnlyDictionary<string, Tensor> constants, IReadOnlyDictionary<string, long> versions)
{
    // A piece may come with a stranger's card: what all its values hold together is bounded, not each alone.
    private const long MaxElements = 4L * Tensor.MaxElements;

    /// <summary>The nodes in order.</summary>
    public IReadOnlyList<OnnxStep> Steps => steps;

    /// <summary>Constants by name.</summary>
    public IReadOnlyDictionary<string, Tensor> Constants => constants;

    /// <summary>Operator set version by domain.</summary>
    public IReadOnlyDictionary<string, long> Versions => versions;

    /// <summary>Computes values.</summary>
    /// <param name="values">The values given; all that are made are added.</param>
    /// <param name="which">What the rows at hand are called in messages.</param>
    /// <param name="wanted">Names of the values that are asked for.</param>
    /// <exception cref="Rows.RowFormatException">An operator cannot take its inputs.</exception>
    public Tensor[] Run(Dictionary<string, Tensor> values, Func<string> which, IEnumerable<string> wanted)
    {
        long elements = 0;
        foreach (OnnxStep step in steps)
        {
            try
            {
                Tensor[] results = step.Kernel([.. step.Node.Inputs.Select(name => name.Length == 0 ? null : Value(name))]);
                for (int i = 0; i < step.Node.Outputs.Count; i++)
                {
                    Tensor result = i < results.Length ? results[i] : throw new OperatorException($"it has no output {i}");
                    elements += result.Count;
                    if (elements > MaxElements)
                    {
                        throw new OperatorException($"the graph makes more than {MaxElements} elements");
                    }

                    values[step.Node.Outputs[i]] = result;
                }
            }
            catch (OperatorException fault)
            {
                throw new Rows.RowFormatException($"{step.Node.Name} ({step.Node.FullOperator}) cannot take {which()}: {fault.Message}.", fault);
            }
        }

        return [.. wanted.Select(Value)];

        Tensor Value(string name) => values.TryGetValue(name, out Tensor? value) ? value : constants[name];
    }
}
