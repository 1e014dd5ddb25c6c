using Subnet.Crypto.Lattice;

namespace Subnet.Crypto.Comparison;

/// <summary>The sign of small integers as a polynomial modulo t: sign(d) = d q(d²) for |d| below 2^bits, q of degree 2^bits - 2 in d².</summary>
internal static class SignPolynomial
{
    /// <summary>The coefficients of q, constant first: the interpolation of 1/d at d², d = 1 .. 2^bits - 1.</summary>
    public static ulong[] EvenPart(int bits, ulong plainModulus)
    {
        Modulus t = new(plainModulus);
        int count = (1 << bits) - 1;
        ulong[] points = new ulong[count];
        ulong[] differences = new ulong[count];
        for (int i = 0; i < count; i++)
        {
            ulong d = (ulong)(i + 1);
            points[i] = t.Multiply(d, d);
            differences[i] = t.Invert(d);
        }

        // Newton's divided differences, then Horner from the last one.
        for (int order = 1; order < count; order++)
        {
            for (int i = count - 1; i >= order; i--)
            {
                ulong slope = t.Invert(t.Subtract(points[i], points[i - order]));
                differences[i] = t.Multiply(t.Subtract(differences[i], differences[i - 1]), slope);
            }
        }

        ulong[] coefficients = new ulong[count];
        coefficients[0] = differences[count - 1];
        for (int i = count - 2; i >= 0; i--)
        {
            // coefficients = coefficients (x - points[i]) + differences[i]
            for (int k = count - 1 - i; k > 0; k--)
            {
                coefficients[k] = t.Subtract(coefficients[k - 1], t.Multiply(coefficients[k], points[i]));
            }

            coefficients[0] = t.Subtract(differences[i], t.Multiply(coefficients[0], points[i]));
        }

        return coefficients;
    }
}
