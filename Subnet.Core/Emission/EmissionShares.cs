using Subnet.Core.Numerics;

namespace Subnet.Core.Emission;

/// <summary>How the TAO of a block is divided between subnets (<c>design/yuma.md</c> 7.2).</summary>
public static class EmissionShares
{
    /// <summary>
    /// Shares by moving price, weighted by the part of the miners' emission that was not burned, over the enabled subnets.
    /// </summary>
    /// <param name="movingPrices">Moving price of each eligible subnet; 1 for a stable-mechanism subnet.</param>
    /// <param name="burned">The part of the miners' emission that each withheld, 0 to 1.</param>
    /// <param name="enabled">Whether emission to the subnet is enabled.</param>
    /// <returns>One share per subnet; their sum is at most 1, or all are 0.</returns>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static U64F64[] ByPrice(ReadOnlySpan<I96F32> movingPrices, ReadOnlySpan<U96F32> burned, ReadOnlySpan<bool> enabled)
    {
        if (burned.Length != movingPrices.Length || enabled.Length != movingPrices.Length)
        {
            throw new ArgumentException("moving prices, burned parts and switches need one entry per subnet each");
        }

        U64F64[] shares = new U64F64[movingPrices.Length];
        for (int i = 0; i < shares.Length; i++)
        {
            shares[i] = movingPrices[i].ToU64F64();
        }

        NormaliseInPlace(shares);

        U64F64[] weighted = new U64F64[shares.Length];
        for (int i = 0; i < shares.Length; i++)
        {
            weighted[i] = shares[i] * (U64F64.One - burned[i].ToU64F64());
        }

        if (NormaliseInPlace(weighted))
        {
            shares = weighted;
        }

        if (enabled.Contains(false))
        {
            for (int i = 0; i < shares.Length; i++)
            {
                shares[i] = enabled[i] ? shares[i] : U64F64.Zero;
            }

            NormaliseInPlace(shares);
        }

        return shares;
    }

    /// <summary>TAO of one subnet for this block, in rao.</summary>
    /// <param name="share">The subnet's share.</param>
    /// <param name="blockEmission">TAO emitted in this block, in rao.</param>
    public static U96F32 TaoEmission(U64F64 share, ulong blockEmission) => (share * U64F64.FromInteger(blockEmission)).ToU96F32();

    /// <summary>Divides each by the sum; leaves them alone, and says false, where the sum is 0.</summary>
    private static bool NormaliseInPlace(Span<U64F64> values)
    {
        U64F64 sum = U64F64.Zero;
        foreach (U64F64 value in values)
        {
            sum += value;
        }

        if (sum == U64F64.Zero)
        {
            return false;
        }

        foreach (ref U64F64 value in values)
        {
            value = U64F64.SafeDivide(value, sum);
        }

        return true;
    }
}
