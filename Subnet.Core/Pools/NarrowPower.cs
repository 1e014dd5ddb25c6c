using Subnet.Core.Numerics;

namespace Subnet.Core.Pools;

/// <summary>
/// What <see cref="RationalPower"/> answers, in 128 instead of 256 fraction bits: both ends of an interval that holds the wider result are
/// rounded down, and only where they agree there is an answer. It allocates nothing, and never gives another result.
/// </summary>
internal static class NarrowPower
{
    /// <summary>
    /// More than the error of both ways and the slack of the wider one together. In units of 2^-128: the logarithm is below its value by less than
    /// 2^9 (42 terms of at most three units, doubled), its multiple by less than 2^17, the exponential adds less than 2^8. The wider way differs by less than 2^-190.
    /// </summary>
    private const uint Margin = 1 << 20;

    /// <summary>The greatest factor of the logarithm that <see cref="Margin"/> allows for.</summary>
    private const ulong MaxExponent = 256;

    /// <summary>
    /// <c>floor(scale * (numerator / denominator)^(exponentNumerator / exponentDenominator))</c> for a fraction from 1/2 to below 1 and a power above 1/e; false where
    /// an argument or a rounding is too close for this precision.
    /// </summary>
    public static bool TryScaledFloor(
        ulong scale, ulong numerator, ulong denominator, ulong exponentNumerator, ulong exponentDenominator, out ulong result)
    {
        result = 0;
        ulong sum = unchecked(numerator + denominator);
        if (numerator >= denominator || numerator < denominator - numerator || sum < numerator || exponentNumerator / MaxExponent >= exponentDenominator)
        {
            return false;
        }

        if (!TryScale(MinusLogarithm(denominator - numerator, sum), exponentNumerator, exponentDenominator, out UInt128 exponent)
            || exponent == 0)
        {
            return false;
        }

        UInt128 power = ExponentialOfMinus(exponent);
        if (power < Margin || power > UInt128.MaxValue - Margin)
        {
            return false;
        }

        result = (ulong)Multiply(power - Margin, scale);
        return result == (ulong)Multiply(power + Margin, scale);
    }

    /// <summary>-ln((s - d) / (s + d)) for a difference d and a sum s: 2 * (t + t^3/3 + t^5/5 + ...) with t = d / s, at most 1/3.</summary>
    private static UInt128 MinusLogarithm(ulong difference, ulong sum)
    {
        (UInt128 high, UInt128 rest) = UInt128.DivRem((UInt128)difference << 64, sum);
        UInt128 t = (high << 64) | ((rest << 64) / sum);
        UInt128 square = Multiply(t, t), total = t, power = t;
        for (uint k = 3; ; k += 2)
        {
            power = Multiply(power, square);
            if (power == 0)
            {
                return total << 1;
            }

            total += Divide(power, k);
        }
    }

    /// <summary>e^-x for x above 0: its Taylor series, the terms of either sign on their own.</summary>
    private static UInt128 ExponentialOfMinus(UInt128 x)
    {
        UInt128 negative = x, positive = 0, term = x;
        for (uint k = 2; ; k++)
        {
            term = Divide(Multiply(term, x), k);
            if (term == 0)
            {
                return unchecked(positive - negative);
            }

            if ((k & 1) == 0)
            {
                positive += term;
            }
            else
            {
                negative += term;
            }
        }
    }

    /// <summary><c>floor(value * numerator / denominator)</c>, or false where that is one or more.</summary>
    private static bool TryScale(UInt128 value, ulong numerator, ulong denominator, out UInt128 result)
    {
        UInt128 high = WideArithmetic.Multiply(value, numerator, out UInt128 low);
        result = 0;
        if (high >= denominator)
        {
            return false;
        }

        (UInt128 first, UInt128 rest) = UInt128.DivRem((high << 64) | (low >> 64), denominator);
        result = (first << 64) | (((rest << 64) | (ulong)low) / denominator);
        return true;
    }

    private static UInt128 Multiply(UInt128 left, UInt128 right) => WideArithmetic.Multiply(left, right, out _);

    /// <summary>Division by a small number, 32 bits at a time.</summary>
    private static UInt128 Divide(UInt128 value, uint divisor)
    {
        ulong high = (ulong)(value >> 64), low = (ulong)value;
        (ulong top, ulong rest) = Math.DivRem(high, divisor);
        (ulong middle, rest) = Math.DivRem((rest << 32) | (low >> 32), divisor);
        return new UInt128(top, (middle << 32) | (((rest << 32) | (uint)low) / divisor));
    }
}
