using Subnet.Crypto.Lattice;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Forests;

/// <summary>
/// The privacy bound B = 64 sigma of a forest's answer before flooding (parameters 3): root mean square predictions, step by step.
/// A set serves a forest only if 2^f is at least 2^40 B. Immutable.
/// </summary>
public sealed class ForestNoise
{
    private const double Fresh = 10.5;
    private const double Deviations = 64;

    private readonly ForestSet set;
    private readonly double degree;
    private readonly double keySwitch;
    private readonly double product;
    private readonly double batchPlain;

    /// <summary>Predictions for a set.</summary>
    public ForestNoise(ForestSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        this.set = set;
        degree = set.Degree;
        double t = ForestSet.PlainModulus;
        Level level = set.Parameters.FirstDataLevel;
        double largest = 0;
        foreach (Modulus q in level.Moduli)
        {
            largest = Math.Max(largest, q.Value);
        }

        double ratio = largest / set.Parameters.Moduli[^1].Value;
        keySwitch = (level.PrimeCount * degree * Fresh * ratio * ratio / 3) + ((1 + (2 * degree / 3)) / 12);
        product = degree * t * t * (1 + (2 * degree / 3)) / 6;
        batchPlain = degree * t * t / 12;
    }

    /// <summary>log2 B of a single patient's answer: two matrix products, folds, a square and a product.</summary>
    /// <param name="layout">The layout.</param>
    public double SinglePatient(ForestLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        double matrix = (layout.Plan.Diagonals.Count * (Fresh + keySwitch) * batchPlain) + (layout.Plan.SumRotations.Count * keySwitch);
        for (int copies = layout.Copies; copies > 1; copies /= 2)
        {
            matrix = (2 * matrix) + keySwitch;
        }

        double square = (2 * 2 * matrix * product) + keySwitch;
        double sides = (2 * matrix * product) + keySwitch;
        return Log2Bound(((square + sides) * product) + keySwitch);
    }

    /// <summary>log2 B of a batch's answers: Horner on complete trees.</summary>
    /// <param name="depth">The deepest tree.</param>
    /// <param name="trees">How many trees.</param>
    public double Batch(int depth, int trees)
    {
        double t = ForestSet.PlainModulus;

        // A node above two leaves is a bit times a constant of at most t / 2.
        double node = Fresh * t * t / 4;
        for (int level = 2; level <= depth; level++)
        {
            node = ((Fresh + (2 * node)) * product) + keySwitch + node;
        }

        return Log2Bound(trees * node);
    }

    /// <summary>Whether the flooding covers a bound by 2^40.</summary>
    /// <param name="log2Bound">log2 B.</param>
    public bool Admits(double log2Bound) => set.FloodBits - log2Bound >= ForestSet.FloodingMarginBits;

    private double Log2Bound(double variance) => Math.Log2(Deviations) + (Math.Log2(variance + (Fresh * (1 + (4 * degree / 3)))) / 2);
}
