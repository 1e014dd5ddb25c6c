using Subnet.Core.Emission;
using Subnet.Core.Numerics;

namespace Subnet.Core.Staking;

/// <summary>A parent of the hotkey whose dividend is divided. Stakes in smallest units.</summary>
/// <param name="Alpha">The parent's own alpha stake on the subnet.</param>
/// <param name="Root">The parent's own root stake.</param>
/// <param name="Proportion">What it gives to this child, a fraction of 2^64 - 1.</param>
/// <param name="SameOwner">Whether one coldkey owns both: then no child take and no burn.</param>
public readonly record struct ParentStake(ulong Alpha, ulong Root, ulong Proportion, bool SameOwner);

/// <summary>A dividend divided between a child hotkey and its parents (<c>design/yuma.md</c> 9.5), in smallest units.</summary>
/// <param name="Parents">To each parent, in the order given.</param>
/// <param name="Child">To the child: the remainder plus its takes.</param>
/// <param name="Burned">Burned from each parent's share, in the order given.</param>
public sealed record ChildKeyDividends(IReadOnlyList<ulong> Parents, ulong Child, IReadOnlyList<ulong> Burned)
{
    /// <summary>Divides a child's dividend by what each side contributes to its stake weight.</summary>
    /// <param name="dividend">In smallest units.</param>
    /// <param name="childTake">A fraction of 65535, taken from parents of other owners.</param>
    /// <param name="burnRate">A fraction of 2^64 - 1, burned from the shares of parents of other owners.</param>
    /// <param name="taoWeight">The stored parameter, a fraction of 2^64 - 1.</param>
    /// <param name="ownAlpha">The child's own alpha stake.</param>
    /// <param name="ownRoot">The child's own root stake.</param>
    /// <param name="childProportions">What the child itself gives to children of its own, fractions of 2^64 - 1.</param>
    /// <param name="parents">Its parents.</param>
    public static ChildKeyDividends Divide(
        ulong dividend,
        ushort childTake,
        ulong burnRate,
        ulong taoWeight,
        ulong ownAlpha,
        ulong ownRoot,
        ReadOnlySpan<ulong> childProportions,
        ReadOnlySpan<ParentStake> parents)
    {
        U96F32 weight = TaoWeight.FromStored(taoWeight);
        U96F32[] contributions = new U96F32[parents.Length];
        U96F32 total = OwnContribution(ownAlpha, ownRoot, childProportions, weight);
        for (int i = 0; i < parents.Length; i++)
        {
            U96F32 proportion = U96F32.FromStoredFraction(parents[i].Proportion);
            U96F32 alpha = U96F32.FromInteger(parents[i].Alpha) * proportion;
            U96F32 root = U96F32.FromInteger(parents[i].Root) * proportion * weight;
            contributions[i] = alpha + root;
            total += contributions[i];
        }

        U96F32 amount = U96F32.FromInteger(dividend);
        U96F32 remainder = amount;
        U96F32 takes = U96F32.Zero;
        U96F32 takeRate = U96F32.FromStoredFraction(childTake);
        U96F32 burn = U96F32.FromStoredFraction(burnRate);
        ulong[] toParents = new ulong[parents.Length];
        ulong[] burned = new ulong[parents.Length];
        for (int i = 0; i < parents.Length; i++)
        {
            U96F32 share = amount * U96F32.SafeDivide(contributions[i], total);
            remainder -= share;
            if (!parents[i].SameOwner)
            {
                U96F32 burnedShare = burn * share;
                U96F32 take = takeRate * share;
                share = share - burnedShare - take;
                takes += take;
                burned[i] = burnedShare.FloorToUInt64();
            }

            toParents[i] = share.FloorToUInt64();
        }

        return new(toParents, (remainder + takes).FloorToUInt64(), burned);
    }

    /// <summary>Own stake times the proportion not given away, floored to smallest units.</summary>
    private static U96F32 OwnContribution(ulong alpha, ulong root, ReadOnlySpan<ulong> childProportions, U96F32 weight)
    {
        U96F32 ownAlpha = U96F32.FromInteger(alpha), ownRoot = U96F32.FromInteger(root);
        U96F32 alphaGiven = U96F32.Zero, rootGiven = U96F32.Zero;
        foreach (ulong proportion in childProportions)
        {
            U96F32 fraction = U96F32.FromStoredFraction(proportion);
            alphaGiven += ownAlpha * fraction;
            rootGiven += ownRoot * fraction;
        }

        U96F32 contribution = ownAlpha - alphaGiven + ((ownRoot - rootGiven) * weight);
        return U96F32.FromInteger(contribution.FloorToUInt64());
    }
}
