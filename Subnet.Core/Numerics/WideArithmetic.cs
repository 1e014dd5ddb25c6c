namespace Subnet.Core.Numerics;

/// <summary>Products and quotients of 128-bit magnitudes whose intermediates need up to 256 bits.</summary>
internal static class WideArithmetic
{
    /// <summary>The 256-bit product.</summary>
    public static UInt128 Multiply(UInt128 left, UInt128 right, out UInt128 low)
    {
        ulong leftLow = (ulong)left, leftHigh = (ulong)(left >> 64);
        ulong rightLow = (ulong)right, rightHigh = (ulong)(right >> 64);
        if ((leftHigh | rightHigh) == 0)
        {
            low = Product(leftLow, rightLow);
            return UInt128.Zero;
        }

        UInt128 bottom = Product(leftLow, rightLow);
        UInt128 cross = Product(leftHigh, rightLow) + (bottom >> 64);
        UInt128 middle = Product(leftLow, rightHigh) + (ulong)cross;
        low = new UInt128((ulong)middle, (ulong)bottom);
        return Product(leftHigh, rightHigh) + (cross >> 64) + (middle >> 64);
    }

    /// <summary>
    /// <c>floor(left * right / 2^shift)</c>, or false where it needs more than 128 bits. <paramref name="inexact"/> tells whether
    /// a set bit was dropped. The shift is 32 or 64.
    /// </summary>
    public static bool TryMultiplyShift(UInt128 left, UInt128 right, int shift, out UInt128 result, out bool inexact)
    {
        UInt128 high = Multiply(left, right, out UInt128 low);
        inexact = (low & ((UInt128.One << shift) - 1)) != 0;
        result = (low >> shift) | (high << (128 - shift));
        return high >> shift == 0;
    }

    /// <summary>
    /// <c>floor(dividend * 2^shift / divisor)</c>, or false where it needs more than 128 bits. The shift is 32 or 64, the divisor
    /// is not 0.
    /// </summary>
    public static bool TryShiftDivide(UInt128 dividend, UInt128 divisor, int shift, out UInt128 quotient)
    {
        if (dividend >> (128 - shift) == 0)
        {
            quotient = (dividend << shift) / divisor;
            return true;
        }

        (UInt128 whole, UInt128 remainder) = UInt128.DivRem(dividend, divisor);

        // floor(floor(r * 2^64 / b) / 2^32) = floor(r * 2^32 / b): one 64-bit digit serves both shifts.
        ulong digit = NextDigit(remainder, divisor) >> (64 - shift);
        quotient = (whole << shift) | digit;
        return whole >> (128 - shift) == 0;
    }

    /// <summary>
    /// <c>floor(remainder * 2^64 / divisor)</c> for <c>remainder &lt; divisor</c>: one step of Knuth's algorithm D (TAOCP 4.3.1).
    /// </summary>
    private static ulong NextDigit(UInt128 remainder, UInt128 divisor)
    {
        int normalise = (int)UInt128.LeadingZeroCount(divisor);
        divisor <<= normalise;
        remainder <<= normalise;

        ulong divisorHigh = (ulong)(divisor >> 64);
        UInt128 estimate = remainder / divisorHigh;
        ulong digit = estimate > ulong.MaxValue ? ulong.MaxValue : (ulong)estimate;

        // The estimate is at most two too large.
        while (true)
        {
            UInt128 productHigh = Multiply(divisor, digit, out UInt128 productLow);
            UInt128 dividendHigh = remainder >> 64;
            UInt128 dividendLow = remainder << 64;
            if (productHigh < dividendHigh || (productHigh == dividendHigh && productLow <= dividendLow))
            {
                return digit;
            }

            digit--;
        }
    }

    private static UInt128 Product(ulong left, ulong right)
    {
        ulong high = Math.BigMul(left, right, out ulong low);
        return new UInt128(high, low);
    }
}
