using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Comparison;

/// <summary>
/// One miner's encrypted predictions as bit planes (least significant first) and the batch's encrypted labels: fresh ciphertexts of size 2 at the first data level. For
/// pairs both also in the second layout, the label there as 1 - y.
/// </summary>
public sealed class ScoringInputs
{
    private ScoringInputs(IReadOnlyList<Ciphertext> planes, Ciphertext label, IReadOnlyList<Ciphertext> otherPlanes, Ciphertext? otherLabel)
    {
        Planes = planes;
        Label = label;
        OtherPlanes = otherPlanes;
        OtherLabel = otherLabel;
    }

    /// <summary>Prediction planes, bit 0 first (layout A).</summary>
    public IReadOnlyList<Ciphertext> Planes { get; }

    /// <summary>The labels (layout A).</summary>
    public Ciphertext Label { get; }

    /// <summary>Prediction planes in layout B; none for a squared error.</summary>
    public IReadOnlyList<Ciphertext> OtherPlanes { get; }

    /// <summary>1 - y in layout B; none for a squared error.</summary>
    public Ciphertext? OtherLabel { get; }

    /// <summary>Predictions and labels, a patient a slot.</summary>
    /// <exception cref="ArgumentException">Not 1 to 8 planes, or an input of another set, level, size or form.</exception>
    public static ScoringInputs ForSquaredError(IReadOnlyList<Ciphertext> planes, Ciphertext label)
    {
        ArgumentNullException.ThrowIfNull(planes);
        ScoringInputs inputs = new([.. planes], label, [], null);
        inputs.Check(ScoringSet.SquaredError, 8);
        return inputs;
    }

    /// <summary>128 patients in both layouts. Eight bits are refused: their noise leaves no margin for flooding (parameters 3).</summary>
    /// <exception cref="ArgumentException">Not 1 to 7 planes, unequal layouts, or an input of another set, level, size or form.</exception>
    public static ScoringInputs ForPairs(
        IReadOnlyList<Ciphertext> planes, Ciphertext label, IReadOnlyList<Ciphertext> otherPlanes, Ciphertext otherLabel)
    {
        ArgumentNullException.ThrowIfNull(planes);
        ArgumentNullException.ThrowIfNull(otherPlanes);
        if (otherPlanes.Count != planes.Count)
        {
            throw new ArgumentException($"{planes.Count} planes in layout A, {otherPlanes.Count} in layout B", nameof(otherPlanes));
        }

        ScoringInputs inputs = new([.. planes], label, [.. otherPlanes], otherLabel);
        inputs.Check(ScoringSet.Pairwise, 7);
        return inputs;
    }

    /// <summary>Every input in its order: planes, label, and the same in layout B.</summary>
    internal IReadOnlyList<Ciphertext> InOrder() => [.. Planes, Label, .. OtherPlanes, .. OtherLabel is null ? [] : new[] { OtherLabel }];

    /// <summary>The same shape with other ciphertexts in <see cref="InOrder"/>.</summary>
    internal ScoringInputs With(IReadOnlyList<Ciphertext> ordered)
    {
        int bits = Planes.Count;
        return new ScoringInputs(
            [.. ordered.Take(bits)],
            ordered[bits],
            OtherLabel is null ? [] : [.. ordered.Skip(bits + 1).Take(bits)],
            OtherLabel is null ? null : ordered[(2 * bits) + 1]);
    }

    private void Check(ScoringSet set, int maxBits)
    {
        if (Planes.Count < 1 || Planes.Count > maxBits)
        {
            throw new ArgumentException($"predictions have 1 to {maxBits} bits here, not {Planes.Count}");
        }

        foreach (Ciphertext input in InOrder())
        {
            ArgumentNullException.ThrowIfNull(input);
            if (!input.Level.Parameters.Equals(set.Parameters)
                || input.Level.PrimeCount != set.Parameters.FirstDataLevel.PrimeCount
                || input.Size != 2
                || input.IsNttForm)
            {
                throw new ArgumentException($"an input is a fresh ciphertext of {set}: two polynomials in coefficient form at the first data level");
            }
        }
    }
}
