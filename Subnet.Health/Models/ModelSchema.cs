using System.Collections.Immutable;

namespace Subnet.Health.Models;

/// <summary>What a model answers.</summary>
internal enum ModelTask
{
    /// <summary>Yes or no, with a score and mostly a probability.</summary>
    Binary,

    /// <summary>One of several classes, with one score for each.</summary>
    Multiclass,

    /// <summary>One or more numbers.</summary>
    Regression,

    /// <summary>The nearest of several centres.</summary>
    Clustering,
}

/// <summary>What one slot of an input column holds.</summary>
internal enum ColumnKind
{
    /// <summary>Single precision number; missing is NaN.</summary>
    Single,

    /// <summary>Double precision number; missing is NaN.</summary>
    Double,

    /// <summary>Signed 64-bit integer, or narrower; cannot be missing.</summary>
    Integer,

    /// <summary>Unsigned 64-bit integer, or narrower; cannot be missing.</summary>
    Unsigned,

    /// <summary>0 or 1; cannot be missing.</summary>
    Boolean,

    /// <summary>Text; missing is the empty text.</summary>
    Text,
}

/// <summary>One input column of a model.</summary>
/// <param name="Name">Name in the model's own schema.</param>
/// <param name="Kind">Type of each slot.</param>
/// <param name="Width">Number of slots: 1 for a scalar.</param>
/// <param name="IsVector">Whether the model declares a vector, which may have one slot.</param>
/// <param name="IsUsed">Whether any answer depends on it; a label column, for one, is declared and never used.</param>
internal sealed record ModelColumn(string Name, ColumnKind Kind, int Width, bool IsVector, bool IsUsed = true);

/// <summary>What goes into a model and what comes out.</summary>
/// <param name="Task">What the model answers.</param>
/// <param name="Inputs">Input columns in declared order.</param>
/// <param name="Outputs">Names of the answers in the order of <see cref="PredictionBatch.Outputs"/>.</param>
/// <param name="ClassLabels">Names of the classes in the order of the scores; empty where there are none.</param>
internal sealed record ModelSchema(
    ModelTask Task,
    ImmutableArray<ModelColumn> Inputs,
    ImmutableArray<string> Outputs,
    ImmutableArray<string> ClassLabels);
