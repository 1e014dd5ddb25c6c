using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Subnet.Core.Numerics;

/// <summary>
/// Signed fixed-point number of 64 bits with 32 fraction bits: everything inside the epoch once stake is normalised.
/// </summary>
/// <param name="Bits">The raw bits: the value times 2^32.</param>
[SuppressMessage("Usage", "CA2225", Justification = "The named alternates would hide that these are the saturating forms.")]
public readonly record struct I32F32(long Bits) : IFixedPoint<I32F32>
{
    private const int Fraction = 32;

    /// <inheritdoc/>
    public static int FractionBits => Fraction;

    /// <inheritdoc/>
    public static I32F32 Zero => default;

    /// <inheritdoc/>
    public static I32F32 One => new(1L << Fraction);

    /// <inheritdoc/>
    public static I32F32 MinValue => new(long.MinValue);

    /// <inheritdoc/>
    public static I32F32 MaxValue => new(long.MaxValue);

    /// <summary>The integer, saturated.</summary>
    public static I32F32 FromInteger(long value) => Saturate((Int128)value << Fraction);

    /// <summary>The integer numerator over the integer denominator, truncated toward zero; 0 where that is undefined.</summary>
    public static I32F32 FromRatio(long numerator, long denominator) => SafeDivide(FromInteger(numerator), FromInteger(denominator));

    /// <inheritdoc/>
    public static I32F32 FromBigInteger(BigInteger bits) => new((long)bits);

    /// <inheritdoc/>
    public BigInteger ToBigInteger() => Bits;

    /// <summary>The number with 64 integer and 64 fraction bits; always exact.</summary>
    public I64F64 ToI64F64() => new((Int128)Bits << (64 - Fraction));

    /// <summary>The number with 96 integer and 32 fraction bits; always exact.</summary>
    public I96F32 ToI96F32() => new(Bits);

    /// <summary>Rounded toward minus infinity, negative values give 0.</summary>
    public ulong FloorToUInt64() => Bits < 0 ? 0 : (ulong)(Bits >> Fraction);

    /// <summary>Rounded toward minus infinity and saturated to 0..65535.</summary>
    public ushort FloorToUInt16() => (ushort)Math.Min(FloorToUInt64(), ushort.MaxValue);

    /// <summary>The stored form of a fraction: <c>floor(x * 65535)</c>, saturated to 0..65535.</summary>
    public ushort ToStoredFraction() => (this * FromInteger(ushort.MaxValue)).FloorToUInt16();

    /// <summary>Rounded to the nearest integer, ties away from zero.</summary>
    public long Round()
    {
        Int128 magnitude = (Int128.Abs(Bits) + (Int128.One << (Fraction - 1))) >> Fraction;
        return (long)(Bits < 0 ? -magnitude : magnitude);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32F32 operator +(I32F32 left, I32F32 right)
    {
        long sum = unchecked(left.Bits + right.Bits);
        bool overflow = ((left.Bits ^ sum) & (right.Bits ^ sum)) < 0;
        return overflow ? Bound(left.Bits < 0) : new(sum);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32F32 operator -(I32F32 left, I32F32 right)
    {
        long difference = unchecked(left.Bits - right.Bits);
        bool overflow = ((left.Bits ^ right.Bits) & (left.Bits ^ difference)) < 0;
        return overflow ? Bound(left.Bits < 0) : new(difference);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32F32 operator *(I32F32 left, I32F32 right)
    {
        // floor(x / 2^32) of the 128-bit product: bits 32..95, with the rest as the overflow check.
        long high = Math.BigMul(left.Bits, right.Bits, out long low);
        long product = (high << Fraction) | (long)((ulong)low >> Fraction);
        return high >> (Fraction - 1) == product >> 63 ? new(product) : Bound(high < 0);
    }

    /// <inheritdoc/>
    public static bool TryDivide(I32F32 dividend, I32F32 divisor, out I32F32 quotient)
    {
        if (divisor.Bits == 0)
        {
            quotient = default;
            return false;
        }

        Int128 exact = ExactQuotient(dividend, divisor);
        bool fits = exact >= long.MinValue && exact <= long.MaxValue;
        quotient = fits ? new((long)exact) : default;
        return fits;
    }

    /// <inheritdoc/>
    public static I32F32 SafeDivide(I32F32 dividend, I32F32 divisor)
    {
        // Non-negative dividends up to 1, the rule inside an epoch, need no 128-bit division.
        if ((ulong)dividend.Bits <= 1UL << Fraction && divisor.Bits > 0)
        {
            ulong by = (ulong)divisor.Bits;
            ulong bits;
            if (dividend.Bits == 1L << Fraction)
            {
                // 2^64 / by, from the largest 64-bit number: one more if that reaches 2^64 exactly.
                bits = ulong.MaxValue / by;
                bits += unchecked((bits + 1) * by) == 0 ? 1UL : 0;
            }
            else
            {
                bits = ((ulong)dividend.Bits << Fraction) / by;
            }

            return bits <= long.MaxValue ? new((long)bits) : default;
        }

        return TryDivide(dividend, divisor, out I32F32 quotient) ? quotient : default;
    }

    /// <inheritdoc/>
    public static I32F32 SaturatingDivide(I32F32 dividend, I32F32 divisor)
    {
        if (divisor.Bits == 0)
        {
            throw new DivideByZeroException();
        }

        return Saturate(ExactQuotient(dividend, divisor));
    }

    /// <summary>
    /// e to the power of x by the reference's series of 31 terms. False where a step leaves the range.
    /// </summary>
    public static bool TryExp(I32F32 x, out I32F32 result) => Exponential.TryExp(x, out result);

    /// <summary>
    /// e to the power of x clamped to [-20, 20]; on the error that clamping leaves possible 0 for x &lt;= 0, else the maximum.
    /// </summary>
    public static I32F32 BoundedExp(I32F32 x) => Exponential.Bounded(x);

    /// <summary><see cref="BoundedExp"/> of each value, the same bits in a fraction of the time.</summary>
    public static void BoundedExpInPlace(Span<I32F32> values) => Exponential.BoundedInPlace(values);

    /// <summary>The natural logarithm, truncated; false where x is not positive or 1/x does not fit.</summary>
    public static bool TryLn(I32F32 x, out I32F32 result)
    {
        result = default;
        if (x.Bits <= 0)
        {
            return false;
        }

        long log2;
        if (x < One)
        {
            if (!TryDivide(One, x, out I32F32 reciprocal))
            {
                return false;
            }

            log2 = -BinaryLogarithm.OfAtLeastOne((UInt128)reciprocal.Bits);
        }
        else
        {
            log2 = BinaryLogarithm.OfAtLeastOne((UInt128)x.Bits);
        }

        return TryDivide(new(log2), new(BinaryLogarithm.Log2OfE), out result);
    }

    /// <inheritdoc/>
    public int CompareTo(I32F32 other) => Bits.CompareTo(other.Bits);

    /// <summary>Whether left is less.</summary>
    public static bool operator <(I32F32 left, I32F32 right) => left.Bits < right.Bits;

    /// <summary>Whether left is greater.</summary>
    public static bool operator >(I32F32 left, I32F32 right) => left.Bits > right.Bits;

    /// <summary>Whether left is not greater.</summary>
    public static bool operator <=(I32F32 left, I32F32 right) => left.Bits <= right.Bits;

    /// <summary>Whether left is not less.</summary>
    public static bool operator >=(I32F32 left, I32F32 right) => left.Bits >= right.Bits;

    /// <summary>The nearest binary64, for people to read; never for consensus.</summary>
    public double ToDouble() => Bits / 4294967296.0;

    /// <inheritdoc/>
    public override string ToString() => ToDouble().ToString("G17", CultureInfo.InvariantCulture);

    private static I32F32 Bound(bool negative) => negative ? MinValue : MaxValue;

    private static I32F32 Saturate(Int128 bits) => bits > long.MaxValue ? MaxValue : bits < long.MinValue ? MinValue : new((long)bits);

    private static Int128 ExactQuotient(I32F32 dividend, I32F32 divisor) => ((Int128)dividend.Bits << Fraction) / divisor.Bits;
}
