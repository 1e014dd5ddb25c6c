using System.Numerics;

namespace Subnet.Core.Staking;

/// <summary>
/// The decimal float of share pools: <c>Mantissa * 10^Exponent</c>, the mantissa above 10^20 and at most 10^21 (or 0), every step
/// truncated (<c>design/yuma.md</c> 9.1).
/// </summary>
public readonly record struct ShareNumber
{
    private static readonly UInt128 MaxMantissa = UInt128.Parse("1000000000000000000000", System.Globalization.CultureInfo.InvariantCulture);

    private ShareNumber(UInt128 mantissa, long exponent)
    {
        Mantissa = mantissa;
        Exponent = exponent;
    }

    /// <summary>0, or above 10^20 and at most 10^21.</summary>
    public UInt128 Mantissa { get; }

    /// <summary>The power of ten; 0 for the number 0.</summary>
    public long Exponent { get; }

    /// <summary>The number 0.</summary>
    public static ShareNumber Zero => default;

    /// <summary>Whether the number is 0.</summary>
    public bool IsZero => Mantissa == UInt128.Zero;

    /// <summary>The integer; always exact.</summary>
    public static ShareNumber FromInteger(ulong value) => Normalise(value, 0);

    /// <summary>The number with these parts, as read from a store.</summary>
    /// <exception cref="ArgumentException">The parts are not those of a number in normal form.</exception>
    public static ShareNumber FromParts(UInt128 mantissa, long exponent)
    {
        ShareNumber number = Normalise(mantissa, exponent);
        return number.Mantissa == mantissa && number.Exponent == exponent
            ? number
            : throw new ArgumentException("a share number needs a mantissa above 10^20 and at most 10^21, or 0 with exponent 0");
    }

    /// <summary>The sum; the operand with the smaller exponent loses what lies below the other's last digit.</summary>
    public static ShareNumber Add(ShareNumber left, ShareNumber right)
    {
        if (left.IsZero || right.IsZero)
        {
            return left.IsZero ? right : left;
        }

        (UInt128 a, UInt128 b, long exponent) = Align(left, right);
        return Normalise(a + b, exponent);
    }

    /// <summary>The difference, 0 where it would be negative; taking from an exact 0 leaves it unchanged.</summary>
    public static ShareNumber Subtract(ShareNumber left, ShareNumber right)
    {
        if (left.IsZero || right.IsZero)
        {
            return left;
        }

        (UInt128 a, UInt128 b, long exponent) = Align(left, right);
        return a > b ? Normalise(a - b, exponent) : Zero;
    }

    /// <summary><c>left * right / divisor</c> with one truncation; null where the divisor is 0.</summary>
    public static ShareNumber? MultiplyDivide(ShareNumber left, ShareNumber right, ShareNumber divisor)
    {
        if (divisor.IsZero)
        {
            return null;
        }

        BigInteger quotient = (BigInteger)left.Mantissa * right.Mantissa / divisor.Mantissa;
        return Normalise((UInt128)quotient, checked(left.Exponent + right.Exponent - divisor.Exponent));
    }

    /// <summary>Truncated to an integer, saturated to the range of <see cref="ulong"/>.</summary>
    public ulong Truncate()
    {
        if (Exponent >= 0)
        {
            return IsZero ? 0 : ulong.MaxValue;
        }

        UInt128 value = DropDigits(Mantissa, -Exponent);
        return value > ulong.MaxValue ? ulong.MaxValue : (ulong)value;
    }

    private static (UInt128 Left, UInt128 Right, long Exponent) Align(ShareNumber left, ShareNumber right)
    {
        long exponent = Math.Max(left.Exponent, right.Exponent);
        return (DropDigits(left.Mantissa, exponent - left.Exponent), DropDigits(right.Mantissa, exponent - right.Exponent), exponent);
    }

    private static UInt128 DropDigits(UInt128 mantissa, long digits)
    {
        for (; digits > 0 && mantissa != 0; digits--)
        {
            mantissa /= 10;
        }

        return mantissa;
    }

    private static ShareNumber Normalise(UInt128 mantissa, long exponent)
    {
        if (mantissa == 0)
        {
            return Zero;
        }

        while (mantissa > MaxMantissa)
        {
            mantissa /= 10;
            exponent = checked(exponent + 1);
        }

        while (mantissa <= MaxMantissa / 10)
        {
            mantissa *= 10;
            exponent = checked(exponent - 1);
        }

        return new(mantissa, exponent);
    }
}
