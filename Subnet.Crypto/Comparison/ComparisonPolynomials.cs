using Subnet.Crypto.Lattice;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Comparison;

/// <summary>
/// Polynomials modulo a prime t that decide exactly over a bounded range of integers: sign, zero test, threshold. Coefficients
/// stand with the constant first.
/// </summary>
/// <remarks>Over the range the value is exact, ties included; outside it is meaningless, so inputs must be known to be in range.</remarks>
public static class ComparisonPolynomials
{
    /// <summary>
    /// q of degree 2^bits - 2 with d q(d^2) = sign(d) for every |d| below 2^bits. Evaluate it at u = d^2 and multiply by d.
    /// </summary>
    /// <param name="parameters">Parameters with slots.</param>
    /// <param name="bits">1 to 12, with 2^(bits + 1) below t.</param>
    /// <exception cref="ArgumentException">The bits are out of range, or t is not prime.</exception>
    public static ulong[] SignOfRoot(Parameters parameters, int bits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 12);
        Modulus t = CheckField(parameters, 2L << bits);
        return SignPolynomial.EvenPart(bits, t.Value);
    }

    /// <summary>The polynomial of degree range with value 1 at 0 and 0 at 1 ... range.</summary>
    /// <param name="parameters">Parameters with slots.</param>
    /// <param name="range">1 to t - 1.</param>
    /// <exception cref="ArgumentException">The range is out of range, or t is not prime.</exception>
    public static ulong[] ZeroTest(Parameters parameters, int range) => Threshold(parameters, range, below: 1);

    /// <summary>The polynomial of degree range with value 1 at 0 ... below - 1 and 0 at below ... range.</summary>
    /// <param name="parameters">Parameters with slots.</param>
    /// <param name="range">1 to t - 1.</param>
    /// <param name="below">1 to range.</param>
    /// <exception cref="ArgumentException">An argument is out of range, or t is not prime.</exception>
    public static ulong[] Threshold(Parameters parameters, int range, int below)
    {
        Modulus t = CheckField(parameters, range);
        ArgumentOutOfRangeException.ThrowIfLessThan(below, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(below, range);
        ulong[] points = new ulong[range + 1];
        ulong[] values = new ulong[range + 1];
        for (int i = 0; i <= range; i++)
        {
            points[i] = (ulong)i;
            values[i] = i < below ? 1UL : 0UL;
        }

        return Interpolate(points, values, t);
    }

    /// <summary>Newton's divided differences modulo a prime; public inputs.</summary>
    private static ulong[] Interpolate(ulong[] points, ulong[] values, Modulus t)
    {
        int count = points.Length;
        ulong[] differences = [.. values];
        for (int order = 1; order < count; order++)
        {
            for (int i = count - 1; i >= order; i--)
            {
                ulong numerator = t.Subtract(differences[i], differences[i - 1]);
                ulong denominator = t.Subtract(points[i], points[i - order]);
                differences[i] = t.Multiply(numerator, t.Invert(denominator));
            }
        }

        // Horner over the Newton basis: p = p (x - point) + difference.
        ulong[] polynomial = new ulong[count];
        polynomial[0] = differences[count - 1];
        for (int i = count - 2; i >= 0; i--)
        {
            for (int k = count - 1 - i; k > 0; k--)
            {
                polynomial[k] = t.Subtract(polynomial[k - 1], t.Multiply(polynomial[k], points[i]));
            }

            polynomial[0] = t.Subtract(differences[i], t.Multiply(polynomial[0], points[i]));
        }

        return polynomial;
    }

    private static Modulus CheckField(Parameters parameters, long range)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (!parameters.SupportsBatching)
        {
            throw new ArgumentException($"comparison needs a prime plain modulus with slots, {parameters} has none", nameof(parameters));
        }

        if (range < 1 || (ulong)range >= parameters.PlainModulus)
        {
            throw new ArgumentOutOfRangeException(nameof(range), $"a range of {range} does not fit the plain modulus {parameters.PlainModulus}");
        }

        return new Modulus(parameters.PlainModulus);
    }
}
