using Subnet.Health.Scoring;

namespace Subnet.Health.Clinic;

/// <summary>A miner's model with what it said of patients whose outcome is known now.</summary>
/// <param name="Miner">The miner and its card.</param>
/// <param name="Address">The miner's address.</param>
/// <param name="Model">The card's identifier.</param>
/// <param name="Cases">One for each patient: the prediction that was logged when the result came, and the outcome.</param>
internal sealed record OrganicPanel(PanelMiner Miner, string Address, string Model, IReadOnlyList<ScoringCase> Cases);

/// <summary>Finds what can be scored on real outcomes: single-patient queries with a logged prediction and a reported outcome.</summary>
internal static class OrganicPanels
{
    /// <summary>The panels of a subnet, those with the most cases first.</summary>
    public static async Task<IReadOnlyList<OrganicPanel>> ReadAsync(ClinicHistory history, ushort netuid)
    {
        ArgumentNullException.ThrowIfNull(history);
        IReadOnlyList<HistoryEntry> entries = await history.WithOutcomeAsync(netuid, DateTimeOffset.UnixEpoch).ConfigureAwait(false);
        return
        [
            .. entries
                .Where(entry => entry.Secret.PredictionSalt is not null && entry.Secret.Prediction is not null)
                .GroupBy(entry => (entry.Miner, entry.Card))
                .Select(group => new OrganicPanel(
                    new PanelMiner(Convert.FromHexString(ClinicClient.HotkeyOf(group.Key.Miner)), Convert.FromHexString(group.Key.Card)),
                    group.Key.Miner,
                    group.First().Secret.Model,
                    [.. group.Select(Case)]))
                .OrderByDescending(panel => panel.Cases.Count)
                .ThenBy(panel => panel.Address, StringComparer.Ordinal),
        ];
    }

    private static ScoringCase Case(HistoryEntry entry) => new(
        [new PredictionCommitment(entry.Event, entry.Secret.PredictionSalt!, new[] { entry.Secret.Prediction!.Value })],
        (byte)(entry.Secret.Outcomes![1] ? 1 : 0));
}
