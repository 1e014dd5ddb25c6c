using System.Globalization;
using Subnet.Health.Models.Rows;

namespace Subnet.Health.Models.Onnx;

/// <summary>The part of a graph in front of its private head: from the input columns to the features, one answer after another.</summary>
internal sealed class OnnxFeatureMap : IFeatureMap
{
    private readonly OnnxModel prefix;

    /// <summary>What computes the features.</summary>
    public OnnxModel Prefix => prefix;

    /// <summary>Takes a graph that answers the features alone.</summary>
    public OnnxFeatureMap(OnnxModel prefix, int width)
        : this(prefix, null, width)
    {
    }

    /// <summary>Takes a graph whose features have names.</summary>
    public OnnxFeatureMap(OnnxModel prefix, IReadOnlyList<string> names)
        : this(prefix, names, names.Count)
    {
    }

    private OnnxFeatureMap(OnnxModel prefix, IReadOnlyList<string>? names, int width)
    {
        this.prefix = prefix;
        ModelColumn[] used = [.. prefix.Schema.Inputs.Where(column => column.IsUsed)];
        Inputs = used;
        string[] slots = [.. used.SelectMany(column => Enumerable.Range(0, column.Width).Select(slot => column.IsVector ? $"{column.Name}.{slot}" : column.Name))];
        Names = names ?? (prefix.IsEmpty && slots.Length == width ? slots : [.. Enumerable.Range(0, width).Select(slot => $"feature.{slot}")]);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Names { get; }

    /// <inheritdoc/>
    public IReadOnlyList<ModelColumn> Inputs { get; }

    /// <inheritdoc/>
    public float[] Evaluate(RowBatch rows, CancellationToken cancellationToken = default)
    {
        PredictionBatch answers = prefix.Predict(rows, cancellationToken);
        float[] features = new float[rows.Count * Names.Count];
        int start = 0;
        foreach (OutputColumn answer in answers.Outputs)
        {
            if (start + answer.Width > Names.Count)
            {
                throw Refuse(answers);
            }

            for (int row = 0; row < rows.Count; row++)
            {
                for (int slot = 0; slot < answer.Width; slot++)
                {
                    // Integers that are one for each row come as labels.
                    features[(row * Names.Count) + start + slot] = answer is NumberOutput numbers
                        ? numbers.Values[(row * answer.Width) + slot]
                        : float.Parse(answer.Format(row, slot), CultureInfo.InvariantCulture);
                }
            }

            start += answer.Width;
        }

        return start == Names.Count || rows.Count == 0 ? features : throw Refuse(answers);
    }

    private RowFormatException Refuse(PredictionBatch answers) =>
        new($"the rows give {answers.Outputs.Sum(answer => answer.Width)} features where the model has {Names.Count}; check the columns.");
}
