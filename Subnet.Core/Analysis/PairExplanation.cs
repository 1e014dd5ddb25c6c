using Subnet.Core.Numerics;

namespace Subnet.Core.Analysis;

/// <summary>What happened between one validator and one miner in an epoch.</summary>
public sealed record PairExplanation
{
    /// <summary>The validator's uid.</summary>
    public required int Validator { get; init; }

    /// <summary>The miner's uid.</summary>
    public required int Miner { get; init; }

    /// <summary>The weight as submitted, a fraction of 65535; null where there is no entry.</summary>
    public required ushort? RawWeight { get; init; }

    /// <summary>Why it does not count; none where it does.</summary>
    public required WeightMask Mask { get; init; }

    /// <summary>Its part of the validator's weights that count.</summary>
    public required I32F32 Normalised { get; init; }

    /// <summary>The consensus on the miner.</summary>
    public required I32F32 Consensus { get; init; }

    /// <summary>What consensus left of the weight.</summary>
    public required I32F32 Clipped { get; init; }

    /// <summary>The largest raw weight, others unchanged, that consensus would have left whole; null where nothing was clipped.</summary>
    public required ushort? RawWeightWithinConsensus { get; init; }

    /// <summary>Active stake times clipped weight: the validator's part of the miner's rank.</summary>
    public required I32F32 Contribution { get; init; }

    /// <summary>The weight that the bond follows.</summary>
    public required I32F32 BondWeight { get; init; }

    /// <summary>The bond stored before, a fraction of 65535.</summary>
    public required ushort BondBefore { get; init; }

    /// <summary>Whether that bond was dropped because it belonged to whoever held the miner's uid before.</summary>
    public required bool BondOutdated { get; init; }

    /// <summary>The rate at which the bond moved.</summary>
    public required I32F32 Rate { get; init; }

    /// <summary>The bond stored after, a fraction of 65535.</summary>
    public required ushort BondAfter { get; init; }

    /// <summary>The validator's share of all bonds on the miner: what dividends are paid on.</summary>
    public required I32F32 BondShare { get; init; }

    /// <summary>Share times the miner's incentive: the part of the validator's dividends that comes from this miner, before normalisation.</summary>
    public required I32F32 DividendPart { get; init; }

    /// <summary>That part of the validator's emission, in smallest units, floored.</summary>
    public required ulong DividendAmount { get; init; }

    /// <summary>What consensus took away.</summary>
    public I32F32 ClippedAway => Normalised - Clipped;
}
