using System.Globalization;
using System.Numerics;

namespace Subnet.Core.Numerics;

/// <summary>Unsigned fixed-point number of 128 bits with 32 fraction bits: coinbase, takes, parent and child shares, the split of dividends.</summary>
/// <param name="Bits">The raw bits: the value times 2^32.</param>
public readonly record struct U96F32(UInt128 Bits) : IFixedPoint<U96F32>
{
    private const int Fraction = 32;

    /// <inheritdoc/>
    public static int FractionBits => Fraction;

    /// <inheritdoc/>
    public static U96F32 Zero => default;

    /// <inheritdoc/>
    public static U96F32 One => new(UInt128.One << Fraction);

    /// <inheritdoc/>
    public static U96F32 MinValue => new(UInt128.MinValue);

    /// <inheritdoc/>
    public static U96F32 MaxValue => new(UInt128.MaxValue);

    /// <summary>The integer; always exact.</summary>
    public static U96F32 FromInteger(ulong value) => new((UInt128)value << Fraction);

    /// <summary>The fraction that a stored 16-bit value stands for: <c>value / 65535</c>, truncated.</summary>
    public static U96F32 FromStoredFraction(ushort value) => SafeDivide(FromInteger(value), FromInteger(ushort.MaxValue));

    /// <summary>The fraction that a stored 64-bit value stands for: <c>value / (2^64 - 1)</c>, truncated.</summary>
    public static U96F32 FromStoredFraction(ulong value) => SafeDivide(FromInteger(value), FromInteger(ulong.MaxValue));

    /// <summary>Rounded down and saturated to the range of <see cref="ulong"/>.</summary>
    public ulong FloorToUInt64() => (Bits >> Fraction) > ulong.MaxValue ? ulong.MaxValue : (ulong)(Bits >> Fraction);

    /// <summary>The number with 64 fraction bits, saturated.</summary>
    public U64F64 ToU64F64() => Bits >> 96 != 0 ? U64F64.MaxValue : new(Bits << 32);

    /// <summary>The signed number with 64 fraction bits, saturated.</summary>
    public I64F64 ToI64F64() => Bits >> 95 != 0 ? I64F64.MaxValue : new((Int128)(Bits << 32));

    /// <inheritdoc/>
    public static U96F32 FromBigInteger(BigInteger bits) => new((UInt128)bits);

    /// <inheritdoc/>
    public BigInteger ToBigInteger() => Bits;

    /// <inheritdoc/>
    public static U96F32 operator +(U96F32 left, U96F32 right) => new(UnsignedWide.AddSaturating(left.Bits, right.Bits));

    /// <inheritdoc/>
    public static U96F32 operator -(U96F32 left, U96F32 right) => new(UnsignedWide.SubtractSaturating(left.Bits, right.Bits));

    /// <inheritdoc/>
    public static U96F32 operator *(U96F32 left, U96F32 right) => new(UnsignedWide.MultiplySaturating(left.Bits, right.Bits, Fraction));

    /// <inheritdoc/>
    public static bool TryDivide(U96F32 dividend, U96F32 divisor, out U96F32 quotient)
    {
        bool fits = UnsignedWide.TryDivide(dividend.Bits, divisor.Bits, Fraction, out UInt128 bits);
        quotient = fits ? new(bits) : default;
        return fits;
    }

    /// <inheritdoc/>
    public static U96F32 SafeDivide(U96F32 dividend, U96F32 divisor) => TryDivide(dividend, divisor, out U96F32 quotient) ? quotient : default;

    /// <inheritdoc/>
    public static U96F32 SaturatingDivide(U96F32 dividend, U96F32 divisor) =>
        new(UnsignedWide.DivideSaturating(dividend.Bits, divisor.Bits, Fraction));

    /// <inheritdoc/>
    public int CompareTo(U96F32 other) => Bits.CompareTo(other.Bits);

    /// <summary>Whether left is less.</summary>
    public static bool operator <(U96F32 left, U96F32 right) => left.Bits < right.Bits;

    /// <summary>Whether left is greater.</summary>
    public static bool operator >(U96F32 left, U96F32 right) => left.Bits > right.Bits;

    /// <summary>Whether left is not greater.</summary>
    public static bool operator <=(U96F32 left, U96F32 right) => left.Bits <= right.Bits;

    /// <summary>Whether left is not less.</summary>
    public static bool operator >=(U96F32 left, U96F32 right) => left.Bits >= right.Bits;

    /// <summary>The nearest binary64, for people to read; never for consensus.</summary>
    public double ToDouble() => (double)Bits / 4294967296.0;

    /// <inheritdoc/>
    public override string ToString() => ToDouble().ToString("G17", CultureInfo.InvariantCulture);
}
