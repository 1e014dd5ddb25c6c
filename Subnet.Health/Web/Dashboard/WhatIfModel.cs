using Subnet.Core.Analysis;
using Subnet.Core.Consensus;

namespace Subnet.Health.Web.Dashboard;

/// <summary>An epoch with other hyperparameters.</summary>
/// <param name="Own">What it ran with.</param>
/// <param name="Changed">What it was run with again.</param>
/// <param name="Difference">What that makes.</param>
internal sealed record WhatIfModel(EpochHyperparameters Own, EpochHyperparameters Changed, EpochDifference Difference)
{
    /// <summary>Neurons shown; those whose emission changes most.</summary>
    public const int Shown = 12;

    /// <summary>Whether anything was changed.</summary>
    public bool IsChanged => Own != Changed;

    /// <summary>The neurons for which it makes the greatest difference.</summary>
    public IReadOnlyList<NeuronDifference> Greatest =>
        [.. Difference.Changed.OrderByDescending(static d => Math.Abs((double)d.After.Emission - d.Before.Emission)).ThenBy(static d => d.Uid).Take(Shown)];
}

/// <summary>The consensus page: the epoch and, beside it, the epoch as it might have been.</summary>
/// <param name="Netuid">The subnet.</param>
/// <param name="Name">Its name.</param>
/// <param name="Epoch">The epoch; null before the first.</param>
/// <param name="WhatIf">The same with other hyperparameters; null before the first.</param>
internal sealed record ConsensusPageModel(ushort Netuid, string Name, ConsensusModel? Epoch, WhatIfModel? WhatIf);
