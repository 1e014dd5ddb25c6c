using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Subnet.Crypto.Lattice;

/// <summary>
/// A modulus q of 2 to 61 bits with the constants of its Barrett reduction. Residues are always in [0, q) unless a member
/// says "lazy". An immutable value; every operation runs in time independent of the residues.
/// </summary>
public readonly struct Modulus : IEquatable<Modulus>
{
    /// <summary>The widest modulus: the auxiliary primes of RNS multiplication have 61 bits.</summary>
    public const int MaxBitLength = 61;

    /// <summary>The widest modulus whose arithmetic is exact in IEEE double precision with fused multiply-add.</summary>
    public const int MaxDoubleBitLength = 50;

    private readonly ulong _ratioHigh;
    private readonly ulong _ratioLow;

    /// <summary>Precomputes the constants of <paramref name="value"/>.</summary>
    /// <param name="value">2 or more, less than 2^61. It need not be prime.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside this range.</exception>
    public Modulus(ulong value)
    {
        if (value < 2 || value >> MaxBitLength != 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(value), $"a modulus is at least 2 and has at most {MaxBitLength} bits, {value} is not usable");
        }

        Value = value;
        BitLength = 64 - BitOperations.LeadingZeroCount(value);
        UInt128 ratio = UInt128.MaxValue / value;
        if (BitOperations.IsPow2(value))
        {
            // floor(2^128 / q); for other moduli (2^128 - 1) / q has the same floor.
            ratio++;
        }

        _ratioHigh = (ulong)(ratio >> 64);
        _ratioLow = (ulong)ratio;
    }

    /// <summary>q itself.</summary>
    public ulong Value { get; }

    /// <summary>Number of significant bits of q.</summary>
    public int BitLength { get; }

    /// <summary>Whether the double-precision kernels may be used: q has at most 50 bits.</summary>
    public bool FitsDouble => BitLength <= MaxDoubleBitLength;

    /// <summary>x mod q for any 64-bit x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Reduce(ulong x)
    {
        // floor(x * floor(2^128/q) / 2^128) is the quotient or one less.
        ulong quotient = Math.BigMul(x, _ratioHigh, out _);
        return ReduceOnce(x - (quotient * Value));
    }

    /// <summary>x mod q for any 128-bit x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Reduce(UInt128 x) => Reduce((ulong)(x >> 64), (ulong)x);

    /// <summary>(2^64 high + low) mod q.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Reduce(ulong high, ulong low)
    {
        // Barrett (Handbook of Applied Cryptography 14.42) with the 128-bit ratio; only the low word of the quotient is needed.
        ulong carry = Math.BigMul(low, _ratioLow, out _);
        ulong middleHigh = Math.BigMul(low, _ratioHigh, out ulong middleLow);
        ulong sum = middleLow + carry;
        ulong carryHigh = middleHigh + (sum < middleLow ? 1UL : 0UL);
        ulong otherHigh = Math.BigMul(high, _ratioLow, out ulong otherLow);
        ulong total = sum + otherLow;
        ulong quotient = (high * _ratioHigh) + carryHigh + otherHigh + (total < sum ? 1UL : 0UL);
        return ReduceOnce(low - (quotient * Value));
    }

    /// <summary>floor((2^64 high + low) / q) modulo 2^64, and the remainder.</summary>
    internal ulong DivRem(ulong high, ulong low, out ulong remainder)
    {
        ulong carry = Math.BigMul(low, _ratioLow, out _);
        ulong middleHigh = Math.BigMul(low, _ratioHigh, out ulong middleLow);
        UInt128 middle = (UInt128)middleLow + carry + ((UInt128)high * _ratioLow);
        ulong quotient = (high * _ratioHigh) + middleHigh + (ulong)(middle >> 64);
        ulong rest = low - (quotient * Value);
        ulong over = 1 - ((rest - Value) >> 63);
        remainder = rest - (over * Value);
        return quotient + over;
    }

    /// <summary>x mod q for x in [0, 2q), without a branch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong ReduceOnce(ulong x)
    {
        ulong reduced = x - Value;
        return reduced + (Value & (ulong)((long)reduced >> 63));
    }

    /// <summary>a + b mod q for residues.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Add(ulong a, ulong b) => ReduceOnce(a + b);

    /// <summary>a - b mod q for residues.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Subtract(ulong a, ulong b)
    {
        ulong difference = a - b;
        return difference + (Value & (ulong)((long)difference >> 63));
    }

    /// <summary>-a mod q for a residue.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Negate(ulong a)
    {
        // All ones unless a is zero, so that -0 stays 0.
        ulong nonZero = (ulong)((long)(a | (0 - a)) >> 63);
        return (Value - a) & nonZero;
    }

    /// <summary>a * b mod q for any 64-bit a and b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Multiply(ulong a, ulong b)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        return Reduce(high, low);
    }

    /// <summary>The residue of a signed integer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong FromSigned(long x)
    {
        ulong sign = (ulong)(x >> 63);
        ulong magnitude = Reduce(((ulong)x ^ sign) - sign);
        return (magnitude & ~sign) | (Negate(magnitude) & sign);
    }

    /// <summary>value^exponent mod q. Time depends on the exponent only.</summary>
    public ulong Pow(ulong value, ulong exponent)
    {
        ulong result = Reduce(1);
        ulong power = Reduce(value);
        for (; exponent != 0; exponent >>= 1)
        {
            if ((exponent & 1) != 0)
            {
                result = Multiply(result, power);
            }

            power = Multiply(power, power);
        }

        return result;
    }

    /// <summary>The inverse of <paramref name="value"/> modulo q (extended Euclid; not for secrets).</summary>
    /// <exception cref="ArgumentException">The value has no inverse.</exception>
    public ulong Invert(ulong value)
    {
        Int128 previous = Value;
        Int128 current = Reduce(value);
        Int128 previousFactor = 0;
        Int128 factor = 1;
        while (current != 0)
        {
            Int128 quotient = previous / current;
            (previous, current) = (current, previous - (quotient * current));
            (previousFactor, factor) = (factor, previousFactor - (quotient * factor));
        }

        if (previous != 1)
        {
            throw new ArgumentException($"{value} has no inverse modulo {Value}: they share the factor {previous}", nameof(value));
        }

        return (ulong)(previousFactor < 0 ? previousFactor + Value : previousFactor);
    }

    /// <summary>floor(2^64 operand / q), the second word of Shoup's multiplication by a constant residue.</summary>
    internal ulong ShoupQuotient(ulong operand)
    {
        // operand * floor(2^128/q) / 2^64 is the quotient or one less; the remainder tells which.
        ulong quotient = (operand * _ratioHigh) + Math.BigMul(operand, _ratioLow, out _);
        ulong remainder = 0 - (quotient * Value);
        return remainder >= Value ? quotient + 1 : quotient;
    }

    /// <inheritdoc/>
    public bool Equals(Modulus other) => Value == other.Value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Modulus other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();

    /// <summary>Whether two moduli are the same number.</summary>
    public static bool operator ==(Modulus left, Modulus right) => left.Equals(right);

    /// <summary>Whether two moduli are different numbers.</summary>
    public static bool operator !=(Modulus left, Modulus right) => !left.Equals(right);

    /// <summary>The value, decimal.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
