using System.Globalization;
using Subnet.Health.Models.Rows;

namespace Subnet.Health.Models.Onnx;

/// <summary>An ONNX model for tables, evaluated in the clear, a block of rows at a time.</summary>
internal sealed class OnnxModel : IPlainModel
{
    private const int BlockRows = 512;

    private readonly OnnxGraph graph;
    private readonly IReadOnlyList<OnnxStep> steps;
    private readonly string[] outputs;
    private readonly int blockRows;

    internal OnnxModel(ModelSchema schema, OnnxGraph graph, IReadOnlyList<OnnxStep> steps, string[] outputs, bool oneByOne)
    {
        Schema = schema;
        this.graph = graph;
        this.steps = steps;
        this.outputs = outputs;
        blockRows = oneByOne ? 1 : BlockRows;
    }

    /// <inheritdoc/>
    public ModelSchema Schema { get; }

    /// <inheritdoc/>
    public SplitModel? Split { get; init; }

    /// <inheritdoc/>
    public string? PlaintextReason { get; init; }

    /// <summary>The nodes its answers need, in order.</summary>
    public IReadOnlyList<OnnxStep> Steps => steps;

    /// <summary>The graph.</summary>
    public OnnxGraph Graph => graph;

    /// <summary>Names of the values that are answers.</summary>
    public IReadOnlyList<string> Answers => outputs;

    /// <summary>Whether rows are computed one at a time.</summary>
    public bool IsOneByOne => blockRows == 1;

    /// <summary>Whether there is nothing to compute: an input is the answer.</summary>
    public bool IsEmpty => steps.Count == 0;

    /// <inheritdoc/>
    public PredictionBatch Predict(RowBatch rows, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        List<Tensor>[] blocks = [.. outputs.Select(_ => new List<Tensor>())];
        for (int first = 0; first < rows.Count; first += blockRows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = Math.Min(blockRows, rows.Count - first);
            Tensor[] answers = Run(rows, first, count);
            for (int i = 0; i < answers.Length; i++)
            {
                if (answers[i].Count % count != 0)
                {
                    throw new RowFormatException($"the output {Schema.Outputs[i]} has {answers[i].Count} values for {count} rows; the model does not keep rows apart.");
                }

                blocks[i].Add(answers[i]);
            }
        }

        return new PredictionBatch(rows.Count, [.. blocks.Select((list, i) => Join(Schema.Outputs[i], list, rows.Count))]);
    }

    /// <summary>Sends no rows through the graph, which tells whether each operator is given what it can take.</summary>
    /// <exception cref="ModelFormatException">One is not.</exception>
    internal void CheckTypes()
    {
        try
        {
            Run(NoRows(), 0, 0);
        }
        catch (RowFormatException fault) when (fault.InnerException is OperatorException)
        {
            // Which node it was stands in the sentence. What depends on the rows is judged when they come.
            if (fault.InnerException is OperatorTypeException)
            {
                throw new ModelFormatException("graph", null, fault.Message.TrimEnd('.'), ModelFormatException.SaveAgain, fault);
            }
        }
    }

    /// <summary>The number of columns of the answer, when it is a table; null when no rows cannot tell.</summary>
    internal int? WidthOfTable() => AnswersTo(NoRows(), 0) is { } answers && answers[0].Rank == 2 ? answers[0].Shape[1] : null;

    /// <summary>The answers for one row of zeros and empty texts, of which types and shapes are of use; null when it is not taken.</summary>
    internal Tensor[]? AnswersToOneRow() => AnswersTo(new RowBatch(1, Schema.Inputs.Where(column => column.IsUsed).Select(column => Empty(column, 1))), 1);

    private Tensor[]? AnswersTo(RowBatch rows, int count)
    {
        try
        {
            return Run(rows, 0, count);
        }
        catch (RowFormatException)
        {
            return null;
        }
    }

    private RowBatch NoRows() => new(0, Schema.Inputs.Where(column => column.IsUsed).Select(column => Empty(column, 0)));

