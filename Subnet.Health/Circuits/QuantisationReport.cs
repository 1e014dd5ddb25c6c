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
/// <param name="Auc">Area under the ROC curve of the float model, where labels are known.</param>
/// <param name="AucInteger">The same of the integer model.</param>
internal sealed record QuantisationReport(
    int Rows, int RefusedRows, double RelativeError, double LargestError, int LabelsChanged, double? Auc, double? AucInteger)
{
    private const double LargestAucLoss = 0.002;

    /// <summary>Whether no label changed and the area under the curve is within 0.002 of the float model's.</summary>
    public bool MeetsTarget => LabelsChanged == 0 && (Auc is not double exact || Math.Abs(exact - AucInteger.GetValueOrDefault()) <= LargestAucLoss);
}
