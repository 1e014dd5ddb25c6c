using Subnet.Health.Node;

namespace Subnet.Health.Validator.Weights;

/// <summary>How a row of weights compares with the consensus that the ledger computed from everybody's.</summary>
/// <param name="Entries">Uid, own share and consensus share, both of the row's sum.</param>
/// <param name="Distance">Half the sum of absolute differences: 0 the same, 1 nothing in common.</param>
internal sealed record ShadowDifference(IReadOnlyList<(ushort Uid, double Own, double Consensus)> Entries, double Distance)
{
    /// <summary>Compares.</summary>
    public static ShadowDifference Of(WeightRow row, Metagraph metagraph)
    {
        Dictionary<ushort, double> own = row.Uids.Zip(row.Shares).ToDictionary(pair => pair.First, pair => (double)pair.Second);
        double ownSum = Math.Max(1, own.Values.Sum());
        double consensusSum = Math.Max(1, metagraph.Neurons.Sum(neuron => (double)neuron.Outcome.Consensus));
        (ushort, double, double)[] entries =
        [
            .. metagraph.Neurons
                .Select(neuron => (neuron.Uid, own.GetValueOrDefault(neuron.Uid) / ownSum, neuron.Outcome.Consensus / consensusSum))
                .Where(entry => entry.Item2 > 0 || entry.Item3 > 0),
        ];
        return new ShadowDifference(entries, entries.Sum(entry => Math.Abs(entry.Item2 - entry.Item3)) / 2);
    }
}
