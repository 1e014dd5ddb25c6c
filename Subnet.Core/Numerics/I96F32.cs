using System.Globalization;
using System.Numerics;

namespace Subnet.Core.Numerics;

/// <summary>Signed fixed-point number of 128 bits with 32 fraction bits: epoch fraction to integer emission, block emission, moving price, root claim rates.</summary>
/// <param name="Bits">The raw bits: the value times 2^32.</param>
public readonly record struct I96F32(Int128 Bits) : IFixedPoint<I96F32>
{
    private const int Fraction = 32;

    /// <inheritdoc/>
    public static int FractionBits => Fraction;

    /// <inheritdoc/>
    public static I96F32 Zero => default;

    /// <inheritdoc/>
    public static I96F32 One => new(Int128.One << Fraction);

    /// <inheritdoc/>
    public static I96F32 MinValue => new(Int128.MinValue);

    /// <inheritdoc/>
    public static I96F32 MaxValue => new(Int128.MaxValue);

    /// <summary>The integer; always exact.</summary>
    public static I96F32 FromInteger(ulong value) => new((Int128)value << Fraction);

    /// <summary>Rounded toward minus infinity and saturated to the range of <see cref="ulong"/>.</summary>
    public ulong FloorToUInt64() => Bits < 0 ? 0 : (Bits >> Fraction) > ulong.MaxValue ? ulong.MaxValue : (ulong)(Bits >> Fraction);

    /// <summary>The unsigned number with the same fraction bits; negative values give 0.</summary>
    public U96F32 ToU96F32() => new(Bits < 0 ? UInt128.Zero : (UInt128)Bits);

    /// <summary>The number with 64 fraction bits; negative values give 0, large ones saturate.</summary>
    public U64F64 ToU64F64() => ToU96F32().ToU64F64();

    /// <summary>The base-2 logarithm; false where x is not positive.</summary>
    public static bool TryLog2(I96F32 x, out I96F32 result)
    {
        result = default;
        if (x.Bits <= 0)
        {
            return false;
        }

        if (x >= One)
        {
            result = new(BinaryLogarithm.OfAtLeastOne((UInt128)x.Bits));
            return true;
        }

        bool defined = TryDivide(One, x, out I96F32 reciprocal);
        result = defined ? new(-BinaryLogarithm.OfAtLeastOne((UInt128)reciprocal.Bits)) : default;
        return defined;
    }

    /// <summary>The number nearest to a binary64 literal, ties to even.</summary>
    /// <exception cref="OverflowException">The literal does not fit the format.</exception>
    public static I96F32 FromDouble(double literal) =>
        new(checked((Int128)Math.Round(Math.ScaleB(literal, Fraction), MidpointRounding.ToEven)));

    /// <inheritdoc/>
    public static I96F32 FromBigInteger(BigInteger bits) => new((Int128)bits);

    /// <inheritdoc/>
    public BigInteger ToBigInteger() => Bits;

    /// <inheritdoc/>
    public static I96F32 operator +(I96F32 left, I96F32 right) => new(SignedWide.AddSaturating(left.Bits, right.Bits));

    /// <inheritdoc/>
    public static I96F32 operator -(I96F32 left, I96F32 right) => new(SignedWide.SubtractSaturating(left.Bits, right.Bits));

    /// <inheritdoc/>
    public static I96F32 operator *(I96F32 left, I96F32 right) => new(SignedWide.MultiplySaturating(left.Bits, right.Bits, Fraction));

    /// <inheritdoc/>
    public static bool TryDivide(I96F32 dividend, I96F32 divisor, out I96F32 quotient)
    {
        bool fits = SignedWide.TryDivide(dividend.Bits, divisor.Bits, Fraction, out Int128 bits);
        quotient = fits ? new(bits) : default;
        return fits;
    }

    /// <inheritdoc/>
    public static I96F32 SafeDivide(I96F32 dividend, I96F32 divisor) => TryDivide(dividend, divisor, out I96F32 quotient) ? quotient : default;

    /// <inheritdoc/>
    public static I96F32 SaturatingDivide(I96F32 dividend, I96F32 divisor) =>
        new(SignedWide.DivideSaturating(dividend.Bits, divisor.Bits, Fraction));

    /// <inheritdoc/>
    public int CompareTo(I96F32 other) => Bits.CompareTo(other.Bits);

    /// <summary>Whether left is less.</summary>
    public static bool operator <(I96F32 left, I96F32 right) => left.Bits < right.Bits;

    /// <summary>Whether left is greater.</summary>
    public static bool operator >(I96F32 left, I96F32 right) => left.Bits > right.Bits;

    /// <summary>Whether left is not greater.</summary>
    public static bool operator <=(I96F32 left, I96F32 right) => left.Bits <= right.Bits;

    /// <summary>Whether left is not less.</summary>
    public static bool operator >=(I96F32 left, I96F32 right) => left.Bits >= right.Bits;

    /// <summary>The nearest binary64, for people to read; never for consensus.</summary>
    public double ToDouble() => (double)Bits / 4294967296.0;

    /// <inheritdoc/>
    public override string ToString() => ToDouble().ToString("G17", CultureInfo.InvariantCulture);
}
