using System.Collections.Immutable;
using Subnet.Core.Consensus;

namespace Subnet.Core.Analysis.Adversaries;

/// <summary>A validator that set its weights once and never again.</summary>
/// <param name="uid">The validator.</param>
public sealed class StaleValidator(int uid) : Adversary("stale-validator", "Set its weights once and lives on them.", uid)
{
    private (StoredRow Row, ulong Block)? first;

    /// <inheritdoc/>
    public override EpochInput Prepare(EpochInput input)
    {
        first = null;
        return input;
    }

    /// <inheritdoc/>
    public override EpochInput Attack(EpochInput input, AdversaryView view)
    {
        first ??= (input.Weights[Uids[0]], input.LastUpdate[Uids[0]]);
        EpochInput stale = WhatIf.WithRows(input, Uids, _ => first.Value.Row);
        ImmutableArray<ulong> updates = stale.LastUpdate.SetItem(Uids[0], first.Value.Block);
        return stale with { LastUpdate = updates };
    }
}
