using Subnet.Core.Numerics;

namespace Subnet.Core.Emission;

/// <summary>
/// A block's alpha emission of one subnet, divided (<c>design/yuma.md</c> 7.5). Amounts in smallest units; each was floored on its
/// own, so the sum may fall short of the emission by up to three units.
/// </summary>
/// <param name="Owner">The subnet owner's cut.</param>
/// <param name="Server">The miners' half of the rest.</param>
/// <param name="Validator">The validators' part.</param>
/// <param name="Root">The part of those who stake on root.</param>
public readonly record struct AlphaSplit(ulong Owner, ulong Server, ulong Validator, ulong Root)
{
    /// <summary>Divides an alpha emission.</summary>
    /// <param name="alphaOut">The emission, in smallest units.</param>
    /// <param name="ownerCut">The owner's cut, a fraction of 65535.</param>
    /// <param name="ownerCutEnabled">Whether the owner takes it.</param>
    /// <param name="rootProportion">See <see cref="TaoWeight.RootProportion"/>.</param>
    public static AlphaSplit Compute(U96F32 alphaOut, ushort ownerCut, bool ownerCutEnabled, U96F32 rootProportion)
    {
        U96F32 half = new(U96F32.One.Bits >> 1);
        U96F32 owner = ownerCutEnabled ? alphaOut * U96F32.FromStoredFraction(ownerCut) : U96F32.Zero;
        U96F32 rest = alphaOut - owner;
        U96F32 root = rootProportion * rest * half;
        U96F32 server = rest * half;
        U96F32 validator = rest - server - root;
        return new(owner.FloorToUInt64(), server.FloorToUInt64(), validator.FloorToUInt64(), root.FloorToUInt64());
    }
}
