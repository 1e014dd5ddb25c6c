using Subnet.Core.Numerics;

namespace Subnet.Core.Registration;

/// <summary>The price of a registration: it decays with each block and jumps with each registration (<c>design/yuma.md</c> 10.1).</summary>
public static class BurnPrice
{
    private const ulong One = 1UL << 32;

    /// <summary>
    /// The largest 32-bit fraction f with <c>f^halfLife &lt;= 1/2</c>; one (no decay) where the half-life is 0.
    /// </summary>
    /// <param name="halfLife">In blocks.</param>
    public static ulong DecayFactor(ushort halfLife)
    {
        if (halfLife == 0)
        {
            return One;
        }

        ulong low = 0, high = One;
        while (high - low > 1)
        {
            ulong middle = (low + high) / 2;
            if (Power(middle, halfLife) > One / 2)
            {
                high = middle;
            }
            else
            {
                low = middle;
            }
        }

        return low;
    }

    /// <summary>The price after one more block.</summary>
    /// <param name="burn">The price before, in rao.</param>
    /// <param name="minimum">Least price, in rao.</param>
    /// <param name="maximum">Greatest price, in rao.</param>
    /// <param name="decayFactor">See <see cref="DecayFactor"/>; worth keeping, since finding it takes 32 powers.</param>
    /// <param name="block">Number of the block; up to the first nothing decays.</param>
    public static ulong Step(ulong burn, ulong minimum, ulong maximum, ulong decayFactor, ulong block)
    {
        if (block > 1)
        {
            burn = (ulong)(((UInt128)burn * decayFactor) >> 32);
        }

        return Clamp(burn, minimum, maximum);
    }

    /// <summary>The price after one more registration.</summary>
    /// <param name="burn">The price before, in rao.</param>
    /// <param name="minimum">Least price, in rao.</param>
    /// <param name="maximum">Greatest price, in rao.</param>
    /// <param name="multiplier">The increase; below 1 it counts as 1.</param>
    public static ulong Bump(ulong burn, ulong minimum, ulong maximum, U64F64 multiplier)
    {
        U64F64 factor = multiplier < U64F64.One ? U64F64.One : multiplier;
        return Clamp((U64F64.FromInteger(burn) * factor).FloorToUInt64(), minimum, maximum);
    }

    private static ulong Clamp(ulong value, ulong minimum, ulong maximum) => Math.Min(maximum, Math.Max(minimum, value));

    private static ulong Power(ulong fraction, uint exponent)
    {
        UInt128 result = One, square = fraction;
        for (; exponent != 0; exponent >>= 1)
        {
            if ((exponent & 1) != 0)
            {
                result = (result * square) >> 32;
            }

            square = (square * square) >> 32;
        }

        return (ulong)result;
    }
}
