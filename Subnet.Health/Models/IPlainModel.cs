using Subnet.Health.Models.Rows;

namespace Subnet.Health.Models;

/// <summary>A model that was read and checked, evaluated in the clear. Immutable, safe for concurrent use.</summary>
internal interface IPlainModel
{
    /// <summary>Inputs and outputs.</summary>
    ModelSchema Schema { get; }

    /// <summary>
    /// The model cut in two for compilation: a public feature map and a private head. Null where the model has no such
    /// form, and then it can be served in the clear only.
    /// </summary>
    SplitModel? Split { get; }

    /// <summary>Why there is no <see cref="Split"/>, as a part of a sentence with what to do; null where there is one.</summary>
    string? PlaintextReason { get; }

    /// <summary>The answers for every row, in order.</summary>
    /// <param name="rows">Rows with at least the used columns of <see cref="Schema"/>.</param>
    /// <param name="cancellationToken">Checked between blocks of rows.</param>
    /// <exception cref="RowFormatException">A used column is absent or of another kind or width.</exception>
    PredictionBatch Predict(RowBatch rows, CancellationToken cancellationToken = default);
}
