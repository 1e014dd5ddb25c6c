using System.Collections.Immutable;

namespace Subnet.Health.Models;

/// <summary>The answers of a model for a batch of rows.</summary>
/// <param name="Rows">Number of rows.</param>
/// <param name="Outputs">All answers, in the order of <see cref="ModelSchema.Outputs"/>.</param>
internal sealed record PredictionBatch(int Rows, ImmutableArray<OutputColumn> Outputs)
{
    /// <summary>The raw score or scores; null where the model has no output of this name.</summary>
    public NumberOutput? Score => Find("Score") as NumberOutput;

    /// <summary>The calibrated probability of "yes"; null where the model has none.</summary>
    public NumberOutput? Probability => Find("Probability") as NumberOutput;

    /// <summary>The decision; null where the model makes none.</summary>
    public LabelOutput? PredictedLabel => Find("PredictedLabel") as LabelOutput;

    /// <summary>The answer of this name, or null.</summary>
    public OutputColumn? Find(string name)
    {
        foreach (OutputColumn output in Outputs)
        {
            if (string.Equals(output.Name, name, StringComparison.Ordinal))
            {
                return output;
            }
        }

        return null;
    }
}

/// <summary>One answer for every row of a batch.</summary>
/// <param name="Name">Name of the answer.</param>
/// <param name="Width">Slots per row; 1 for a scalar.</param>
internal abstract record OutputColumn(string Name, int Width)
{
    /// <summary>One slot as text: numbers in the shortest form that reads back to the same value.</summary>
    public abstract string Format(int row, int slot);
}

/// <summary>An answer in numbers.</summary>
/// <param name="Name">Name of the answer.</param>
/// <param name="Width">Slots per row.</param>
/// <param name="IsVector">Whether the slots are named <c>Name.0</c>, <c>Name.1</c>, ... in a table.</param>
/// <param name="Values">Row-major, rows x <paramref name="Width"/>.</param>
internal sealed record NumberOutput(string Name, int Width, bool IsVector, float[] Values) : OutputColumn(Name, Width)
{
    /// <inheritdoc/>
    public override string Format(int row, int slot) =>
        Values[(row * Width) + slot].ToString("R", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>An answer that is the name of a class: <c>0</c> and <c>1</c> for no and yes, empty when there is none.</summary>
/// <param name="Name">Name of the answer.</param>
/// <param name="Values">One for each row.</param>
internal sealed record LabelOutput(string Name, string[] Values) : OutputColumn(Name, 1)
{
    /// <inheritdoc/>
    public override string Format(int row, int slot) => Values[row];
}
