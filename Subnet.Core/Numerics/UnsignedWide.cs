namespace Subnet.Core.Numerics;

/// <summary>Arithmetic on the raw bits of the unsigned 128-bit formats.</summary>
internal static class UnsignedWide
{
    public static UInt128 AddSaturating(UInt128 left, UInt128 right)
    {
        UInt128 sum = unchecked(left + right);
        return sum < left ? UInt128.MaxValue : sum;
    }

    public static UInt128 SubtractSaturating(UInt128 left, UInt128 right) => left > right ? left - right : UInt128.Zero;

    public static UInt128 MultiplySaturating(UInt128 left, UInt128 right, int fractionBits) =>
        WideArithmetic.TryMultiplyShift(left, right, fractionBits, out UInt128 product, out _) ? product : UInt128.MaxValue;

    public static bool TryDivide(UInt128 dividend, UInt128 divisor, int fractionBits, out UInt128 quotient)
    {
        quotient = 0;
        return divisor != 0 && WideArithmetic.TryShiftDivide(dividend, divisor, fractionBits, out quotient);
    }

    public static UInt128 DivideSaturating(UInt128 dividend, UInt128 divisor, int fractionBits)
    {
        if (divisor == 0)
        {
            throw new DivideByZeroException();
        }

        return TryDivide(dividend, divisor, fractionBits, out UInt128 quotient) ? quotient : UInt128.MaxValue;
    }
}
