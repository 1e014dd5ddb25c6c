using System.Numerics;

namespace Subnet.Tests.Crypto.Proofs;

/// <summary>The LLL algorithm in exact integers, and the search for small solutions of a linear equation modulo a number that rests on it: what an attacker brings along.</summary>
internal static class LatticeReduction
{
    /// <summary>
    /// Integers x, small beside modulus^(1/n), with sum a_j x_j = y modulo the modulus; null where reduction shows none. The lattice of all solutions, with y on one more coordinate, holds
    /// (x, B, 0) as an unusually short vector.
    /// </summary>
    /// <param name="factors">The a_j.</param>
    /// <param name="value">y.</param>
    /// <param name="modulus">What the equation holds modulo.</param>
    /// <param name="size">About how large the x_j are.</param>
    public static long[]? FindSmall(IReadOnlyList<BigInteger> factors, BigInteger value, BigInteger modulus, long size)
    {
        int n = factors.Count;
        BigInteger heavy = BigInteger.One << (int)(modulus.GetBitLength() / 2);
        BigInteger[][] basis = new BigInteger[n + 2][];
        for (int j = 0; j < n; j++)
        {
            basis[j] = new BigInteger[n + 2];
            basis[j][j] = 1;
            basis[j][n + 1] = heavy * factors[j];
        }

        basis[n] = new BigInteger[n + 2];
        basis[n][n] = size;
        basis[n][n + 1] = -heavy * value;
        basis[n + 1] = new BigInteger[n + 2];
        basis[n + 1][n + 1] = heavy * modulus;
        Reduce(basis);
        foreach (BigInteger[] row in basis)
        {
            if (row[n + 1].IsZero && BigInteger.Abs(row[n]) == size && row[..n].All(x => BigInteger.Abs(x) < long.MaxValue))
            {
                BigInteger sign = row[n].Sign;
                return [.. row[..n].Select(x => (long)(x * sign))];
            }
        }

        return null;
    }

    /// <summary>Reduces a basis in place, rows being vectors, with the factor 0.99: integral Gram-Schmidt (de Weger), so no rounding anywhere.</summary>
    public static void Reduce(BigInteger[][] basis)
    {
        int count = basis.Length;

        // d[i + 1] is the Gram determinant of the first i + 1 vectors, lambda[i][j] = d[j + 1] mu_ij; all integers.
        BigInteger[] d = [BigInteger.One, .. Enumerable.Repeat(BigInteger.Zero, count)];
        BigInteger[][] lambda = [.. Enumerable.Range(0, count).Select(_ => new BigInteger[count])];
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                BigInteger u = Dot(basis[i], basis[j]);
                for (int k = 0; k < j; k++)
                {
                    u = ((d[k + 1] * u) - (lambda[i][k] * lambda[j][k])) / d[k];
                }

                if (j < i)
                {
                    lambda[i][j] = u;
                }
                else
                {
                    d[i + 1] = u;
                }
            }
        }

        for (int k = 1; k < count;)
        {
            Shorten(basis, lambda, d, k, k - 1);
            if (100 * ((d[k + 1] * d[k - 1]) + (lambda[k][k - 1] * lambda[k][k - 1])) < 99 * d[k] * d[k])
            {
                Swap(basis, lambda, d, k);
                k = Math.Max(1, k - 1);
                continue;
            }

            for (int l = k - 2; l >= 0; l--)
            {
                Shorten(basis, lambda, d, k, l);
            }

            k++;
        }
    }

    private static void Shorten(BigInteger[][] basis, BigInteger[][] lambda, BigInteger[] d, int k, int l)
    {
        BigInteger quotient = Round(lambda[k][l], d[l + 1]);
        if (quotient.IsZero)
        {
            return;
        }

        for (int i = 0; i < basis[k].Length; i++)
        {
            basis[k][i] -= quotient * basis[l][i];
        }

        lambda[k][l] -= quotient * d[l + 1];
        for (int i = 0; i < l; i++)
        {
            lambda[k][i] -= quotient * lambda[l][i];
        }
    }

    private static void Swap(BigInteger[][] basis, BigInteger[][] lambda, BigInteger[] d, int k)
    {
        (basis[k], basis[k - 1]) = (basis[k - 1], basis[k]);
        for (int j = 0; j < k - 1; j++)
        {
            (lambda[k][j], lambda[k - 1][j]) = (lambda[k - 1][j], lambda[k][j]);
        }

        BigInteger across = lambda[k][k - 1];
        BigInteger determinant = ((d[k - 1] * d[k + 1]) + (across * across)) / d[k];
        for (int i = k + 1; i < basis.Length; i++)
        {
            BigInteger t = lambda[i][k];
            lambda[i][k] = ((d[k + 1] * lambda[i][k - 1]) - (across * t)) / d[k];
            lambda[i][k - 1] = ((determinant * t) + (across * lambda[i][k])) / d[k + 1];
        }

        d[k] = determinant;
    }

    private static BigInteger Dot(BigInteger[] a, BigInteger[] b)
    {
        BigInteger sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    private static BigInteger Round(BigInteger a, BigInteger b)
    {
        BigInteger twice = (2 * a) + b;
        BigInteger floor = BigInteger.DivRem(twice, 2 * b, out BigInteger rest);
        return rest.Sign < 0 ? floor - 1 : floor;
    }
}
