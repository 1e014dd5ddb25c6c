using Subnet.Health.Models.Heads;
using Subnet.Health.Models.Rows;

namespace Subnet.Health.Models;

/// <summary>
/// A model cut where privacy begins: the clinic evaluates the public <paramref name="Features"/> on the patient's row, the
/// miner the private <paramref name="Head"/> on the encrypted features, and the clinic the public rest on the answer.
/// </summary>
/// <param name="Features">From input columns to the feature vector; public.</param>
/// <param name="Head">From the feature vector to the raw scores; private.</param>
/// <param name="Calibration">From the raw score to a probability, where the model has one; public.</param>
/// <param name="Decision">From score or probability to the predicted label; public.</param>
internal sealed record SplitModel(IFeatureMap Features, ModelHead Head, Calibration? Calibration, DecisionRule Decision);

/// <summary>The public part of a model in front of the private head. Immutable, safe for concurrent use.</summary>
internal interface IFeatureMap
{
    /// <summary>Names of the features where the model has them, else made from the column and slot.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>The input columns that it reads.</summary>
    IReadOnlyList<ModelColumn> Inputs { get; }

    /// <summary>The feature vectors of all rows.</summary>
    /// <returns>Row-major, <c>rows.Count</c> x <c>Names.Count</c>; NaN where a missing value was not imputed.</returns>
    float[] Evaluate(RowBatch rows, CancellationToken cancellationToken = default);
}
