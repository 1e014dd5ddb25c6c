using Subnet.Core.Numerics;

namespace Subnet.Core.Consensus;

/// <summary>What a neuron's stake counts on its subnet (<c>design/yuma.md</c> 3.2).</summary>
public static class StakeWeights
{
    /// <summary>Alpha stake plus weighted root stake, in smallest units.</summary>
    /// <param name="alphaStake">Inherited alpha stake, in smallest units.</param>
    /// <param name="rootStake">Inherited root stake, in rao.</param>
    /// <param name="taoWeight">The stored parameter, a fraction of 2^64 - 1.</param>
    public static I64F64 Total(ulong alphaStake, ulong rootStake, ulong taoWeight) =>
        Total(alphaStake, rootStake, Weight(taoWeight));

    /// <summary>The weight of root stake as the epoch multiplies with it.</summary>
    internal static I64F64 Weight(ulong taoWeight) => U96F32.FromStoredFraction(taoWeight).ToI64F64();

    /// <summary>Alpha stake plus weighted root stake, in smallest units.</summary>
    internal static I64F64 Total(ulong alphaStake, ulong rootStake, I64F64 weight) =>
        I64F64.FromInteger(alphaStake) + (I64F64.FromInteger(rootStake) * weight);
}
