using Subnet.Core.Consensus;

namespace Subnet.Core.Analysis.Adversaries;

/// <summary>A validator that evaluates nobody and submits the consensus of an earlier epoch as its weights.</summary>
/// <param name="uid">The validator.</param>
/// <param name="lag">How many epochs old the copied consensus is, at least 1: nobody can copy what is not published yet.</param>
public sealed class WeightCopier(int uid, int lag)
    : Adversary("weight-copier", "Copies published consensus instead of evaluating miners.", uid)
{
    /// <summary>How many epochs old the copied consensus is.</summary>
    public int Lag { get; } = lag >= 1 ? lag : throw new ArgumentOutOfRangeException(nameof(lag), lag, "a copy is at least one epoch old");

    /// <inheritdoc/>
    public override EpochInput Attack(EpochInput input, AdversaryView view)
    {
        if (view.Epoch < Lag)
        {
            // Nothing to copy yet: without a row it at least contradicts nobody.
            return WhatIf.WithRows(input, Uids, _ => StoredRow.Empty);
        }

        EpochResult copied = view.Past[view.Epoch - Lag];
        ushort[] miners = [.. Enumerable.Range(0, input.NeuronCount).Where(j => copied.Consensus[j] > 0).Select(j => (ushort)j)];
        ushort[] values = [.. miners.Select(j => copied.Consensus[j])];
        return WhatIf.WithRows(input, Uids, _ => new StoredRow(miners, values));
    }
}
