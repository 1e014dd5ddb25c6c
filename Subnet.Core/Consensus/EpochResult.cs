using System.Collections.Immutable;
using Subnet.Core.Numerics;

namespace Subnet.Core.Consensus;

/// <summary>What an epoch decides. Lists have one entry per uid; stored fractions are of 65535.</summary>
public sealed record EpochResult
{
    /// <summary>Who set weights within the activity cutoff.</summary>
    public required ImmutableArray<bool> Active { get; init; }

    /// <summary>Who holds a permit from now on.</summary>
    public required ImmutableArray<bool> ValidatorPermit { get; init; }

    /// <summary>Stake weight before threshold and normalisation, floored, in smallest units.</summary>
    public required ImmutableArray<ulong> Stake { get; init; }

    /// <summary>Normalised stake weight, stored fraction.</summary>
    public required ImmutableArray<ushort> StakeWeight { get; init; }

    /// <summary>Consensus weight of each miner, stored fraction.</summary>
    public required ImmutableArray<ushort> Consensus { get; init; }

    /// <summary>The miners' shares, stored fraction.</summary>
    public required ImmutableArray<ushort> Incentive { get; init; }

    /// <summary>The validators' shares, stored fraction.</summary>
    public required ImmutableArray<ushort> Dividends { get; init; }

    /// <summary>What consensus left of each validator's weights, stored fraction.</summary>
    public required ImmutableArray<ushort> ValidatorTrust { get; init; }

    /// <summary>Emission as a miner, in smallest units.</summary>
    public required ImmutableArray<ulong> ServerEmission { get; init; }

    /// <summary>Emission as a validator, in smallest units.</summary>
    public required ImmutableArray<ulong> ValidatorEmission { get; init; }

    /// <summary>Combined emission, in smallest units; what pruning compares.</summary>
    public required ImmutableArray<ulong> Emission { get; init; }

    /// <summary>The bonds to be stored; empty rows for those without a new permit.</summary>
    public required StoredRows Bonds { get; init; }

    /// <summary>The numbers behind the stored fractions.</summary>
    public required EpochNumbers Numbers { get; init; }
}

/// <summary>The vectors of an epoch before they are stored in 16 bits.</summary>
public sealed record EpochNumbers
{
    /// <summary>S: normalised stake weight.</summary>
    public required ImmutableArray<I32F32> Stake { get; init; }

    /// <summary>A: stake of active validators, normalised.</summary>
    public required ImmutableArray<I32F32> ActiveStake { get; init; }

    /// <summary>Stake-weighted median of the weights on each miner.</summary>
    public required ImmutableArray<I32F32> Consensus { get; init; }

    /// <summary>Sum of each validator's clipped weights.</summary>
    public required ImmutableArray<I32F32> ValidatorTrust { get; init; }

    /// <summary>Stake-weighted sum of the weights on each miner before clipping; explanatory.</summary>
    public required ImmutableArray<I32F32> Prerank { get; init; }

    /// <summary>Stake-weighted sum of the clipped weights on each miner.</summary>
    public required ImmutableArray<I32F32> Rank { get; init; }

    /// <summary>Rank over prerank; explanatory.</summary>
    public required ImmutableArray<I32F32> Trust { get; init; }

    /// <summary>Rank, normalised.</summary>
    public required ImmutableArray<I32F32> Incentive { get; init; }

    /// <summary>Dividends, normalised.</summary>
    public required ImmutableArray<I32F32> Dividends { get; init; }
}
