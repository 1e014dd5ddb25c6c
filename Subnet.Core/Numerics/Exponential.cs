namespace Subnet.Core.Numerics;

/// <summary>The exponential of the reference's fixed-point library, bit for bit (<c>design/yuma.md</c> 1.2).</summary>
internal static class Exponential
{
    /// <summary>e at 23 fraction bits, widened to 32.</summary>
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
