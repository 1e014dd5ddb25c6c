using Subnet.Core.Numerics;

namespace Subnet.Core.Emission;

/// <summary>One validator as the distribution of dividends sees it. Amounts in smallest units.</summary>
/// <param name="AlphaStake">Alpha staked to the hotkey.</param>
/// <param name="RootStake">TAO staked to the hotkey on root.</param>
/// <param name="Dividend">What the epoch, and parents and children, gave it.</param>
public readonly record struct DividendClaim(ulong AlphaStake, ulong RootStake, ulong Dividend);

/// <summary>
/// Divides the alpha pot and the root pot of an epoch between validators, in proportion to their dividends' alpha and root parts
/// (<c>design/yuma.md</c> 8). Every quotient rounds down and the dust is not reassigned.
/// </summary>
public static class DividendDistribution
{
    /// <summary>The amounts per validator, in smallest units, in the order of the claims.</summary>
    /// <param name="alphaPot">Pending validator emission.</param>
    /// <param name="rootPot">Pending root emission.</param>
    /// <param name="taoWeight">The stored parameter, a fraction of 2^64 - 1.</param>
    /// <param name="claims">The validators.</param>
    public static (U96F32[] Alpha, U96F32[] Root) Divide(
        ulong alphaPot, ulong rootPot, ulong taoWeight, ReadOnlySpan<DividendClaim> claims)
    {
        U96F32 weight = TaoWeight.FromStored(taoWeight);
        U96F32[] alpha = new U96F32[claims.Length];
        U96F32[] root = new U96F32[claims.Length];
        for (int i = 0; i < claims.Length; i++)
        {
            DividendClaim claim = claims[i];
            U96F32 rootStake = U96F32.FromInteger(claim.RootStake) * weight;
            U96F32 rootPart = U96F32.SafeDivide(rootStake, U96F32.FromInteger(claim.AlphaStake) + rootStake);
            U96F32 dividend = U96F32.FromInteger(claim.Dividend);
            root[i] = dividend * rootPart;
            alpha[i] = dividend - root[i];
        }

        Share(alpha, U96F32.FromInteger(alphaPot));
        Share(root, U96F32.FromInteger(rootPot));
        return (alpha, root);
    }

    private static void Share(Span<U96F32> parts, U96F32 pot)
    {
        U96F32 sum = U96F32.Zero;
        foreach (U96F32 part in parts)
        {
            sum += part;
        }

        foreach (ref U96F32 part in parts)
        {
            part = U96F32.SafeDivide(part, sum) * pot;
        }
    }
}
