using System.Globalization;
using System.Numerics;

namespace Subnet.Core.Numerics;

/// <summary>Unsigned fixed-point number of 128 bits with 64 fraction bits: prices, emission shares, swaps, mechanism weights.</summary>
/// <param name="Bits">The raw bits: the value times 2^64.</param>
public readonly record struct U64F64(UInt128 Bits) : IFixedPoint<U64F64>
{
    private const int Fraction = 64;

    /// <inheritdoc/>
    public static int FractionBits => Fraction;

    /// <inheritdoc/>
    public static U64F64 Zero => default;

    /// <inheritdoc/>
    public static U64F64 One => new(UInt128.One << Fraction);

    /// <inheritdoc/>
    public static U64F64 MinValue => new(UInt128.MinValue);

    /// <inheritdoc/>
    public static U64F64 MaxValue => new(UInt128.MaxValue);

    /// <summary>The integer; always exact.</summary>
    public static U64F64 FromInteger(ulong value) => new((UInt128)value << Fraction);

    /// <summary>Rounded down and saturated to the range of <see cref="ulong"/>.</summary>
    public ulong FloorToUInt64() => (Bits >> Fraction) > ulong.MaxValue ? ulong.MaxValue : (ulong)(Bits >> Fraction);

    /// <summary>The number with 32 fraction bits, rounded down.</summary>
    public U96F32 ToU96F32() => new(Bits >> 32);

    /// <summary>The signed number with 32 fraction bits, rounded down; always exact in range.</summary>
    public I96F32 ToI96F32() => new((Int128)(Bits >> 32));

    /// <summary>The number nearest to a binary64 literal, ties to even.</summary>
    /// <exception cref="OverflowException">The literal does not fit the format.</exception>
    public static U64F64 FromDouble(double literal) =>
        new(checked((UInt128)Math.Round(Math.ScaleB(literal, Fraction), MidpointRounding.ToEven)));

    /// <inheritdoc/>
    public static U64F64 FromBigInteger(BigInteger bits) => new((UInt128)bits);

    /// <inheritdoc/>
    public BigInteger ToBigInteger() => Bits;

    /// <inheritdoc/>
    public static U64F64 operator +(U64F64 left, U64F64 right) => new(UnsignedWide.AddSaturating(left.Bits, right.Bits));

    /// <inheritdoc/>
    public static U64F64 operator -(U64F64 left, U64F64 right) => new(UnsignedWide.SubtractSaturating(left.Bits, right.Bits));

    /// <inheritdoc/>
    public static U64F64 operator *(U64F64 left, U64F64 right) => new(UnsignedWide.MultiplySaturating(left.Bits, right.Bits, Fraction));

    /// <inheritdoc/>
    public static bool TryDivide(U64F64 dividend, U64F64 divisor, out U64F64 quotient)
    {
        bool fits = UnsignedWide.TryDivide(dividend.Bits, divisor.Bits, Fraction, out UInt128 bits);
        quotient = fits ? new(bits) : default;
        return fits;
    }

    /// <inheritdoc/>
    public static U64F64 SafeDivide(U64F64 dividend, U64F64 divisor) => TryDivide(dividend, divisor, out U64F64 quotient) ? quotient : default;

    /// <inheritdoc/>
    public static U64F64 SaturatingDivide(U64F64 dividend, U64F64 divisor) =>
        new(UnsignedWide.DivideSaturating(dividend.Bits, divisor.Bits, Fraction));

    /// <inheritdoc/>
    public int CompareTo(U64F64 other) => Bits.CompareTo(other.Bits);

    /// <summary>Whether left is less.</summary>
    public static bool operator <(U64F64 left, U64F64 right) => left.Bits < right.Bits;

    /// <summary>Whether left is greater.</summary>
    public static bool operator >(U64F64 left, U64F64 right) => left.Bits > right.Bits;

    /// <summary>Whether left is not greater.</summary>
    public static bool operator <=(U64F64 left, U64F64 right) => left.Bits <= right.Bits;

    /// <summary>Whether left is not less.</summary>
    public static bool operator >=(U64F64 left, U64F64 right) => left.Bits >= right.Bits;

    /// <summary>The nearest binary64, for people to read; never for consensus.</summary>
    public double ToDouble() => (double)Bits / 18446744073709551616.0;

    /// <inheritdoc/>
    public override string ToString() => ToDouble().ToString("G17", CultureInfo.InvariantCulture);
}
