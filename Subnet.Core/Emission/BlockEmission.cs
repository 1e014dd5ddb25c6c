using Subnet.Core.Numerics;

namespace Subnet.Core.Emission;

/// <summary>
/// The emission curve: 1 TAO per block until half the supply is issued, then half of it until half of the rest is, and so on
/// (<c>design/yuma.md</c> 7.1). The same curve over a subnet's alpha issuance gives its alpha emission.
/// </summary>
public static class BlockEmission
{
    /// <summary>The supply cap in rao: 21,000,000 TAO.</summary>
    public const ulong SupplyCap = 21_000_000_000_000_000;

    /// <summary>The emission per block, in rao, before the first halving.</summary>
    public const ulong Initial = 1_000_000_000;

    /// <summary>Emission per block, in smallest units, at an issuance in smallest units.</summary>
    public static ulong AtIssuance(ulong issuance) => Halvings(issuance) is { } halvings ? Initial >> halvings : 0;

    /// <summary>
    /// How often the emission has halved at this issuance: <c>floor(log2(1 / (1 - issuance / cap)))</c>; null where nothing is
    /// emitted any more.
    /// </summary>
    public static int? Halvings(ulong issuance)
    {
        if (issuance >= SupplyCap)
        {
            return null;
        }

        I96F32 issued = I96F32.SafeDivide(I96F32.FromInteger(issuance), I96F32.FromInteger(SupplyCap));
        return I96F32.TryDivide(I96F32.One, I96F32.One - issued, out I96F32 reciprocal)
            && I96F32.TryLog2(reciprocal, out I96F32 residual)
                ? (int)residual.FloorToUInt64()
                : null;
    }
}
