using System.Collections.Immutable;

namespace Subnet.Health.Models.Heads;

/// <summary>From a raw score to a probability; NaN stays NaN. Public: the clinic applies it after decryption.</summary>
internal abstract record Calibration
{
    /// <summary>The probability of one score.</summary>
    public float Calibrate(float score) => float.IsNaN(score) ? float.NaN : Map(score);

    /// <summary>The probability of a score that is not NaN.</summary>
    protected abstract float Map(float score);
}

/// <summary>p = 1 / (1 + exp(A s + B)); A is negative for a rising curve (Platt).</summary>
/// <param name="A">Slope, finite.</param>
/// <param name="B">Offset, finite.</param>
internal sealed record PlattCalibration(double A, double B) : Calibration
{
    /// <inheritdoc/>
    protected override float Map(float score) => (float)(1 / (1 + Math.Exp((A * score) + B)));
}

/// <summary>Equal bins over a range of scores, one probability for each; scores outside take the nearest bin.</summary>
/// <param name="BinSize">Width of a bin, above 0.</param>
/// <param name="Minimum">Lower end of the first.</param>
/// <param name="Probabilities">At least one, in 0..1.</param>
internal sealed record BinnedCalibration(float BinSize, float Minimum, ImmutableArray<float> Probabilities) : Calibration
{
    /// <inheritdoc/>
    protected override float Map(float score)
    {
        float position = (score - Minimum) / BinSize;
        int bin = position >= Probabilities.Length ? Probabilities.Length - 1 : position > 0 ? (int)position : 0;
        return Probabilities[bin];
    }
}

/// <summary>
/// Isotonic regression: constant on each piece, linear between two, constant outside, then kept inside [1e-15, 1 - 1e-15].
/// </summary>
/// <param name="Pieces">At least one; ascending and apart, values ascending in 0..1.</param>
internal sealed record IsotonicCalibration(ImmutableArray<IsotonicPiece> Pieces) : Calibration
{
    private const float Lowest = 1e-15f;
    private const float Highest = 1;

    /// <inheritdoc/>
    protected override float Map(float score) => Math.Clamp(Interpolate(score), Lowest, Highest);

    private float Interpolate(float score)
    {
        int low = 0;
        int high = Pieces.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (Pieces[middle].Maximum < score)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        if (low == Pieces.Length)
        {
            return Pieces[^1].Value;
        }

        IsotonicPiece piece = Pieces[low];
        if (low == 0 || score >= piece.Minimum)
        {
            return piece.Value;
        }

        IsotonicPiece before = Pieces[low - 1];
        float t = (score - before.Maximum) / (piece.Minimum - before.Maximum);
        return before.Value + (t * (piece.Value - before.Value));
    }
}

/// <summary>A stretch of scores with one probability.</summary>
/// <param name="Minimum">Lowest score, inclusive.</param>
/// <param name="Maximum">Highest score, inclusive.</param>
/// <param name="Value">Probability.</param>
internal readonly record struct IsotonicPiece(float Minimum, float Maximum, float Value);

/// <summary>p = slope s + offset: the probability of a model whose score is a linear function of it.</summary>
/// <param name="Slope">Finite.</param>
/// <param name="Offset">Finite.</param>
internal sealed record LineCalibration(double Slope, double Offset) : Calibration
{
    /// <inheritdoc/>
    protected override float Map(float score) => (float)((Slope * score) + Offset);
}
