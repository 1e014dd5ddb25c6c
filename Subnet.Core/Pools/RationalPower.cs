using System.Numerics;

namespace Subnet.Core.Pools;

/// <summary>
/// Powers of a fraction with a fractional exponent, by logarithm and exponential on integers with 256 fraction bits: the same bits on
/// every machine.
/// </summary>
internal static class RationalPower
{
    private const int Fraction = 256;

    /// <summary>Two hundred bits are far above the error of the series, so a power that is exact comes out exact.</summary>
    private static readonly BigInteger s_slack = BigInteger.One << (Fraction - 200);

    private static readonly BigInteger s_one = BigInteger.One << Fraction;
    private static readonly BigInteger s_ln2 = LnNearOne(2, 1);

    /// <summary><c>floor(scale * (numerator / denominator)^(exponentNumerator / exponentDenominator))</c>; all positive.</summary>
    public static BigInteger ScaledFloor(
        BigInteger scale, BigInteger numerator, BigInteger denominator, BigInteger exponentNumerator, BigInteger exponentDenominator)
    {
        if (exponentNumerator == exponentDenominator)
        {
            return scale * numerator / denominator;
        }

        BigInteger exponent = Ln(numerator, denominator) * exponentNumerator / exponentDenominator;
        return (scale * (Exp(exponent) + s_slack)) >> Fraction;
    }

    /// <summary>ln(n / d) with the fraction brought between 1/2 and 2 by powers of two.</summary>
    private static BigInteger Ln(BigInteger numerator, BigInteger denominator)
    {
        long shift = numerator.GetBitLength() - denominator.GetBitLength();
        return (shift * s_ln2) + (shift >= 0
            ? LnNearOne(numerator, denominator << (int)shift)
            : LnNearOne(numerator << (int)-shift, denominator));
    }

    /// <summary>ln(n / d) = 2 * (t + t^3/3 + t^5/5 + ...) with t = (n - d) / (n + d).</summary>
    private static BigInteger LnNearOne(BigInteger numerator, BigInteger denominator)
    {
        BigInteger t = ((numerator - denominator) << Fraction) / (numerator + denominator);
        BigInteger square = (t * t) >> Fraction;
        BigInteger sum = BigInteger.Zero, power = t;
        for (int k = 1; !power.IsZero && power != BigInteger.MinusOne; k += 2)
        {
            sum += power / k;
            power = (power * square) >> Fraction;
        }

        return 2 * sum;
    }

    /// <summary>e^x: whole powers of two are taken out, the rest is a Taylor series.</summary>
    private static BigInteger Exp(BigInteger x)
    {
        BigInteger twos = x / s_ln2;
        BigInteger rest = x - (twos * s_ln2);
        BigInteger sum = s_one, term = s_one;
        for (int k = 1; !term.IsZero && term != BigInteger.MinusOne; k++)
        {
            term = ((term * rest) >> Fraction) / k;
            sum += term;
        }

        int shift = (int)twos;
        return shift >= 0 ? sum << shift : sum >> -shift;
    }
}
