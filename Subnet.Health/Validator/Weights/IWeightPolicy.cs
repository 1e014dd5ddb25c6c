using Subnet.Health.Node;

namespace Subnet.Health.Validator.Weights;

/// <summary>A row of weights.</summary>
/// <param name="Uids">Columns.</param>
/// <param name="Shares">A weight for each, the largest 65535.</param>
internal sealed record WeightRow(ushort[] Uids, ushort[] Shares);

/// <summary>How a validator turns what it knows into weights.</summary>
internal interface IWeightPolicy
{
    /// <summary>Chooses the row of an epoch; null sets nothing.</summary>
    /// <param name="clock">Where the subnet is.</param>
    /// <param name="metagraph">Its neurons.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<WeightRow?> ChooseAsync(EpochClock clock, Metagraph metagraph, CancellationToken cancellationToken);
}

/// <summary>
/// Weights from earned scores: in proportion, for miners with at least one valid verdict, and one reward for miners that serve the same model. Set only from verdicts that
/// this validator made.
/// </summary>
internal sealed class EarnedWeights(ValidatorParts parts, DuplicateStep duplicates) : IWeightPolicy
{
    /// <inheritdoc/>
    public async Task<WeightRow?> ChooseAsync(EpochClock clock, Metagraph metagraph, CancellationToken cancellationToken)
    {
        IReadOnlyList<ServedCard> served = await parts.Miners.ListAsync(clock.Netuid, cancellationToken).ConfigureAwait(false);
        IReadOnlySet<string> copies = await duplicates.FindCopiesAsync(clock.Netuid, served, cancellationToken).ConfigureAwait(false);
        Dictionary<ushort, double> best = [];
        foreach (Store.StoredScore score in parts.Store.Scores(clock.Netuid).Where(score => score.Score.Counts))
        {
            if (metagraph.Find(new Core.State.AccountId(score.Miner)) is { } neuron
                && served.Any(model => model.Card.Hash.SequenceEqual(score.Card))
                && !copies.Contains(Convert.ToHexStringLower(score.Card)))
            {
                best[neuron.Uid] = Math.Max(best.GetValueOrDefault(neuron.Uid), score.Score.Value);
            }
        }

        ushort[] uids = [.. best.Where(entry => entry.Value > 0).Select(entry => entry.Key).Order()];
        return uids.Length == 0 ? null : new WeightRow(uids, WeightScaling.Scale([.. uids.Select(uid => best[uid])]));
    }
}
