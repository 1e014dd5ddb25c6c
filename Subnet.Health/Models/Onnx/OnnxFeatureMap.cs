using Subnet.Health.Models.Rows;

namespace Subnet.Health.Models.Onnx;

/// <summary>The part of a graph in front of its private head: from the input columns to the head's table of features.</summary>
internal sealed class OnnxFeatureMap : IFeatureMap
{
    private readonly OnnxModel prefix;

    /// <summary>Takes a graph that answers the features alone.</summary>
    public OnnxFeatureMap(OnnxModel prefix, int width)
    {
        this.prefix = prefix;
        ModelColumn[] used = [.. prefix.Schema.Inputs.Where(column => column.IsUsed)];
        Inputs = used;
        string[] slots = [.. used.SelectMany(column => Enumerable.Range(0, column.Width).Select(slot => column.IsVector ? $"{column.Name}.{slot}" : column.Name))];
        Names = prefix.IsEmpty && slots.Length == width ? slots : [.. Enumerable.Range(0, width).Select(slot => $"feature.{slot}")];
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Names { get; }

    /// <inheritdoc/>
    public IReadOnlyList<ModelColumn> Inputs { get; }

    /// <inheritdoc/>
    public float[] Evaluate(RowBatch rows, CancellationToken cancellationToken = default)
    {
        OutputColumn features = prefix.Predict(rows, cancellationToken).Outputs[0];
        return features is NumberOutput numbers && (rows.Count == 0 || numbers.Width == Names.Count)
            ? numbers.Values
            : throw new RowFormatException($"the rows give {features.Width} features where the model has {Names.Count}; check the columns.");
    }
}
