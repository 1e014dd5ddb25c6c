using Subnet.Core.Analysis;
using Subnet.Core.Consensus;
using Subnet.Tests.Core.Support;

namespace Subnet.Tests.Core.Consensus;

[TestFixture]
internal sealed class YumaEpochPropertyTests
{
    [Test]
    public void Sparse_epoch_equals_its_dense_twin()
    {
        Random random = new(1);
        for (int round = 0; round < 1500; round++)
        {
            EpochInput input = EpochSamples.Draw(random, dense: true);
            EpochResult sparse = YumaEpoch.Run(input);
            DenseYuma dense = new(input);
            Assert.That(sparse.Numbers.Consensus, Is.EqualTo(dense.Consensus), $"consensus, round {round}");
            Assert.That(sparse.Numbers.ValidatorTrust, Is.EqualTo(dense.ValidatorTrust), $"trust, round {round}");
            Assert.That(sparse.Numbers.Incentive, Is.EqualTo(dense.Incentive), $"incentive, round {round}");
            Assert.That(sparse.Numbers.Dividends, Is.EqualTo(dense.Dividends), $"dividends, round {round}");
            ushort[] bonds =
            [
                .. Enumerable.Range(0, input.NeuronCount * input.NeuronCount).Select(
                    c => sparse.Bonds.ValueAt(c / input.NeuronCount, c % input.NeuronCount)),
            ];
            ushort[] expected = [.. dense.Bonds.Cast<ushort>().Select((b, c) => sparse.ValidatorPermit[c / input.NeuronCount] ? b : (ushort)0)];
            Assert.That(bonds, Is.EqualTo(expected), $"bonds, round {round}");
        }
    }

    [Test]
    public void Invariants_hold_for_any_epoch()
    {
        Random random = new(2);
        for (int round = 0; round < 2000; round++)
        {
            EpochInput input = EpochSamples.Draw(random);
            IReadOnlyList<Invariant> invariants = EpochInvariants.Check(input, YumaEpoch.Run(input));
            Assert.That(invariants.Where(i => !i.Holds), Is.Empty, $"round {round}");
        }
    }

    [Test]
    public void Invariants_notice_a_result_that_breaks_them()
    {
        EpochInput input = EpochSamples.Draw(new Random(3));
        EpochResult result = YumaEpoch.Run(input);
        EpochResult greedy = result with { Emission = [.. result.Emission.Select(_ => input.Emission)], ServerEmission = [.. result.Emission.Select(_ => input.Emission)] };
        EpochResult generous = result with { ValidatorPermit = [.. result.ValidatorPermit.Select(_ => true)] };
        Assert.That(EpochInvariants.Check(input, greedy).Count(i => !i.Holds), Is.AtLeast(2));
        Assert.That(EpochInvariants.Check(input with { Hyperparameters = input.Hyperparameters with { MaxAllowedValidators = 0 } }, generous).Any(i => !i.Holds));
    }

    [Test]
    public void Same_input_gives_the_same_digests_and_every_change_another()
    {
        Random random = new(4);
        EpochInput input = EpochSamples.Draw(random);
        byte[] digest = EpochDigest.Of(input);
        EpochHyperparameters p = input.Hyperparameters;
        EpochInput[] changed =
        [
            input with { CurrentBlock = 1001 }, input with { Tempo = input.Tempo + 1 }, input with { ActivityCutoffBlocks = 1_000_000 },
            input with { LastMechanismStepBlock = 12345 }, input with { LastUpdate = input.LastUpdate.SetItem(0, 5000) },
            input with { BlockAtRegistration = input.BlockAtRegistration.SetItem(0, 5000) },
            input with { AlphaStake = input.AlphaStake.SetItem(0, 1UL << 55) }, input with { RootStake = input.RootStake.SetItem(0, 1UL << 55) },
            input with { TaoWeight = 77 }, input with { StakeThreshold = 77 }, input with { OwnerUid = input.OwnerUid is null ? 0 : null },
            input with { ValidatorPermit = input.ValidatorPermit.SetItem(0, !input.ValidatorPermit[0]) },
            input with { Weights = StoredRows.Empty(input.NeuronCount) }, input with { Bonds = StoredRows.Empty(input.NeuronCount) },
            input with { CommitRevealEnabled = !input.CommitRevealEnabled },
            input with { EarliestCommitBlock = input.EarliestCommitBlock.SetItem(0, 5000) }, input with { Emission = input.Emission + 1 },
            .. new EpochHyperparameters[]
            {
                p with { Kappa = (ushort)(p.Kappa ^ 1) }, p with { MaxAllowedValidators = 999 }, p with { BondsPenalty = (ushort)(p.BondsPenalty ^ 1) },
                p with { BondsMovingAverage = p.BondsMovingAverage ^ 1 }, p with { Yuma3 = !p.Yuma3 }, p with { LiquidAlpha = !p.LiquidAlpha },
                p with { AlphaLow = (ushort)(p.AlphaLow ^ 1) }, p with { AlphaHigh = (ushort)(p.AlphaHigh ^ 1) },
                p with { AlphaSigmoidSteepness = (short)(p.AlphaSigmoidSteepness ^ 1) },
            }.Select(h => input with { Hyperparameters = h }),
        ];

        Assert.That(EpochDigest.Of(input with { }), Is.EqualTo(digest));
        string[] digests = [.. changed.Append(input).Select(i => Convert.ToHexString(EpochDigest.Of(i)))];
        Assert.That(digests, Is.Unique);

        EpochResult result = YumaEpoch.Run(input);
        Assert.That(EpochDigest.Of(result), Is.EqualTo(EpochDigest.Of(YumaEpoch.Run(input))));
        Assert.That(EpochDigest.Of(result with { Emission = result.Emission.SetItem(0, result.Emission[0] + 1) }), Is.Not.EqualTo(EpochDigest.Of(result)));
    }

    [Test]
    public void Input_that_is_no_subnet_is_refused()
    {
        EpochInput input = EpochSamples.Draw(new Random(5));
        int n = input.NeuronCount;
        StoredRow[] rows = [.. Enumerable.Repeat(StoredRow.Empty, n)];
        EpochInput[] bad =
        [
            input with { AlphaStake = [] }, input with { OwnerUid = n }, input with { Weights = StoredRows.Empty(n + 1) },
            input with { Weights = new([new(new[] { (ushort)n }, new ushort[] { 1 }), .. rows[1..]]) },
            input with { Bonds = new([new(new ushort[] { 0, 0 }, new ushort[] { 1, 2 }), .. rows[1..]]) },
        ];
        foreach (EpochInput one in bad)
        {
            Assert.That(() => YumaEpoch.Run(one), Throws.ArgumentException);
        }

        Assert.That(() => new StoredRows([new(new ushort[2], new ushort[1])]), Throws.ArgumentException);
    }
}