    private static RowColumn Empty(ModelColumn column, int rows) => column.Kind switch
    {
        ColumnKind.Single or ColumnKind.Boolean => new RowColumn<float>(column.Name, column.Kind, Slots(column, rows, 0f)),
        ColumnKind.Double => new RowColumn<double>(column.Name, column.Kind, Slots(column, rows, 0d)),
        ColumnKind.Integer => new RowColumn<long>(column.Name, column.Kind, Slots(column, rows, 0L)),
        ColumnKind.Unsigned => new RowColumn<ulong>(column.Name, column.Kind, Slots(column, rows, 0UL)),
        _ => new RowColumn<string>(column.Name, column.Kind, Slots(column, rows, "")),
    };

    private static T[][] Slots<T>(ModelColumn column, int rows, T value) =>
        [.. Enumerable.Range(0, column.Width).Select(_ => Enumerable.Repeat(value, rows).ToArray())];

    private Tensor[] Run(RowBatch rows, int first, int count)
    {
        Dictionary<string, Tensor> values = new(StringComparer.Ordinal);
        for (int i = 0; i < Schema.Inputs.Length; i++)
        {
            if (Schema.Inputs[i].IsUsed)
            {
                values[Schema.Inputs[i].Name] = Input(graph.Inputs[i], Schema.Inputs[i], rows, first, count);
            }
        }

        return new OnnxPiece(steps, graph.Constants, graph.Versions).Run(values, () => count == 0 ? "its inputs" : $"rows {first + 1} to {first + count}", outputs);
    }

    private static Tensor Input(OnnxValue input, ModelColumn column, RowBatch rows, int first, int count)
    {
        int[] shape = input.Dimensions!.Count switch
        {
            0 when count > 0 => [],
            1 when count > 0 => [column.Width],
            _ => [count, column.Width],
        };
        return column.Kind switch
        {
            ColumnKind.Single => new Tensor<float>(ElementType.Single, shape, Gather(rows.Get<float>(column), value => value)),
            ColumnKind.Boolean => new Tensor<long>(ElementType.Boolean, shape, Gather(rows.Get<float>(column), value => value != 0 ? 1L : 0)),
            ColumnKind.Double => new Tensor<double>(ElementType.Double, shape, Gather(rows.Get<double>(column), value => value)),
            ColumnKind.Unsigned => new Tensor<long>(input.Type!.Value, shape, Gather(rows.Get<ulong>(column), value => Integers.Wrap(input.Type.Value, (long)value))),
            ColumnKind.Integer => new Tensor<long>(input.Type!.Value, shape, Gather(rows.Get<long>(column), value => Integers.Wrap(input.Type.Value, value))),
            _ => new Tensor<string>(ElementType.Text, shape, Gather(rows.Get<string>(column), value => value)),
        };

        TResult[] Gather<T, TResult>(RowColumn<T> from, Func<T, TResult> convert)
        {
            TResult[] data = new TResult[count * column.Width];
            for (int slot = 0; slot < column.Width; slot++)
            {
                ReadOnlySpan<T> values = from.Slot(slot).Slice(first, count);
                for (int row = 0; row < count; row++)
                {
                    data[(row * column.Width) + slot] = convert(values[row]);
                }
            }

            return data;
        }
    }

    private static OutputColumn Join(string name, List<Tensor> blocks, int rows)
    {
        if (blocks.Count > 0 && blocks[0] is Tensor<float> or Tensor<double>)
        {
            float[] values = [.. blocks.SelectMany(block => block.ToSingles())];
            int width = values.Length / rows;
            return new NumberOutput(name, width, width > 1, values);
        }

        string[] labels = [.. blocks.SelectMany(Labels)];
        return labels.Length == rows
            ? new LabelOutput(name, labels)
            : new NumberOutput(name, labels.Length / rows, true, [.. blocks.SelectMany(block => block is Tensor<long> ? block.ToSingles() : throw new RowFormatException(
                $"the output {name} has several texts for each row; a model answers one label a row."))]);
    }

    private static IEnumerable<string> Labels(Tensor block) => block switch
    {
        Tensor<string> texts => texts.Data,
        Tensor<long> numbers when numbers.Type == ElementType.UInt64 => numbers.Data.Select(value => ((ulong)value).ToString(CultureInfo.InvariantCulture)),
        Tensor<long> numbers => numbers.Data.Select(value => value.ToString(CultureInfo.InvariantCulture)),
        _ => throw new RowFormatException("an output is of a type that is no answer."),
    };
}
