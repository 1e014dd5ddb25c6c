namespace Subnet.Core.Numerics;

/// <summary>Arithmetic on the raw bits of the signed 128-bit formats.</summary>
internal static class SignedWide
{
    public static Int128 AddSaturating(Int128 left, Int128 right)
    {
        Int128 sum = unchecked(left + right);
        bool overflow = ((left ^ sum) & (right ^ sum)) < 0;
        return overflow ? Bound(left < 0) : sum;
    }

    public static Int128 SubtractSaturating(Int128 left, Int128 right)
    {
        Int128 difference = unchecked(left - right);
        bool overflow = ((left ^ right) & (left ^ difference)) < 0;
        return overflow ? Bound(left < 0) : difference;
    }

    public static Int128 MultiplySaturating(Int128 left, Int128 right, int fractionBits)
    {
        bool negative = (left < 0) != (right < 0);
        if (!WideArithmetic.TryMultiplyShift(Magnitude(left), Magnitude(right), fractionBits, out UInt128 magnitude, out bool inexact))
        {
            return Bound(negative);
        }

        if (negative && inexact)
        {
            if (magnitude == UInt128.MaxValue)
            {
                return Int128.MinValue;
            }

            magnitude++;
        }

        return TryWithSign(magnitude, negative, out Int128 product) ? product : Bound(negative);
    }

    public static bool TryDivide(Int128 dividend, Int128 divisor, int fractionBits, out Int128 quotient)
    {
        quotient = 0;
        return divisor != 0
            && WideArithmetic.TryShiftDivide(Magnitude(dividend), Magnitude(divisor), fractionBits, out UInt128 magnitude)
            && TryWithSign(magnitude, (dividend < 0) != (divisor < 0), out quotient);
    }

    public static Int128 DivideSaturating(Int128 dividend, Int128 divisor, int fractionBits)
    {
        if (divisor == 0)
        {
            throw new DivideByZeroException();
        }

        return TryDivide(dividend, divisor, fractionBits, out Int128 quotient) ? quotient : Bound((dividend < 0) != (divisor < 0));
    }

    private static Int128 Bound(bool negative) => negative ? Int128.MinValue : Int128.MaxValue;

    private static UInt128 Magnitude(Int128 value) => value < 0 ? unchecked((UInt128)(-value)) : (UInt128)value;

    private static bool TryWithSign(UInt128 magnitude, bool negative, out Int128 value)
    {
        UInt128 limit = (UInt128)Int128.MaxValue + (negative ? UInt128.One : UInt128.Zero);
        value = unchecked(negative ? -(Int128)magnitude : (Int128)magnitude);
        return magnitude <= limit;
    }
}
