using System.Globalization;
using System.Numerics;

namespace Subnet.Core.Numerics;

/// <summary>Signed fixed-point number of 128 bits with 64 fraction bits: stake weight and its normalisation, the bonds moving average, flow averages.</summary>
/// <param name="Bits">The raw bits: the value times 2^64.</param>
public readonly record struct I64F64(Int128 Bits) : IFixedPoint<I64F64>
{
    private const int Fraction = 64;

    /// <inheritdoc/>
    public static int FractionBits => Fraction;

    /// <inheritdoc/>
    public static I64F64 Zero => default;

    /// <inheritdoc/>
    public static I64F64 One => new(Int128.One << Fraction);

    /// <inheritdoc/>
    public static I64F64 MinValue => new(Int128.MinValue);

    /// <inheritdoc/>
    public static I64F64 MaxValue => new(Int128.MaxValue);

    /// <summary>The integer, saturated.</summary>
    public static I64F64 FromInteger(ulong value) => value > long.MaxValue ? MaxValue : new((Int128)value << Fraction);

    /// <summary>Rounded toward minus infinity and saturated to the range of <see cref="ulong"/>.</summary>
    public ulong FloorToUInt64() => Bits < 0 ? 0 : (Bits >> Fraction) > ulong.MaxValue ? ulong.MaxValue : (ulong)(Bits >> Fraction);

    /// <summary>The number with 32 integer and 32 fraction bits: rounded toward minus infinity, saturated.</summary>
    public I32F32 ToI32F32()
    {
        Int128 bits = Bits >> (Fraction - I32F32.FractionBits);
        return bits > long.MaxValue ? I32F32.MaxValue : bits < long.MinValue ? I32F32.MinValue : new((long)bits);
    }

    /// <inheritdoc/>
    public static I64F64 FromBigInteger(BigInteger bits) => new((Int128)bits);

    /// <inheritdoc/>
    public BigInteger ToBigInteger() => Bits;

    /// <inheritdoc/>
    public static I64F64 operator +(I64F64 left, I64F64 right) => new(SignedWide.AddSaturating(left.Bits, right.Bits));

    /// <inheritdoc/>
    public static I64F64 operator -(I64F64 left, I64F64 right) => new(SignedWide.SubtractSaturating(left.Bits, right.Bits));

    /// <inheritdoc/>
    public static I64F64 operator *(I64F64 left, I64F64 right) => new(SignedWide.MultiplySaturating(left.Bits, right.Bits, Fraction));

    /// <inheritdoc/>
    public static bool TryDivide(I64F64 dividend, I64F64 divisor, out I64F64 quotient)
    {
        bool fits = SignedWide.TryDivide(dividend.Bits, divisor.Bits, Fraction, out Int128 bits);
        quotient = fits ? new(bits) : default;
        return fits;
    }

    /// <inheritdoc/>
    public static I64F64 SafeDivide(I64F64 dividend, I64F64 divisor) => TryDivide(dividend, divisor, out I64F64 quotient) ? quotient : default;

    /// <inheritdoc/>
    public static I64F64 SaturatingDivide(I64F64 dividend, I64F64 divisor) =>
        new(SignedWide.DivideSaturating(dividend.Bits, divisor.Bits, Fraction));

    /// <inheritdoc/>
    public int CompareTo(I64F64 other) => Bits.CompareTo(other.Bits);

    /// <summary>Whether left is less.</summary>
    public static bool operator <(I64F64 left, I64F64 right) => left.Bits < right.Bits;

    /// <summary>Whether left is greater.</summary>
    public static bool operator >(I64F64 left, I64F64 right) => left.Bits > right.Bits;

    /// <summary>Whether left is not greater.</summary>
    public static bool operator <=(I64F64 left, I64F64 right) => left.Bits <= right.Bits;

    /// <summary>Whether left is not less.</summary>
    public static bool operator >=(I64F64 left, I64F64 right) => left.Bits >= right.Bits;

    /// <summary>The nearest binary64, for people to read; never for consensus.</summary>
    public double ToDouble() => (double)Bits / 18446744073709551616.0;

    /// <inheritdoc/>
    public override string ToString() => ToDouble().ToString("G17", CultureInfo.InvariantCulture);
}
