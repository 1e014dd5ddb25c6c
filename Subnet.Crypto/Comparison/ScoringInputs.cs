using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Comparison;

/// <summary>
/// One miner's encrypted predictions and the batch's encrypted labels in the order of parameters 3.1: prediction planes (class by class, least significant first), label
/// planes; for pairs the same again in the second layout, the label there as 1 - y.
/// </summary>
public sealed class ScoringInputs
{
    private ScoringInputs(ScoringMeasure measure, IReadOnlyList<Ciphertext> ordered)
    {
        Measure = measure;
        Ordered = ordered;
    }

    /// <summary>What is computed.</summary>
    public ScoringMeasure Measure { get; }

    /// <summary>Every input in its order.</summary>
    public IReadOnlyList<Ciphertext> Ordered { get; }

    /// <summary>Takes ciphertexts in their order: fresh ones of size 2 at the first data level.</summary>
    /// <exception cref="ArgumentException">Another number of them, or one of another set, level, size or form.</exception>
    public static ScoringInputs Create(ScoringMeasure measure, IReadOnlyList<Ciphertext> ordered)
    {
        ArgumentNullException.ThrowIfNull(measure);
        ArgumentNullException.ThrowIfNull(ordered);
        if (ordered.Count != measure.PredictionCount + measure.LabelCount)
        {
            throw new ArgumentException($"{measure} has {measure.PredictionCount + measure.LabelCount} inputs, not {ordered.Count}", nameof(ordered));
        }

        Parameters parameters = measure.Set.Parameters;
        foreach (Ciphertext input in ordered)
        {
            ArgumentNullException.ThrowIfNull(input);
            if (!input.Level.Parameters.Equals(parameters)
                || input.Level.PrimeCount != parameters.FirstDataLevel.PrimeCount
                || input.Size != 2
                || input.IsNttForm)
            {
                throw new ArgumentException(
                    $"an input is a fresh ciphertext of {measure.Set}: two polynomials in coefficient form at the first data level", nameof(ordered));
            }
        }

        return new ScoringInputs(measure, [.. ordered]);
    }

    /// <summary>Joins a miner's predictions with the labels of the batch, which are the same for every miner.</summary>
    /// <exception cref="ArgumentException">Another number of inputs, or one of another set.</exception>
    public static ScoringInputs Join(ScoringMeasure measure, IReadOnlyList<ScoringInput> predictions, IReadOnlyList<ScoringInput> labels)
    {
        ArgumentNullException.ThrowIfNull(measure);
        ArgumentNullException.ThrowIfNull(predictions);
        ArgumentNullException.ThrowIfNull(labels);
        if (predictions.Count != measure.PredictionCount || labels.Count != measure.LabelCount)
        {
            throw new ArgumentException(
                $"{measure} has {measure.PredictionCount} predictions and {measure.LabelCount} labels, not {predictions.Count} and {labels.Count}");
        }

        int planes = measure.Classes * measure.Bits;
        IEnumerable<ScoringInput> ordered = measure.Kind == ScoringKind.Pairs
            ? [.. predictions.Take(planes), labels[0], .. predictions.Skip(planes), labels[1]]
            : [.. predictions, .. labels];
        return Create(measure, [.. ordered.Select(input => input.Ciphertext)]);
    }
}
