using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Planning;

/// <summary>What a computation takes, in the two units that lattice arithmetic is made of.</summary>
/// <param name="Transforms">Transforms of one limb.</param>
/// <param name="LimbProducts">Products of one limb with another, with loading and storing.</param>
public readonly record struct CircuitWork(double Transforms, double LimbProducts)
{
    // Base conversions of a product, in limb products for each limb and digit.
    private const double ConversionShare = 0.5;

    /// <summary>Both together.</summary>
    public static CircuitWork operator +(CircuitWork a, CircuitWork b) => new(a.Transforms + b.Transforms, a.LimbProducts + b.LimbProducts);

    /// <summary>So many times.</summary>
    public static CircuitWork operator *(CircuitWork a, double times) => new(a.Transforms * times, a.LimbProducts * times);

    /// <summary>Both together.</summary>
    public static CircuitWork Add(CircuitWork left, CircuitWork right) => left + right;

    /// <summary>So many times.</summary>
    public static CircuitWork Multiply(CircuitWork left, double right) => left * right;

    internal static CircuitWork Sum(Level level) => new(0, level.PrimeCount);

    // Two polynomials there and back; the plaintext is transformed beforehand.
    internal static CircuitWork PlainProduct(Level level) => new(4 * level.PrimeCount, 2 * level.PrimeCount);

    // Twice as many limbs and one more: four polynomials there (two for a square), three back, and the conversions.
    internal static CircuitWork Product(Level level, bool isSquare)
    {
        double limbs = (2 * level.PrimeCount) + 1;
        return new(limbs * (isSquare ? 5 : 7), (limbs * 4) + (ConversionShare * (isSquare ? 5 : 7) * limbs * level.PrimeCount));
    }

    internal static CircuitWork KeySwitch(Level level)
    {
        double l = level.PrimeCount;
        return new((l * (l + 1)) + (2 * (l + 1)), (2 * l * (l + 1)) + (4 * l));
    }

    internal static CircuitWork Matrix(Level level, int diagonals, int inputRotations, int sumRotations, int matrices)
    {
        double l = level.PrimeCount;
        CircuitWork decomposition = new((l * (l + 1)) + (2 * l), 2 * l);
        CircuitWork inputRotation = new(2 + (2 * l), (2 * l * (l + 1)) + (6 * l));
        CircuitWork sumRotation = new(l + (l * l), (2 * l * (l + 1)) + (3 * l));
        CircuitWork end = new(2 * (l + 1), 4 * l);
        return decomposition + (inputRotation * inputRotations) + ((end + (sumRotation * sumRotations) + new CircuitWork(0, 2 * l * diagonals)) * matrices);
    }
}
