using Subnet.Core.Analysis;
using Subnet.Core.State;
using Subnet.Health.Circuits;
using Subnet.Health.Node;
using Subnet.Health.Web.Dashboard;

namespace Subnet.Health.Web.Miners;

/// <summary>A miner with its models and what validators found out.</summary>
/// <param name="Uid">Its uid.</param>
/// <param name="Hotkey">Its address.</param>
/// <param name="Endpoint">Where it serves; null where it announced nothing.</param>
/// <param name="Incentive">Its share as a miner, 0 to 1.</param>
/// <param name="Emission">Alpha of the last epoch, smallest units.</param>
/// <param name="Models">Models it registered that are in use.</param>
/// <param name="Reports">What validators found out.</param>
internal sealed record MinerCard(
    int Uid, string Hotkey, string? Endpoint, double Incentive, ulong Emission, IReadOnlyList<RegisteredModel> Models, IReadOnlyList<MinerReport> Reports);

/// <summary>A model as the ledger knows it.</summary>
/// <param name="Card">Hash of its card.</param>
/// <param name="Commitment">Commitment to its weights.</param>
/// <param name="Height">Block of registration.</param>
/// <param name="Read">The card itself; null where this node has it not.</param>
internal sealed record RegisteredModel(string Card, string Commitment, ulong Height, ReadCard? Read);

/// <summary>A subnet's miners.</summary>
/// <param name="Netuid">The subnet.</param>
/// <param name="Name">Its name.</param>
/// <param name="Height">Block after which this is.</param>
/// <param name="Miners">Those that earn, serve or have models, the best first.</param>
/// <param name="Epoch">The newest epoch that ran, or null.</param>
internal sealed record MinersModel(ushort Netuid, string Name, ulong Height, IReadOnlyList<MinerCard> Miners, ExplainedEpoch? Epoch)
{
    /// <summary>Miners with details on the page.</summary>
    public const int Shown = 64;

    /// <summary>How consensus came to a miner's share, from the epoch's explanation.</summary>
    public NeuronExplanation? ExplanationOf(MinerCard miner) => Epoch is not null && miner.Uid < Epoch.Record.Neurons.Length ? Epoch.Explanation.Neurons[miner.Uid] : null;

    /// <summary>Reads it.</summary>
    public static async Task<MinersModel> ReadAsync(ILedgerClient ledger, EpochDesk epochs, IMinerReports reports, IModelCards cards, SubnetView subnet, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(epochs);
        ArgumentNullException.ThrowIfNull(reports);
        ArgumentNullException.ThrowIfNull(cards);
        ArgumentNullException.ThrowIfNull(subnet);
        Metagraph graph = (await ledger.GetMetagraphAsync(subnet.Netuid, stop).ConfigureAwait(false))!;
        ILookup<AccountId, ModelView> models = (await ledger.GetModelsAsync(subnet.Netuid, cancellationToken: stop).ConfigureAwait(false)).ToLookup(static m => m.Registration.Hotkey);
        ILookup<string, MinerReport> found = (await reports.OfAsync(subnet.Netuid, stop).ConfigureAwait(false)).ToLookup(static r => r.Miner, StringComparer.Ordinal);
        ulong? index = await epochs.NewestAsync(subnet.Netuid, stop).ConfigureAwait(false);
        ExplainedEpoch? epoch = index is { } number ? await epochs.FindAsync(subnet.Netuid, number, stop).ConfigureAwait(false) : null;
        MinerCard[] shown =
        [
            .. graph.Neurons.Select(n => Card(n, models[n.Hotkey], found, cards))
                .Where(static c => c.Incentive > 0 || c.Models.Count > 0 || c.Reports.Count > 0)
                .OrderByDescending(static c => c.Incentive).ThenBy(static c => c.Uid)
                .Take(Shown),
        ];
        return new MinersModel(subnet.Netuid, subnet.Info.Name, graph.Height, shown, epoch);
    }

    private static MinerCard Card(NeuronView n, IEnumerable<ModelView> models, ILookup<string, MinerReport> reports, IModelCards cards)
    {
        string hotkey = Words.Address(n.Hotkey);
        return new MinerCard(
            n.Uid,
            hotkey,
            n.Endpoint,
            n.Outcome.Incentive / 65535.0,
            n.Outcome.Emission,
            [.. models.Select(m => new RegisteredModel(m.Card.ToString(), Convert.ToHexStringLower(m.Registration.Commitment.Span), m.Registration.Height, cards.Find(m.Card.ToString())))],
            [.. reports[hotkey]]);
    }
}
