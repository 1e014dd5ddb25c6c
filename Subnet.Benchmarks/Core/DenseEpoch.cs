using Subnet.Core.Consensus;

namespace Subnet.Benchmarks.Core;

/// <summary>An epoch in which every validator weighs every miner and holds a bond on each.</summary>
internal static class DenseEpoch
{
    /// <summary>The input; the validators come first.</summary>
    public static EpochInput Create(int neurons, int validators, bool yuma3, bool liquidAlpha)
    {
        Random random = new(neurons + validators);
        ushort[] uids = [.. Enumerable.Range(0, neurons).Select(u => (ushort)u)];

        // Validators agree on the miners up to a few percent, as they do on a live subnet.
        double[] quality = [.. uids.Select(_ => random.NextDouble())];
        StoredRow[] weights = new StoredRow[neurons], bonds = new StoredRow[neurons];
        for (int v = 0; v < validators; v++)
        {
            weights[v] = new(uids, uids.Select(u => (ushort)(60_000 * quality[u] * (0.9 + (0.2 * random.NextDouble())) + 1)).ToArray());
            bonds[v] = new(uids, uids.Select(_ => (ushort)random.Next(1, 65536)).ToArray());
        }

        return new EpochInput
        {
            CurrentBlock = 1_000_000,
            Tempo = 360,
            ActivityCutoffBlocks = 5_000,
            LastMechanismStepBlock = 999_640,
            LastUpdate = [.. uids.Select(_ => 999_900UL)],
            BlockAtRegistration = [.. uids.Select(_ => 1_000UL)],
            AlphaStake = [.. uids.Select(u => u < validators ? (ulong)random.NextInt64(1_000_000_000, 1L << 48) : 0)],
            RootStake = [.. uids.Select(u => u < validators ? (ulong)random.NextInt64(1L << 44) : 0)],
            TaoWeight = 971_718_665_099_567_868,
            StakeThreshold = 0,
            OwnerUid = null,
            ValidatorPermit = [.. uids.Select(u => u < validators)],
            Weights = new StoredRows(weights),
            Bonds = new StoredRows(bonds),
            CommitRevealEnabled = true,
            EarliestCommitBlock = [.. uids.Select(_ => (ulong?)null)],
            Hyperparameters = new EpochHyperparameters
            {
                MaxAllowedValidators = (ushort)validators,
                Yuma3 = yuma3,
                LiquidAlpha = liquidAlpha,
            },
            Emission = 360_000_000_000,
        };
    }
}
