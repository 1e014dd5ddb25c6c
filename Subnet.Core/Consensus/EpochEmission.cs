using System.Collections.Immutable;
using Subnet.Core.Numerics;

namespace Subnet.Core.Consensus;

/// <summary>An epoch's emission in smallest units, from its shares (<c>design/yuma.md</c> 3.13).</summary>
/// <param name="Server">As miners.</param>
/// <param name="Validator">As validators.</param>
/// <param name="Combined">As both.</param>
internal readonly record struct EpochEmission(ImmutableArray<ulong> Server, ImmutableArray<ulong> Validator, ImmutableArray<ulong> Combined)
{
    public static EpochEmission Compute(
        ulong emission,
        ReadOnlySpan<I32F32> incentive,
        ReadOnlySpan<I32F32> dividends,
        ReadOnlySpan<I32F32> activeStake,
        ReadOnlySpan<I32F32> stake)
    {
        int n = incentive.Length;
        I32F32 sum = SparseAlgebra.Sum(incentive) + SparseAlgebra.Sum(dividends);
        I32F32[] server = new I32F32[n], validator = new I32F32[n], combined = new I32F32[n];
        if (sum.Bits != 0)
        {
            for (int i = 0; i < n; i++)
            {
                server[i] = I32F32.SafeDivide(incentive[i], sum);
                validator[i] = I32F32.SafeDivide(dividends[i], sum);
                combined[i] = I32F32.SafeDivide(incentive[i] + dividends[i], sum);
            }
        }
        else
        {
            // Nobody earned anything: validators are paid by stake, by that of the active ones where there are any.
            ReadOnlySpan<I32F32> fallback = activeStake.ContainsAnyExcept(I32F32.Zero) ? activeStake : stake;
            fallback.CopyTo(validator);
            fallback.CopyTo(combined);
        }

        return new(Amounts(server, emission), Amounts(validator, emission), Amounts(combined, emission));
    }

    private static ImmutableArray<ulong> Amounts(ReadOnlySpan<I32F32> shares, ulong emission)
    {
        I96F32 whole = I96F32.FromInteger(emission);
        ImmutableArray<ulong>.Builder amounts = ImmutableArray.CreateBuilder<ulong>(shares.Length);
        foreach (I32F32 share in shares)
        {
            amounts.Add(share.Bits == 0 ? 0 : (share.ToI96F32() * whole).FloorToUInt64());
        }

        return amounts.MoveToImmutable();
    }
}
