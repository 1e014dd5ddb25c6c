using Subnet.Core.Numerics;

namespace Subnet.Core.Staking;

/// <summary>A part of a parent's stake that works for a child hotkey.</summary>
/// <param name="Stake">The parent's stake, in smallest units.</param>
/// <param name="Proportion">The part, a fraction of 2^64 - 1.</param>
public readonly record struct InheritedPart(ulong Stake, ulong Proportion);

/// <summary>Stake that counts for a hotkey once parents and children are taken into account (<c>design/yuma.md</c> 9.4).</summary>
public static class InheritedStake
{
    /// <summary>
    /// <c>own - sum(own * child proportion) + sum(parent stake * parent proportion)</c>, floored. Alpha and root stake are computed
    /// apart, with the same relations.
    /// </summary>
    /// <param name="own">The hotkey's own stake, in smallest units.</param>
    /// <param name="childProportions">What it gives to each child, fractions of 2^64 - 1.</param>
    /// <param name="parents">What it gets from each parent.</param>
    public static ulong Compute(ulong own, ReadOnlySpan<ulong> childProportions, ReadOnlySpan<InheritedPart> parents)
    {
        U96F32 ownStake = U96F32.FromInteger(own);
        U96F32 given = U96F32.Zero;
        foreach (ulong proportion in childProportions)
        {
            given += ownStake * U96F32.FromStoredFraction(proportion);
        }

        U96F32 received = U96F32.Zero;
        foreach (InheritedPart parent in parents)
        {
            received += U96F32.FromInteger(parent.Stake) * U96F32.FromStoredFraction(parent.Proportion);
        }

        return (ownStake - given + received).FloorToUInt64();
    }
}
