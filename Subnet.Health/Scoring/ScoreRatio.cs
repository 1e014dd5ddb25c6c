using Subnet.Crypto.Comparison;
using Subnet.Crypto.Lattice;

namespace Subnet.Health.Scoring;

/// <summary>
/// The one score that a batch gives a miner, exactly: an integer out of an integer, larger is better or smaller is better as the measure says.
/// </summary>
/// <param name="Numerator">From 0 to the denominator.</param>
/// <param name="Denominator">The largest value the numerator can have; 0 where nothing can be said.</param>
internal sealed record ScoreRatio(long Numerator, long Denominator)
{
    /// <summary>Whether the batch says nothing: all its patients had one outcome, and there was no pair to compare.</summary>
    public bool IsEmpty => Denominator == 0;

    /// <summary>The score that decrypted values stand for; null where they are out of range, so that no honest computation gave them.</summary>
    /// <param name="measure">What was computed.</param>
    /// <param name="values">For each block its values, modulo t.</param>
    /// <param name="patients">Patients of the batch.</param>
    public static ScoreRatio? From(ScoringMeasure measure, IReadOnlyList<ulong[]> values, int patients)
    {
        ArgumentNullException.ThrowIfNull(measure);
        ArgumentNullException.ThrowIfNull(values);
        return measure.Kind switch
        {
            ScoringKind.SquaredError => SquaredError(values[0][0], patients),
            ScoringKind.Pairs => Pairs(new Modulus(measure.Set.Parameters.PlainModulus), values),
            ScoringKind.Counts => Counts(values[0], patients),
            _ => values[0][1] == (ulong)patients && values[0][0] <= values[0][1] ? new ScoreRatio((long)values[0][0], patients) : null,
        };
    }

    /// <summary>Quality from 0 to 1, larger is better; an exact squared error of 0 is 1.</summary>
    public double Quality(ScoringKind kind) =>
        kind == ScoringKind.SquaredError ? 1 - (Numerator / (double)Denominator) : Numerator / (double)Denominator;

    /// <summary>By how much one patient can change the numerator; null where it changes the denominator as well, so that additive noise does not fit.</summary>
    public static long? Sensitivity(ScoringKind kind) => kind switch
    {
        ScoringKind.SquaredError => 255 * 255,
        ScoringKind.Counts or ScoringKind.Argmax => 1,
        _ => null,
    };

    private static ScoreRatio? SquaredError(ulong sum, int patients)
    {
        long most = 255L * 255 * patients;
        return sum <= (ulong)most ? new ScoreRatio((long)sum, most) : null;
    }

    private static ScoreRatio? Counts(ulong[] values, int patients)
    {
        (ulong both, ulong predicted, ulong positive) = (values[0], values[1], values[2]);
        ulong all = (ulong)patients;
        bool isPossible = both <= predicted && both <= positive && predicted <= all && positive <= all && predicted + positive - both <= all;

        // Right are the true positives and the true negatives.
        return isPossible ? new ScoreRatio((long)(all - predicted - positive + (2 * both)), patients) : null;
    }

    private static ScoreRatio? Pairs(Modulus t, IReadOnlyList<ulong[]> values)
    {
        const long Block = ScoringBatch.PairwisePatients;
        long signs = 0;
        long pairs = 0;
        foreach (ulong[] block in values)
        {
            long positives = (long)block[1] / Block;
            long signed = block[0] > t.Value / 2 ? (long)block[0] - (long)t.Value : (long)block[0];
            long comparable = positives * (Block - positives);
            if (block[1] % (ulong)Block != 0 || positives > Block || Math.Abs(signed) > comparable)
            {
                return null;
            }

            signs += signed;
            pairs += comparable;
        }

        // AUC = (right + ties / 2) / pairs = (pairs + right - wrong) / (2 pairs).
        return new ScoreRatio(pairs + signs, 2 * pairs);
    }
}
