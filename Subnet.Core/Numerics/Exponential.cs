using System.Runtime.CompilerServices;

namespace Subnet.Core.Numerics;

/// <summary>The exponential of the reference's fixed-point library, bit for bit (<c>design/yuma.md</c> 1.2).</summary>
internal static class Exponential
{
    /// <summary>e at 23 fraction bits, widened to 32: what the library answers for exactly 1, in place of the series.</summary>
    private const long E = 22802600L << 9;

    private const ulong One = 1UL << 32;
    private const int LastTerm = 31;
    private const long Bound = 20L << 32;

    public static bool TryExp(I32F32 x, out I32F32 result)
    {
        if (x == I32F32.Zero)
        {
            result = I32F32.One;
            return true;
        }

        if (x == I32F32.One)
        {
            result = new(E);
            return true;
        }

        result = default;
        if (x == I32F32.MinValue)
        {
            return false;
        }

        bool negative = x.Bits < 0;
        if (!TrySeries((ulong)Math.Abs(x.Bits), out long series))
        {
            return false;
        }

        result = new(series);
        return !negative || I32F32.TryDivide(I32F32.One, result, out result);
    }

    public static I32F32 Bounded(I32F32 x)
    {
        I32F32 clamped = new(Math.Clamp(x.Bits, -Bound, Bound));
        return TryExp(clamped, out I32F32 result) ? result : x.Bits <= 0 ? I32F32.Zero : I32F32.MaxValue;
    }

    /// <summary><see cref="Bounded"/> of each value: the same bits, four at a time.</summary>
    /// <remarks>
    /// A term depends on the one before, so a single series leaves the processor idle most of the time. Within the bound no step can
    /// overflow: the greatest term is below 2^58 and the greatest sum below 2^61.
    /// </remarks>
    public static void BoundedInPlace(Span<I32F32> values)
    {
        const int Lanes = 4;
        int i = 0;
        for (; i <= values.Length - Lanes; i += Lanes)
        {
            Four(ref values[i], ref values[i + 1], ref values[i + 2], ref values[i + 3]);
        }

        for (; i < values.Length; i++)
        {
            values[i] = Bounded(values[i]);
        }
    }

    private static void Four(ref I32F32 a, ref I32F32 b, ref I32F32 c, ref I32F32 d)
    {
        ulong xa = Magnitude(a), xb = Magnitude(b), xc = Magnitude(c), xd = Magnitude(d);
        ulong ta = xa, tb = xb, tc = xc, td = xd;
        ulong ra = One + xa, rb = One + xb, rc = One + xc, rd = One + xd;
        ReadOnlySpan<ulong> factors = SmallDivisors.Factors;
        ReadOnlySpan<byte> shifts = SmallDivisors.Shifts;
        for (int i = 2; i <= LastTerm && (ta | tb | tc | td) != 0; i++)
        {
            ulong factor = factors[i];
            int shift = shifts[i];
            ta = Math.BigMul(Product(ta, xa), factor, out _) >> shift;
            tb = Math.BigMul(Product(tb, xb), factor, out _) >> shift;
            tc = Math.BigMul(Product(tc, xc), factor, out _) >> shift;
            td = Math.BigMul(Product(td, xd), factor, out _) >> shift;
            ra += ta;
            rb += tb;
            rc += tc;
            rd += td;
        }

        a = WithSign(a, ra);
        b = WithSign(b, rb);
        c = WithSign(c, rc);
        d = WithSign(d, rd);
    }

    private static ulong Magnitude(I32F32 x) => (ulong)Math.Abs(Math.Clamp(x.Bits, -Bound, Bound));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Product(ulong left, ulong right)
    {
        ulong high = Math.BigMul(left, right, out ulong low);
        return (high << 32) | (low >> 32);
    }

    private static I32F32 WithSign(I32F32 x, ulong series) =>
        x == I32F32.One ? new(E) : x.Bits >= 0 ? new((long)series) : I32F32.SafeDivide(I32F32.One, new((long)series));

    /// <summary>1 + x + x^2/2! + ... + x^31/31! with each step floored; false where a step overflows.</summary>
    private static bool TrySeries(ulong x, out long sum)
    {
        sum = 0;
        ulong result = One + x;
        ulong term = x;
        for (uint i = 2; i <= LastTerm && term != 0; i++)
        {
            if (result > long.MaxValue)
            {
                return false;
            }

            ulong high = Math.BigMul(term, x, out ulong low);
            ulong product = (high << 32) | (low >> 32);
            if (high >= 1UL << 31)
            {
                return false;
            }

            term = product / i;
            result += term;
        }

        sum = (long)result;
        return result <= long.MaxValue;
    }
}
