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
/// <param name="Tail">What stands in the place of link, calibration and decision where these cannot say it; public.</param>
internal sealed record SplitModel(IFeatureMap Features, ModelHead Head, Calibration? Calibration, DecisionRule Decision, IPublicTail? Tail = null);

/// <summary>Any public computation behind the raw scores. Immutable, safe for concurrent use.</summary>
internal interface IPublicTail
{
    /// <summary>How many raw scores it takes.</summary>
    int RawScores { get; }

    /// <summary>The answer for one row.</summary>
    /// <param name="raw">The raw scores.</param>
    /// <param name="x">The feature vector.</param>
    /// <exception cref="Rows.RowFormatException">The scores do not fit.</exception>
    TailAnswer Finish(ReadOnlySpan<double> raw, ReadOnlySpan<float> x);
}

/// <summary>What a tail answers.</summary>
/// <param name="Scores">All numbers but a probability that is named so.</param>
/// <param name="Probability">The probability, where one is named so.</param>
/// <param name="Label">The label as text; null where there is none.</param>
internal sealed record TailAnswer(float[] Scores, float? Probability, string? Label);

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
