using System.Collections.Immutable;
using Subnet.Health.Models.Onnx.Cutting;
using Subnet.Health.Models.Onnx.Operators;

namespace Subnet.Health.Models.Onnx;

/// <summary>
/// Reads an ONNX model for tables: the graph is checked (names assigned once, every value defined, no cycle), nodes that no
/// answer needs are left out, and the others made ready to run.
/// </summary>
internal static class OnnxModelReader
{
    private const string MlNetSuffix = ".output";
    private const string MlNetUnused = "unusedOutput";

    /// <summary>Reads a model.</summary>
    /// <param name="file">Name of the file, for messages.</param>
    /// <param name="stream">Its content.</param>
    /// <param name="limits">Bounds; null for the defaults.</param>
    /// <exception cref="ModelFormatException">Damaged, hostile or not supported.</exception>
    public static OnnxModel Read(string file, Stream stream, ModelLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        long most = (limits ?? ModelLimits.Default).MaxFileBytes;
        if (stream.Length > most)
        {
            throw new ModelFormatException(file, null, $"the file has {stream.Length} bytes, more than {most}", "serve a smaller model");
        }

        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return Build(file, OnnxFileReader.Read(file, bytes));
    }

    private static OnnxModel Build(string file, OnnxGraph graph)
    {
        if (graph.Nodes.FirstOrDefault(node => node.Domain == EndOperators.Domain) is { } ours)
        {
            throw new ModelFormatException(ours.Name, ours.FullOperator, "the operator is not supported", "export the model with the operators that the documentation lists");
        }

        Dictionary<string, int> producers = Producers(graph);
        List<(string Name, OnnxValue Value)> outputs = [.. graph.Outputs
            .Where(output => !IsCopyOfInput(graph, producers, output.Name) && !IsMlNetLeftOver(graph, output.Name))
            .Select(output => (IsMlNet(graph) ? output.Name[..^MlNetSuffix.Length] : output.Name, output))];
        if (outputs.Count == 0)
        {
            throw new ModelFormatException(file, null, "the graph answers nothing", ModelFormatException.SaveAgain);
        }

        string[] values = [.. outputs.Select(output => output.Value.Name)];
        OnnxModel model = Prepare(graph, producers, values, [.. outputs.Select(output => output.Name)]);
        model.CheckTypes();
        SplitModel? split = OnnxSplitter.Split(
            graph, model.Steps, values, value => Prepare(graph, producers, [value], ["Features"]));
        string? reason = null;
        try
        {
            split ??= OnnxCutter.Cut(graph, model.Steps, values, [.. outputs.Select(output => output.Name)], inner => Prepare(graph, producers, inner, [.. inner]));
        }
        catch (CutException fault)
        {
            reason = fault.Message;
        }

        return Prepare(graph, producers, values, [.. outputs.Select(output => output.Name)], split, reason);
    }

    // The part of the graph that these values need, ready to run.
    private static OnnxModel Prepare(
        OnnxGraph graph, Dictionary<string, int> producers, string[] values, ImmutableArray<string> names, SplitModel? split = null, string? reason = null)
    {
        List<OnnxStep> steps = [.. Order(graph, producers, values).Select(at => Prepare(graph, graph.Nodes[at]))];
        HashSet<string> used = [.. steps.SelectMany(step => step.Node.Inputs), .. values];
        ImmutableArray<ModelColumn> columns = [.. graph.Inputs.Select(input => Column(input, used.Contains(input.Name), IsMlNet(graph)))];
        ImmutableArray<string> labels = Labels(steps);

        // ML.NET's converter writes graphs for one row, whatever it says of the inputs' shapes: what it drops slots with, for one,
        // picks elements of a table of one row.
        bool oneByOne = IsMlNet(graph) || graph.Inputs.Any(input => used.Contains(input.Name) && (input.Dimensions is not { Count: > 1 } || input.Dimensions[0] == 1));
        return new OnnxModel(new ModelSchema(TaskOf(steps, labels), columns, names, labels), graph, steps, values, oneByOne) { Split = split, PlaintextReason = reason };
    }

    private static bool IsMlNet(OnnxGraph graph) => graph.Producer == "ML.NET" && graph.Outputs.All(output => output.Name.EndsWith(MlNetSuffix, StringComparison.Ordinal)
        || output.Name.EndsWith(MlNetUnused, StringComparison.Ordinal));

    private static bool IsMlNetLeftOver(OnnxGraph graph, string output) => IsMlNet(graph) && output.EndsWith(MlNetUnused, StringComparison.Ordinal);

    // ML.NET's converter copies every input column to an output; nobody asks a model for what it was told.
    private static bool IsCopyOfInput(OnnxGraph graph, Dictionary<string, int> producers, string name)
    {
        for (int steps = 0; steps <= graph.Nodes.Count; steps++)
        {
            if (!producers.TryGetValue(name, out int at))
            {
                return graph.Inputs.Any(input => input.Name == name);
            }

            if (graph.Nodes[at].Operator != "Identity" || graph.Nodes[at].Inputs.Count != 1)
            {
                return false;
            }

            name = graph.Nodes[at].Inputs[0];
        }

        return false;
    }

