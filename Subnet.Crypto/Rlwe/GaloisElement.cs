namespace Subnet.Crypto.Rlwe;

/// <summary>
/// The automorphisms X to X^g, g odd and below 2N. Powers of 3 rotate the slots of each row; 2N - 1 swaps the rows (BFV) or
/// conjugates (CKKS). Seal-format 9.3.
/// </summary>
public static class GaloisElement
{
    /// <summary>The generator of the rotations.</summary>
    public const int Generator = 3;

    /// <summary>The element of a rotation to the left; step 0 stands for the row swap or conjugation.</summary>
    /// <param name="parameters">N.</param>
    /// <param name="step">Absolute value below N/2; negative rotates to the right.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step is N/2 or more.</exception>
    public static int FromStep(Parameters parameters, int step)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        int half = parameters.PolyModulusDegree / 2;
        if (step <= -half || step >= half)
        {
            throw new ArgumentOutOfRangeException(nameof(step), $"a rotation is by fewer than {half} steps, not {step}");
        }

        int order = 2 * parameters.PolyModulusDegree;
        if (step == 0)
        {
            return order - 1;
        }

        int element = 1;
        for (int i = step < 0 ? step + half : step; i > 0; i--)
        {
            element = element * Generator & (order - 1);
        }

        return element;
    }

    /// <summary>
    /// The elements of SEAL's default key set, in its order: 2N - 1, then 3^(2^j) and its inverse for j = 0 ... log2 N - 2. The
    /// last two are equal.
    /// </summary>
    public static IReadOnlyList<int> Default(Parameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        int mask = (2 * parameters.PolyModulusDegree) - 1;
        long positive = Generator;
        long negative = FromInverse(mask);
        List<int> elements = [mask];
        for (int j = 0; j < parameters.LogDegree - 1; j++)
        {
            elements.Add((int)positive);
            elements.Add((int)negative);
            positive = positive * positive & mask;
            negative = negative * negative & mask;
        }

        return elements;
    }

    /// <summary>Where the key of an element stands in SEAL's list of N keys.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The element is not odd and positive.</exception>
    public static int Index(int element) => element > 0 && (element & 1) == 1
        ? element / 2
        : throw new ArgumentOutOfRangeException(nameof(element), $"a Galois element is odd and positive, {element} is not");

    /// <summary>The element whose key stands at an index of SEAL's list.</summary>
    public static int AtIndex(int index) => (2 * index) + 1;

    internal static void Check(Parameters parameters, int element)
    {
        if (element < 1 || (element & 1) == 0 || element >= 2 * parameters.PolyModulusDegree)
        {
            throw new ArgumentException($"a Galois element is odd and below {2 * parameters.PolyModulusDegree}, {element} is not", nameof(element));
        }
    }

    /// <summary>The inverse of 3 modulo the power of two mask + 1 (Newton: each step doubles the correct bits).</summary>
    private static long FromInverse(int mask)
    {
        long inverse = Generator;
        for (int bits = 3; bits < 32; bits *= 2)
        {
            inverse = inverse * (2 - (Generator * inverse)) & mask;
        }

        return inverse;
    }
}
