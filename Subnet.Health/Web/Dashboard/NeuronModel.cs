using Subnet.Core.Analysis;

namespace Subnet.Health.Web.Dashboard;

/// <summary>One neuron of an epoch: what it got and why.</summary>
/// <param name="Netuid">The subnet.</param>
/// <param name="Name">Its name.</param>
/// <param name="Epoch">The epoch.</param>
/// <param name="Uid">The neuron.</param>
internal sealed record NeuronModel(ushort Netuid, string Name, ExplainedEpoch Epoch, int Uid)
{
    /// <summary>What the epoch made of it.</summary>
    public NeuronExplanation Explanation => Epoch.Explanation.Neurons[Uid];

    /// <summary>Address of its hotkey.</summary>
    public string Hotkey => Words.Address(Epoch.Record.Neurons[Uid].Hotkey);

    /// <summary>Address of its coldkey.</summary>
    public string Coldkey => Words.Address(Epoch.Record.Neurons[Uid].Coldkey);

    /// <summary>What it had of the miners, as a validator; the largest dividends first.</summary>
    public IReadOnlyList<PairExplanation> AsValidator => [.. Epoch.Explanation.PairsOf(Uid).OrderByDescending(static p => p.DividendAmount).ThenBy(static p => p.Miner).Take(50)];

    /// <summary>What validators gave it, as a miner; the largest contribution first.</summary>
    public IReadOnlyList<PairExplanation> AsMiner =>
    [
        .. Enumerable.Range(0, Epoch.Record.Neurons.Length)
            .SelectMany(Epoch.Explanation.PairsOf)
            .Where(p => p.Miner == Uid && p.RawWeight is not null)
            .OrderByDescending(static p => p.Contribution.Bits).ThenBy(static p => p.Validator).Take(50),
    ];
}
