using Subnet.Core.Consensus;

namespace Subnet.Core.Analysis.Adversaries;

/// <summary>A validator that puts all its weight on itself.</summary>
/// <param name="uid">The validator.</param>
public sealed class SelfVoter(int uid) : Adversary("self-voter", "Puts all its weight on itself.", uid)
{
    /// <inheritdoc/>
    public override EpochInput Attack(EpochInput input, AdversaryView view) => WhatIf.WithAllWeightOn(input, Uids, Uids[0]);
}
