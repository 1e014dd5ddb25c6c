using Subnet.Core.Consensus;

namespace Subnet.Core.Analysis.Adversaries;

/// <summary>What an adversary can see when an epoch is about to run: everything public, nothing of the future.</summary>
/// <param name="Epoch">Number of the epoch, from 0.</param>
/// <param name="Past">Results of the epochs before, oldest first.</param>
public readonly record struct AdversaryView(int Epoch, IReadOnlyList<EpochResult> Past);

/// <summary>
/// Somebody who tries to earn more than honest work would. The same neurons play honestly in one run and attack in another, under the
/// subnet's own settings; the difference is what the attack is worth.
/// </summary>
/// <param name="name">A word.</param>
/// <param name="description">What it does, in a sentence.</param>
/// <param name="uids">Whose earnings count as the adversary's.</param>
public abstract class Adversary(string name, string description, params IReadOnlyList<int> uids)
{
    /// <summary>A word.</summary>
    public string Name { get; } = name;

    /// <summary>What it does, in a sentence.</summary>
    public string Description { get; } = description;

    /// <summary>Whose earnings count as the adversary's.</summary>
    public IReadOnlyList<int> Uids { get; } = uids;

    /// <summary>What both runs start from, such as the stake the adversary is given.</summary>
    public virtual EpochInput Prepare(EpochInput input) => input;

    /// <summary>The epoch if it plays fair.</summary>
    public virtual EpochInput PlayFair(EpochInput input, AdversaryView view) => input;

    /// <summary>The epoch if it attacks.</summary>
    public abstract EpochInput Attack(EpochInput input, AdversaryView view);
}
