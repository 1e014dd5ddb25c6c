using Subnet.Core.Consensus;

namespace Subnet.Core.Analysis.Adversaries;

/// <summary>
/// A newcomer that takes the uid of a miner that earned well, to live on the weights and bonds its predecessor was given.
/// </summary>
/// <param name="uid">The uid it takes over, anew in each epoch.</param>
public sealed class Sniper(int uid) : Adversary("sniper", "Takes over a good miner's uid to inherit its weights.", uid)
{
    /// <inheritdoc/>
    /// <remarks>A newcomer that plays fair waits until somebody has evaluated it: nobody weighs it yet.</remarks>
    public override EpochInput PlayFair(EpochInput input, AdversaryView view) => Registered(input) with
    {
        Weights = input.Weights.WithoutColumn(Uids[0]),
    };

    /// <inheritdoc/>
    public override EpochInput Attack(EpochInput input, AdversaryView view) => Registered(input);

    // It registers in the block of the epoch: the latest moment, when every row of weights is older.
    private EpochInput Registered(EpochInput input) => input with
    {
        BlockAtRegistration = input.BlockAtRegistration.SetItem(Uids[0], input.CurrentBlock),
    };
}
