using System.Collections.Immutable;

namespace Subnet.Core.Consensus;

/// <summary>Everything the epoch of one subnet reads (<c>design/yuma.md</c> 2). Lists have one entry per uid.</summary>
public sealed record EpochInput
{
    /// <summary>The most neurons whose sums cannot leave the number formats.</summary>
    public const int MaxNeurons = 32_768;

    /// <summary>The block of the epoch.</summary>
    public required ulong CurrentBlock { get; init; }

    /// <summary>Blocks between epochs.</summary>
    public required ulong Tempo { get; init; }

    /// <summary>Blocks after which a neuron that set no weights counts as inactive.</summary>
    public required ulong ActivityCutoffBlocks { get; init; }

    /// <summary>The block of the last epoch that ran; 0 for never.</summary>
    public required ulong LastMechanismStepBlock { get; init; }

    /// <summary>The block in which each neuron last set or committed weights.</summary>
    public required ImmutableArray<ulong> LastUpdate { get; init; }

    /// <summary>The block in which each neuron registered.</summary>
    public required ImmutableArray<ulong> BlockAtRegistration { get; init; }

    /// <summary>Inherited alpha stake, in smallest units.</summary>
    public required ImmutableArray<ulong> AlphaStake { get; init; }

    /// <summary>Inherited root stake, in rao.</summary>
    public required ImmutableArray<ulong> RootStake { get; init; }

    /// <summary>What root stake counts, a fraction of 2^64 - 1.</summary>
    public required ulong TaoWeight { get; init; }

    /// <summary>Stake weight below which a neuron counts nothing, in smallest units.</summary>
    public required ulong StakeThreshold { get; init; }

    /// <summary>The subnet owner's uid; null where its hotkey is not registered.</summary>
    public required int? OwnerUid { get; init; }

    /// <summary>Who held a permit before this epoch.</summary>
    public required ImmutableArray<bool> ValidatorPermit { get; init; }

    /// <summary>Weights, one row per validator, as submitted.</summary>
    public required StoredRows Weights { get; init; }

    /// <summary>Bonds, one row per validator, as the last epoch stored them.</summary>
    public required StoredRows Bonds { get; init; }

    /// <summary>Whether weights are set by commit and reveal.</summary>
    public required bool CommitRevealEnabled { get; init; }

    /// <summary>The block of each neuron's earliest unexpired, unrevealed commit; null for none.</summary>
    public required ImmutableArray<ulong?> EarliestCommitBlock { get; init; }

    /// <summary>The subnet's hyperparameters.</summary>
    public required EpochHyperparameters Hyperparameters { get; init; }

    /// <summary>What this epoch emits, in smallest units.</summary>
    public required ulong Emission { get; init; }

    /// <summary>Number of neurons.</summary>
    public int NeuronCount => LastUpdate.Length;

    /// <summary>Checks that the record describes a subnet.</summary>
    /// <exception cref="ArgumentException">It does not; the message says where.</exception>
    public void Validate()
    {
        if (LastUpdate.IsDefault || LastUpdate.Length > MaxNeurons)
        {
            throw new ArgumentException($"an epoch takes at most {MaxNeurons} neurons");
        }

        Check(BlockAtRegistration, "block at registration");
        Check(AlphaStake, "alpha stake");
        Check(RootStake, "root stake");
        Check(ValidatorPermit, "validator permit");
        Check(EarliestCommitBlock, "earliest commit block");
        if (OwnerUid is { } owner && (uint)owner >= (uint)NeuronCount)
        {
            throw new ArgumentException($"the owner's uid {owner} is not one of {NeuronCount} neurons");
        }

        Weights.Validate(NeuronCount, "weights");
        Bonds.Validate(NeuronCount, "bonds");
    }

    private void Check<T>(ImmutableArray<T> list, string name)
    {
        if (list.IsDefault || list.Length != NeuronCount)
        {
            throw new ArgumentException($"{name} has {(list.IsDefault ? 0 : list.Length)} entries for {NeuronCount} neurons");
        }
    }
}
