using Subnet.Core.Numerics;

namespace Subnet.Core.Analysis;

/// <summary>What an epoch made of one neuron. Amounts in smallest units.</summary>
public sealed record NeuronExplanation
{
    /// <summary>The uid.</summary>
    public required int Uid { get; init; }

    /// <summary>Whether it set weights within the activity cutoff.</summary>
    public required bool Active { get; init; }

    /// <summary>Whether it held a permit before; the owner always does.</summary>
    public required bool HadPermit { get; init; }

    /// <summary>Whether it holds one from now on.</summary>
    public required bool HasPermit { get; init; }

    /// <summary>Inherited alpha stake.</summary>
    public required ulong AlphaStake { get; init; }

    /// <summary>Inherited root stake, in rao.</summary>
    public required ulong RootStake { get; init; }

    /// <summary>Stake weight: alpha plus weighted root stake.</summary>
    public required ulong Stake { get; init; }

    /// <summary>Whether the stake weight was below the threshold and so counted nothing.</summary>
    public required bool BelowThreshold { get; init; }

    /// <summary>Part of all stake weight.</summary>
    public required I32F32 StakeShare { get; init; }

    /// <summary>Part of the stake weight that decided this epoch.</summary>
    public required I32F32 ActiveShare { get; init; }

    /// <summary>
    /// Stake weight above the best neuron without a permit if it has one, and, negative, below the weakest with one if not; null where
    /// permits are not scarce.
    /// </summary>
    public required Int128? PermitDistance { get; init; }

    /// <summary>
    /// Place in the order of pruning, 0 first, by (emission, registration block, uid). Immunity is not the epoch's business and left out.
    /// </summary>
    public required int PruningPlace { get; init; }

    /// <summary>Emission above that of the first in the order of pruning.</summary>
    public required ulong PruningDistance { get; init; }

    /// <summary>Consensus on it as a miner.</summary>
    public required I32F32 Consensus { get; init; }

    /// <summary>Stake-weighted weights on it before clipping.</summary>
    public required I32F32 Prerank { get; init; }

    /// <summary>Stake-weighted weights on it after clipping.</summary>
    public required I32F32 Rank { get; init; }

    /// <summary>Rank over prerank.</summary>
    public required I32F32 Trust { get; init; }

    /// <summary>Sum of its own weights after clipping.</summary>
    public required I32F32 ValidatorTrust { get; init; }

    /// <summary>Its share as a miner.</summary>
    public required I32F32 Incentive { get; init; }

    /// <summary>Its share as a validator.</summary>
    public required I32F32 Dividends { get; init; }

    /// <summary>Emission as a miner.</summary>
    public required ulong ServerEmission { get; init; }

    /// <summary>Emission as a validator.</summary>
    public required ulong ValidatorEmission { get; init; }

    /// <summary>Combined emission, which pruning compares.</summary>
    public required ulong Emission { get; init; }

    /// <summary>The part of the validator emission that its owner takes.</summary>
    public required ulong Take { get; init; }

    /// <summary>The part that goes to its nominators.</summary>
    public required ulong ToNominators { get; init; }

    /// <summary>What rounding of take and rest leaves.</summary>
    public ulong TakeDust => ValidatorEmission - Take - ToNominators;
}
