using Subnet.Core.Consensus;

namespace Subnet.Tests.Core.Consensus;

/// <summary>The fixed rate of the bonds at and beyond the ends of its range (<c>design/yuma.md</c> 3.10, 3.11).</summary>
[TestFixture]
internal sealed class BondRateTests
{
    /// <summary>A quarter of the weight each, and what the validator held of the four miners before: 1, 1/5, 1/25, nothing.</summary>
    private static readonly ushort[] OldBonds = [65_535, 13_107, 2_621, 0];

    [TestCase(0U, 1.0)]
    [TestCase(1_000_000U, 0.0)]
    [TestCase(1_500_000U, -0.5)]
    [TestCase(3_000_000U, -2.0)]
    public void Bond_rate_is_one_less_the_moving_average_and_negative_above_a_million(uint movingAverage, double rate) =>
        Assert.That(YumaEpoch.BondRate(movingAverage).Bits, Is.EqualTo((long)(rate * (1L << 32))));

    /// <summary>
    /// With 1,500,000 the rate is -1/2, and a cell becomes -1/2 * 1/4 + 3/2 * old: 1.375 is stored as the most there is, 0.175 as floor(0.175 * 65535),
    /// and what is not positive (1/25 gives -0.065, nothing gives -0.125) is dropped. With 900,000 it is 1/10: 0.925, 0.205, 0.061, 0.025.
    /// </summary>
    [TestCase(1_500_000U, new ushort[] { 65_535, 11_468, 0, 0 })]
    [TestCase(1_000_000U, new ushort[] { 65_535, 13_106, 2_620, 0 })]
    [TestCase(900_000U, new ushort[] { 60_619, 13_434, 3_997, 1_638 })]
    public void Bonds_of_yuma3_follow_the_rate_whatever_its_sign(uint movingAverage, ushort[] expected)
    {
        EpochResult result = YumaEpoch.Run(Epoch(movingAverage, yuma3: true));
        Assert.That(Enumerable.Range(1, 4).Select(miner => result.Bonds.ValueAt(0, miner)), Is.EqualTo(expected));
    }

    /// <summary>
    /// In the original scheme a lone validator has the whole of every column, new and old: -1/2 * 1 + 3/2 * 1 is whole again, and where it held nothing
    /// -1/2 is dropped, so a bond with this rate is never begun.
    /// </summary>
    [Test]
    public void Original_bonds_under_a_negative_rate_are_kept_but_never_begun()
    {
        EpochResult result = YumaEpoch.Run(Epoch(1_500_000, yuma3: false));
        Assert.That(Enumerable.Range(1, 4).Select(miner => result.Bonds.ValueAt(0, miner)), Is.EqualTo((ushort[])[65_535, 65_535, 65_535, 0]));
    }

    private static EpochInput Epoch(uint movingAverage, bool yuma3) => new()
    {
        CurrentBlock = 1_000,
        Tempo = 100,
        ActivityCutoffBlocks = 5_000,
        LastMechanismStepBlock = 900,
        LastUpdate = [950, 0, 0, 0, 0],
        BlockAtRegistration = [1, 1, 1, 1, 1],
        AlphaStake = [1_000_000, 0, 0, 0, 0],
        RootStake = [0, 0, 0, 0, 0],
        TaoWeight = 0,
        StakeThreshold = 0,
        OwnerUid = null,
        CommitRevealEnabled = false,
        ValidatorPermit = [true, false, false, false, false],
        Weights = Row(65_535, 65_535, 65_535, 65_535),
        Bonds = Row(OldBonds),
        EarliestCommitBlock = [null, null, null, null, null],
        Hyperparameters = new EpochHyperparameters { BondsMovingAverage = movingAverage, Yuma3 = yuma3, MaxAllowedValidators = 1, BondsPenalty = 65_535 },
        Emission = 1_000_000,
    };

    private static StoredRows Row(params ushort[] values)
    {
        StoredRow[] rows = [.. Enumerable.Repeat(new StoredRow(Array.Empty<ushort>(), Array.Empty<ushort>()), 5)];
        int[] positive = [.. Enumerable.Range(0, values.Length).Where(i => values[i] > 0)];
        rows[0] = new StoredRow(positive.Select(static i => (ushort)(i + 1)).ToArray(), positive.Select(i => values[i]).ToArray());
        return new StoredRows(rows);
    }
}
