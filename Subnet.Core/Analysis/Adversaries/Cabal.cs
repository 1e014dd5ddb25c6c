using Subnet.Core.Consensus;

namespace Subnet.Core.Analysis.Adversaries;

/// <summary>Validators with a given part of the stake that put all their weight on one miner of their own.</summary>
/// <param name="members">The validators.</param>
/// <param name="miner">Their miner.</param>
/// <param name="share">Their part of all stake weight, in millionths.</param>
public sealed class Cabal(IReadOnlyList<int> members, int miner, int share)
    : Adversary("cabal", "Validators with part of the stake put all their weight on a miner of their own.", [.. members, miner])
{
    /// <inheritdoc/>
    public override EpochInput Prepare(EpochInput input) => WhatIf.WithStakeShare(input, members, share);

    /// <inheritdoc/>
    public override EpochInput Attack(EpochInput input, AdversaryView view) => WhatIf.WithAllWeightOn(input, members, miner);
}