    private static Dictionary<string, int> Producers(OnnxGraph graph)
    {
        HashSet<string> defined = [.. graph.Constants.Keys];
        Dictionary<string, int> producers = new(StringComparer.Ordinal);
        foreach (OnnxValue input in graph.Inputs)
        {
            if (!defined.Add(input.Name))
            {
                throw new ModelFormatException($"input '{input.Name}'", null, "the name is there twice", ModelFormatException.SaveAgain);
            }
        }

        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            foreach (string output in graph.Nodes[i].Outputs.Where(name => name.Length > 0))
            {
                if (!defined.Add(output))
                {
                    throw new ModelFormatException(
                        graph.Nodes[i].Name, graph.Nodes[i].FullOperator, $"the value '{output}' is assigned twice", ModelFormatException.SaveAgain);
                }

                producers[output] = i;
            }
        }

        return producers;
    }

    // Depth first from the answers, without recursion: a graph may be as deep as it is long.
    private static List<int> Order(OnnxGraph graph, Dictionary<string, int> producers, IEnumerable<string> wanted)
    {
        HashSet<string> given = [.. graph.Constants.Keys, .. graph.Inputs.Select(input => input.Name)];
        List<int> order = [];
        byte[] state = new byte[graph.Nodes.Count];
        Stack<(int Node, bool Leave)> pending = new();
        foreach (string output in wanted)
        {
            Visit(output, "the graph", "its outputs");
            while (pending.TryPop(out (int Node, bool Leave) next))
            {
                if (next.Leave)
                {
                    state[next.Node] = 2;
                    order.Add(next.Node);
                    continue;
                }

                if (state[next.Node] == 2)
                {
                    continue;
                }

                OnnxNode node = graph.Nodes[next.Node];
                if (state[next.Node] == 1)
                {
                    throw new ModelFormatException(node.Name, node.FullOperator, "it depends on its own result", ModelFormatException.SaveAgain);
                }

                state[next.Node] = 1;
                pending.Push((next.Node, true));
                foreach (string input in node.Inputs.Where(name => name.Length > 0))
                {
                    Visit(input, node.Name, node.FullOperator);
                }
            }
        }

        return order;

        void Visit(string name, string place, string component)
        {
            if (producers.TryGetValue(name, out int at))
            {
                if (state[at] != 2)
                {
                    pending.Push((at, false));
                }
            }
            else if (!given.Contains(name))
            {
                throw new ModelFormatException(place, component, $"the value '{name}' is defined nowhere", ModelFormatException.SaveAgain);
            }
        }
    }

    private static OnnxStep Prepare(OnnxGraph graph, OnnxNode node) => new(
        node,
        OperatorCatalog.Create(node, graph.Versions, at => at < node.Inputs.Count ? graph.Constants.GetValueOrDefault(node.Inputs[at]) : null));

    private static ModelColumn Column(OnnxValue input, bool isUsed, bool scalars)
    {
        ColumnKind kind = input.Type switch
        {
            ElementType.Single => ColumnKind.Single,
            ElementType.Double => ColumnKind.Double,
            ElementType.Text => ColumnKind.Text,
            ElementType.Boolean => ColumnKind.Boolean,
            ElementType.UInt8 or ElementType.UInt16 or ElementType.UInt32 or ElementType.UInt64 => ColumnKind.Unsigned,
            ElementType.Int8 or ElementType.Int16 or ElementType.Int32 or ElementType.Int64 => ColumnKind.Integer,
            _ => throw Refuse("it is no tensor of a supported type"),
        };
        IReadOnlyList<long> dimensions = input.Dimensions ?? throw Refuse("it has no shape");
        long width = dimensions.Count == 0 ? 1 : dimensions[^1];
        if (dimensions.Count > 2 || width is < 1 or > 1 << 20 || (dimensions.Count == 2 && dimensions[0] > 1))
        {
            throw Refuse($"its shape [{string.Join(", ", dimensions)}] is not [rows, columns] with a fixed number of columns");
        }

        return new ModelColumn(input.Name, kind, (int)width, !(scalars && width == 1), isUsed);

        ModelFormatException Refuse(string problem) =>
            new($"input '{input.Name}'", null, problem, "export the model with one table, or one column, for each input");
    }

    private static ImmutableArray<string> Labels(List<OnnxStep> steps)
    {
        foreach (OnnxStep step in steps)
        {
            foreach (string name in (ReadOnlySpan<string>)["classlabels_strings", "classlabels_ints", "classlabels_int64s"])
            {
                if (step.Node.Operator != "ZipMap" && step.Node.Attributes.TryGetValue(name, out OnnxAttribute? labels))
                {
                    return [.. labels.Texts, .. labels.Integers.Select(label => label.ToString(System.Globalization.CultureInfo.InvariantCulture))];
                }
            }
        }

        return [];
    }

    private static ModelTask TaskOf(List<OnnxStep> steps, ImmutableArray<string> labels) =>
        labels.Length == 2 || (labels.IsEmpty && steps.Any(step => step.Node.Operator is "Binarizer")) ? ModelTask.Binary
        : labels.Length > 2 || steps.Any(step => step.Node.Operator == "ArgMax") ? ModelTask.Multiclass
        : steps.Any(step => step.Node.Operator == "ArgMin") ? ModelTask.Clustering
        : ModelTask.Regression;
}
