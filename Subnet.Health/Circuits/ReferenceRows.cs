using Subnet.Health.Models;
using Subnet.Health.Models.Rows;

namespace Subnet.Health.Circuits;

/// <summary>
/// Rows that a model is compiled against: they give the ranges of its features and measure what quantisation costs. The
/// miner's training rows, as a rule; nothing of them but the ranges leaves the machine.
/// </summary>
internal sealed class ReferenceRows
{
    /// <summary>Takes rows and what the model says of them.</summary>
    /// <param name="model">A model that can be split.</param>
    /// <param name="rows">Rows for it.</param>
    /// <param name="outcomes">The true answer for each row (yes, no, or null where it is not known), or null where none is.</param>
    public ReferenceRows(SplitModel model, RowBatch rows, bool?[]? outcomes = null)
    {
        Count = rows.Count;
        Width = model.Head.FeatureCount;
        Outcomes = outcomes;
        Features = Width == 0 ? [] : model.Features.Evaluate(rows);
    }

    private ReferenceRows(int count, int width, float[] features, bool?[]? outcomes)
    {
        Count = count;
        Width = width;
        Features = features;
        Outcomes = outcomes;
    }

    /// <summary>Number of rows.</summary>
    public int Count { get; }

    /// <summary>Length of the feature vector.</summary>
    public int Width { get; }

    /// <summary>True answers, or null.</summary>
    public bool?[]? Outcomes { get; }

    private float[] Features { get; }

    /// <summary>Some of the rows, in the order given.</summary>
    public ReferenceRows Take(IReadOnlyList<int> rows)
    {
        float[] taken = new float[rows.Count * Width];
        for (int i = 0; i < rows.Count; i++)
        {
            Row(rows[i]).CopyTo(taken.AsSpan(i * Width));
        }

        return new ReferenceRows(rows.Count, Width, taken, Outcomes is bool?[] known ? [.. rows.Select(row => known[row])] : null);
    }

    /// <summary>The feature vector of a row.</summary>
    public ReadOnlySpan<float> Row(int row) => Features.AsSpan(row * Width, Width);
}
