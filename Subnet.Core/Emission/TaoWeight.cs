using Subnet.Core.Numerics;

namespace Subnet.Core.Emission;

/// <summary>How much a unit of TAO staked on root counts beside a unit of alpha.</summary>
public static class TaoWeight
{
    /// <summary>The stored global parameter, a fraction of 2^64 - 1, as a number.</summary>
    public static U96F32 FromStored(ulong stored) => U96F32.FromStoredFraction(stored);

    /// <summary>
    /// The root proportion <c>rho = tw * R / (tw * R + alpha issuance)</c>; 0 where that is undefined.
    /// </summary>
    /// <param name="rootTao">R: TAO staked on root, in rao.</param>
    /// <param name="alphaIssuance">Alpha of the subnet, pool and outstanding, in smallest units.</param>
    /// <param name="taoWeight">The stored parameter, a fraction of 2^64 - 1.</param>
    public static U96F32 RootProportion(ulong rootTao, ulong alphaIssuance, ulong taoWeight)
    {
        U96F32 weighted = FromStored(taoWeight) * U96F32.FromInteger(rootTao);
        return U96F32.SafeDivide(weighted, weighted + U96F32.FromInteger(alphaIssuance));
    }
}
