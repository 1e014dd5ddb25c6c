using Subnet.Core.Numerics;

namespace Subnet.Core.Emission;

/// <summary>
/// What one subnet receives in one block (<c>design/yuma.md</c> 7.4).
/// </summary>
/// <param name="TaoIn">TAO added to the pool, in rao.</param>
/// <param name="AlphaIn">Alpha added to the pool, in smallest units.</param>
/// <param name="AlphaOut">Alpha emitted to the subnet's participants, in smallest units.</param>
/// <param name="ExcessTao">TAO that buys alpha from the pool instead of joining it, in rao.</param>
public readonly record struct SubnetInjection(U96F32 TaoIn, U96F32 AlphaIn, U96F32 AlphaOut, U96F32 ExcessTao)
{
    /// <summary>Divides a subnet's share of the block emission between pool and purchase.</summary>
    /// <param name="taoEmission">The subnet's TAO of this block, in rao.</param>
    /// <param name="price">TAO per alpha.</param>
    /// <param name="alphaIssuance">Alpha of the subnet, pool and outstanding, in smallest units.</param>
    /// <param name="rootTao">TAO staked on root, in rao.</param>
    /// <param name="taoWeight">The stored parameter, a fraction of 2^64 - 1.</param>
    public static SubnetInjection Compute(U96F32 taoEmission, U64F64 price, ulong alphaIssuance, ulong rootTao, ulong taoWeight)
    {
        U96F32 alphaEmission = U96F32.FromInteger(BlockEmission.AtIssuance(alphaIssuance));
        U96F32 cap = TaoWeight.RootProportion(rootTao, alphaIssuance, taoWeight) * alphaEmission;
        U96F32 narrowPrice = price.ToU96F32();

        U96F32 alphaIn = U96F32.SafeDivide(taoEmission, narrowPrice);
        U96F32 taoIn = taoEmission;
        if (alphaIn > cap)
        {
            alphaIn = cap;
            taoIn = alphaIn * narrowPrice;
        }

        return new(taoIn, alphaIn, alphaEmission, taoEmission - taoIn);
    }
}
