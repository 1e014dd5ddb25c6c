namespace Subnet.Health.Circuits;

/// <summary>
/// What rounding to integers costs, measured in the clear on reference rows. Encryption adds nothing to it: its loss is 0 by
/// construction and is checked apart.
/// </summary>
/// <param name="Rows">Reference rows that the card admits.</param>
/// <param name="RefusedRows">Reference rows that it refuses, for a missing or out-of-range value.</param>
/// <param name="RelativeError">Root mean square of the change of the raw scores over their standard deviation.</param>
/// <param name="LargestError">Largest change of a raw score.</param>
/// <param name="LabelsChanged">Rows whose label changed although the score is not within the declared rounding of the threshold.</param>
/// <param name="RowsNearThreshold">Rows whose score is within it: the label of the integer model may be another.</param>
/// <param name="Auc">Area under the ROC curve of the float model, where outcomes are known and the model has one score.</param>
/// <param name="AucInteger">The same of the integer model.</param>
internal sealed record QuantisationReport(
    int Rows, int RefusedRows, double RelativeError, double LargestError, int LabelsChanged, int RowsNearThreshold, double? Auc, double? AucInteger)
{
    /// <summary>The most that the area under the curve may change.</summary>
    public const double LargestAucLoss = 0.002;

    /// <summary>Change of the area under the curve, where it is known.</summary>
    public double? AucLoss => Auc is double exact ? Math.Abs(exact - AucInteger.GetValueOrDefault()) : null;

    /// <summary>Whether no label changed and the area under the curve is within 0.002 of the float model's.</summary>
    public bool MeetsTarget => LabelsChanged == 0 && (AucLoss is not double loss || loss <= LargestAucLoss);
}
