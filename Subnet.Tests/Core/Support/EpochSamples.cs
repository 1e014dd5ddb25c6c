using Subnet.Core.Consensus;

namespace Subnet.Tests.Core.Support;

/// <summary>Random epochs, small enough for slow twins and odd enough to meet every branch.</summary>
internal static class EpochSamples
{
    /// <summary>An epoch; rows are sorted and hold no explicit zeros where a dense twin has to follow.</summary>
    public static EpochInput Draw(Random random, bool dense = false)
    {
        int n = random.Next(1, 14);
        ulong Block() => (ulong)random.Next(1, 1000);
        return new EpochInput
        {
            CurrentBlock = 1000,
            Tempo = (ulong)random.Next(0, 400),
            ActivityCutoffBlocks = (ulong)random.Next(1, 900),
            LastMechanismStepBlock = random.Next(3) == 0 ? 0UL : Block(),
            LastUpdate = [.. Many(n, Block)],
            BlockAtRegistration = [.. Many(n, () => Block() / (ulong)random.Next(1, 6))],
            AlphaStake = [.. Many(n, () => random.Next(4) == 0 ? 0UL : (ulong)random.NextInt64(1L << random.Next(1, 50)))],
            RootStake = [.. Many(n, () => random.Next(2) == 0 ? 0UL : (ulong)random.NextInt64(1L << random.Next(1, 50)))],
            TaoWeight = random.Next(2) == 0 ? 971_718_665_099_567_868UL : 0UL,
            StakeThreshold = random.Next(2) == 0 ? 0 : 1_000_000UL,
            OwnerUid = random.Next(3) == 0 ? random.Next(n) : null,
            ValidatorPermit = [.. Many(n, () => random.Next(4) > 0)],
            Weights = Rows(random, n, dense),
            Bonds = Rows(random, n, dense),
            CommitRevealEnabled = random.Next(2) == 0,
            EarliestCommitBlock = [.. Many(n, () => random.Next(3) == 0 ? (ulong?)Block() : null)],
            Hyperparameters = new EpochHyperparameters
            {
                Kappa = (ushort)random.Next(65536),
                MaxAllowedValidators = (ushort)random.Next(1, 16),
                BondsPenalty = (ushort)(random.Next(3) switch { 0 => 0, 1 => 65535, _ => random.Next(65536) }),
                BondsMovingAverage = (uint)random.Next(1_000_001),
                Yuma3 = random.Next(2) == 0,
                LiquidAlpha = random.Next(2) == 0,
                AlphaLow = (ushort)random.Next(1638, 40000),
                AlphaHigh = (ushort)random.Next(40000, 65536),
                AlphaSigmoidSteepness = (short)random.Next(short.MinValue, short.MaxValue + 1),
            },
            Emission = (ulong)random.NextInt64(1L << random.Next(1, 62)),
        };
    }

    private static StoredRows Rows(Random random, int n, bool dense)
    {
        StoredRow[] rows = new StoredRow[n];
        for (int row = 0; row < n; row++)
        {
            ushort[] columns = [.. Enumerable.Range(0, n).Where(_ => random.Next(3) > 0).Select(c => (ushort)c)];
            if (!dense && random.Next(3) == 0)
            {
                random.Shuffle(columns);
            }

            rows[row] = new(columns, columns.Select(_ => (ushort)(!dense && random.Next(6) == 0 ? 0 : random.Next(1, 65536))).ToArray());
        }

        return new(rows);
    }

    private static IEnumerable<T> Many<T>(int count, Func<T> draw) => Enumerable.Range(0, count).Select(_ => draw());
}
