using System.Numerics;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Bfv;

/// <summary>
/// How a matrix is multiplied with an encrypted row of slots by its diagonals, baby steps and giant steps: diagonal d is at slot i
/// the factor of slot i + d (in each row). With d = g B + b, the product is the sum over g of the rotation by g B of the sum over b
/// of (diagonal rotated back by g B) times (input rotated by b). B - 1 + D/B rotations instead of D.
/// </summary>
/// <remarks>The plan names the rotation keys it needs before anything is encrypted. Immutable.</remarks>
public sealed class MatrixVectorPlan
{
    /// <summary>Plans for a set of diagonals.</summary>
    /// <param name="parameters">Parameters with slots.</param>
    /// <param name="diagonals">The diagonals that are not zero, each from 0 to N/2 - 1.</param>
    /// <param name="babySteps">B, a power of two; null for the cheapest.</param>
    /// <exception cref="ArgumentException">There is no diagonal, one is out of range, or B is no power of two up to N/2.</exception>
    public MatrixVectorPlan(Parameters parameters, IEnumerable<int> diagonals, int? babySteps = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(diagonals);
        Parameters = parameters;
        int half = parameters.PolyModulusDegree / 2;
        SortedSet<int> sorted = [.. diagonals];
        if (sorted.Count == 0 || sorted.Min < 0 || sorted.Max >= half)
        {
            throw new ArgumentException($"the diagonals are at least one number from 0 to {half - 1}", nameof(diagonals));
        }

        BabySteps = babySteps ?? Cheapest(sorted, half);
        if (BabySteps < 1 || BabySteps > half || !BitOperations.IsPow2(BabySteps))
        {
            throw new ArgumentException($"the number of baby steps is a power of two up to {half}, not {babySteps}", nameof(babySteps));
        }

        Diagonals = [.. sorted];
        InputRotations = [.. sorted.Select(d => d % BabySteps).Where(b => b != 0).Distinct().Order()];
        SumRotations = [.. sorted.Select(d => d - (d % BabySteps)).Where(g => g != 0).Distinct().Order()];
        RotationSteps = [.. InputRotations.Concat(SumRotations).Distinct().Order()];
    }

    /// <summary>The parameters.</summary>
    public Parameters Parameters { get; }

    /// <summary>The diagonals, ascending.</summary>
    public IReadOnlyList<int> Diagonals { get; }

    /// <summary>B.</summary>
    public int BabySteps { get; }

    /// <summary>The rotations of the input: d mod B without 0, ascending.</summary>
    public IReadOnlyList<int> InputRotations { get; }

    /// <summary>The rotations of partial sums: multiples of B without 0, ascending.</summary>
    public IReadOnlyList<int> SumRotations { get; }

    /// <summary>Every step that needs a key, ascending: what a client passes to the key generator.</summary>
    public IReadOnlyList<int> RotationSteps { get; }

    /// <summary>Rotations per product.</summary>
    public int RotationCount => InputRotations.Count + SumRotations.Count;

    /// <summary>Bytes of the rotation keys with the uniform halves as seeds and 64-bit words.</summary>
    public long SeededKeyBytes
    {
        get
        {
            long digits = Parameters.FirstDataLevel.PrimeCount;
            return RotationSteps.Count * digits * 8 * Parameters.KeyLevel.PolynomialWords;
        }
    }

    private static int Cheapest(SortedSet<int> diagonals, int half)
    {
        int best = 1;
        int fewest = int.MaxValue;
        for (int baby = 1; baby <= half; baby *= 2)
        {
            int rotations = diagonals.Select(d => d % baby).Where(b => b != 0).Distinct().Count()
                + diagonals.Select(d => d / baby).Where(g => g != 0).Distinct().Count();
            if (rotations < fewest)
            {
                (best, fewest) = (baby, rotations);
            }
        }

        return best;
    }
}
