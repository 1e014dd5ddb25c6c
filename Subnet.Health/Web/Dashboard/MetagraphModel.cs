using Subnet.Core.Consensus;
using Subnet.Core.State;
using Subnet.Health.Node;

namespace Subnet.Health.Web.Dashboard;

/// <summary>A neuron as the metagraph shows it. Fractions are of one; rank and trust are those of the newest epoch that ran.</summary>
/// <param name="Uid">Its slot.</param>
/// <param name="Stake">Alpha behind the hotkey, smallest units.</param>
/// <param name="RootStake">TAO behind it on root, rao.</param>
/// <param name="Rank">Stake-weighted clipped weights; null before an epoch.</param>
/// <param name="Trust">Rank over what it was before clipping; null before an epoch.</param>
/// <param name="Consensus">Consensus.</param>
/// <param name="Incentive">Share as a miner.</param>
/// <param name="Dividends">Share as a validator.</param>
/// <param name="Emission">Alpha of the last epoch, smallest units.</param>
/// <param name="ValidatorTrust">What consensus left of its weights.</param>
/// <param name="Permit">Whether its weights count.</param>
/// <param name="Updated">Blocks since it set weights.</param>
/// <param name="Active">Whether that is within the activity cutoff.</param>
/// <param name="Hotkey">Address of the hotkey.</param>
/// <param name="Coldkey">Address of its owner.</param>
internal sealed record MetagraphRow(
    int Uid,
    ulong Stake,
    ulong RootStake,
    double? Rank,
    double? Trust,
    double Consensus,
    double Incentive,
    double Dividends,
    ulong Emission,
    double ValidatorTrust,
    bool Permit,
    ulong Updated,
    bool Active,
    string Hotkey,
    string Coldkey);

/// <summary>The neurons of a subnet, sorted and filtered.</summary>
/// <param name="Netuid">The subnet.</param>
/// <param name="Name">Its name.</param>
/// <param name="Height">Block after which this is.</param>
/// <param name="Query">How it was sorted and filtered.</param>
/// <param name="Rows">The rows to show.</param>
/// <param name="Total">Neurons in all.</param>
/// <param name="Epoch">The newest epoch that ran, or null.</param>
internal sealed record MetagraphModel(ushort Netuid, string Name, ulong Height, MetagraphQuery Query, IReadOnlyList<MetagraphRow> Rows, int Total, ulong? Epoch)
{
    /// <summary>Reads and sorts; null where there is no such subnet.</summary>
    public static async Task<MetagraphModel?> ReadAsync(ILedgerClient ledger, EpochDesk epochs, ushort netuid, MetagraphQuery query, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(epochs);
        ArgumentNullException.ThrowIfNull(query);
        if (await ledger.GetMetagraphAsync(netuid, stop).ConfigureAwait(false) is not { } graph)
        {
            return null;
        }

        ulong? index = await epochs.NewestAsync(netuid, stop).ConfigureAwait(false);
        ExplainedEpoch? epoch = index is { } number ? await epochs.FindAsync(netuid, number, stop).ConfigureAwait(false) : null;
        ulong[] root = await ledger.ReadAsync(
            view => graph.Neurons.Select(n => view.State.StakePools.Find(new HotkeyKey(0, n.Hotkey))?.Total ?? 0).ToArray(), stop).ConfigureAwait(false);
        Dictionary<AccountId, string> owners = graph.Neurons.Select(static n => n.Coldkey).Distinct().ToDictionary(static key => key, Words.Address);
        MetagraphRow[] rows = [.. graph.Neurons.Select((n, i) => Row(graph, n, owners[n.Coldkey], root[i], epoch))];
        return new MetagraphModel(netuid, graph.Subnet.Info.Name, graph.Height, query, query.Apply(rows), rows.Length, index);
    }

    private static MetagraphRow Row(Metagraph graph, NeuronView n, string owner, ulong root, ExplainedEpoch? epoch)
    {
        // A uid may have changed hands since the epoch: then its rank there was another's.
        bool known = epoch is not null && n.Uid < epoch.Record.Neurons.Length && epoch.Record.Neurons[n.Uid].Hotkey == n.Hotkey;
        EpochNumbers? numbers = known ? epoch!.Explanation.Result.Numbers : null;
        Hyperparameters parameters = graph.Subnet.Hyperparameters;
        ulong cutoff = Math.Max(1UL, (ulong)parameters.ActivityCutoffFactorMilli * parameters.Tempo / 1000);
        ulong updated = graph.Height - Math.Min(graph.Height, n.Outcome.LastUpdate);
        return new MetagraphRow(
            n.Uid,
            n.StakeRao,
            root,
            numbers?.Rank[n.Uid].ToDouble(),
            numbers?.Trust[n.Uid].ToDouble(),
            n.Outcome.Consensus / 65535.0,
            n.Outcome.Incentive / 65535.0,
            n.Outcome.Dividends / 65535.0,
            n.Outcome.Emission,
            n.Outcome.ValidatorTrust / 65535.0,
            n.Outcome.ValidatorPermit,
            updated,
            updated < cutoff,
            Words.Address(n.Hotkey),
            owner);
    }
}
