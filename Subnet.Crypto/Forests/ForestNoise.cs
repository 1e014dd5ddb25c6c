using Subnet.Crypto.Lattice;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Forests;

/// <summary>
/// The privacy bound B = 64 sigma of a forest's answer before flooding (parameters 3): root mean square predictions, step by step.
/// A set serves a forest only if 2^f is at least 2^40 B. Immutable.
/// </summary>
public sealed class ForestNoise
{
    /// <summary>B is so many deviations.</summary>
    public const double Deviations = 64;

    private const double Fresh = 10.5;
    private const double LargestFresh = 21.5;

    private readonly ForestSet set;
    private readonly double degree;
    private readonly double keySwitch;
    private readonly double product;
    private readonly double batchPlain;
    private readonly double largestKeySwitch;
    private readonly double largestProduct;

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
        largestKeySwitch = (21 * level.PrimeCount * degree * ratio) + ((degree + 1) / 2);
        largestProduct = degree * t * (degree + 4);
    }

    /// <summary>log2 B of a single patient's answer: two matrix products, folds, and the products of the zero test.</summary>
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
        if (layout.PathFeatures == ForestLayout.FewestPathFeatures)
        {
            return Log2Bound(((square + sides) * product) + keySwitch);
        }

        // Factors of one square share their noise, so their products count as squares: twice.
        double[] factors = [sides, .. Enumerable.Repeat(square, (layout.PathFeatures / 2) - 1)];
        while (factors.Length > 1)
        {
            factors = [.. factors.Chunk(2).Select(pair => pair.Length == 1 ? pair[0] : (2 * (pair[0] + pair[1]) * product) + keySwitch)];
        }

        return Log2Bound(factors[0]);
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

    /// <summary>log2 W: the largest noise that a single patient's answer can have before flooding.</summary>
    /// <param name="layout">The layout.</param>
    public double LargestSinglePatient(ForestLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        double plain = degree * ForestSet.PlainModulus / 2;
        double matrix = (layout.Plan.Diagonals.Count * (LargestFresh + largestKeySwitch) * plain) + (layout.Plan.SumRotations.Count * largestKeySwitch);
        for (int copies = layout.Copies; copies > 1; copies /= 2)
        {
            matrix = (2 * matrix) + largestKeySwitch;
        }

        double[] factors = [.. Enumerable.Repeat(LargestProductOf(matrix, matrix), layout.PathFeatures / 2)];
        while (factors.Length > 1)
        {
            factors = [.. factors.Chunk(2).Select(pair => pair.Length == 1 ? pair[0] : LargestProductOf(pair[0], pair[1]))];
        }

        return Math.Log2(factors[0] + Zero);
    }

    /// <summary>log2 W: the largest noise that a batch's answers can have before flooding.</summary>
    /// <param name="depth">The deepest tree.</param>
    /// <param name="trees">How many trees.</param>
    /// <param name="bound">No answer is larger: the leaves of all trees together vary by twice as much at most.</param>
    public double LargestBatch(int depth, int trees, long bound)
    {
        // Sums over all trees, level by level.
        double nodes = LargestFresh * 2 * bound;
        double constant = (1 + degree + (degree * degree)) / 2;
        for (int level = 2; level <= depth; level++)
        {
            nodes = (largestProduct * ((trees * LargestFresh) + (2 * nodes))) + (trees * (constant + largestKeySwitch)) + nodes;
        }

        return Math.Log2(nodes + Zero);
    }

    /// <summary>Whether a largest noise leaves no room for a wrong decryption: W is at most q / (16 t).</summary>
    /// <param name="log2Largest">log2 W.</param>
    public bool NeverFails(double log2Largest) =>
        log2Largest <= System.Numerics.BigInteger.Log(set.Parameters.FirstDataLevel.Product, 2) - 4 - Math.Log2(ForestSet.PlainModulus);

    /// <summary>Whether the flooding covers a bound by 2^40.</summary>
    /// <param name="log2Bound">log2 B.</param>
    public bool Admits(double log2Bound) => set.FloodBits - log2Bound >= ForestSet.FloodingMarginBits;

    private double Zero => 21 * ((2 * degree) + 1);

    private double LargestProductOf(double a, double b)
    {
        double t = ForestSet.PlainModulus;
        double q = Math.Exp(System.Numerics.BigInteger.Log(set.Parameters.FirstDataLevel.Product));
        return (largestProduct * (a + b)) + (degree * t * (a / q) * b) + ((1 + degree + (degree * degree)) / 2) + largestKeySwitch;
    }

    private double Log2Bound(double variance) => Math.Log2(Deviations) + (Math.Log2(variance + (Fresh * (1 + (4 * degree / 3)))) / 2);
}
