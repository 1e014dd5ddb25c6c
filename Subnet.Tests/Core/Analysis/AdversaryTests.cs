using Subnet.Core.Analysis;
using Subnet.Core.Analysis.Adversaries;
using Subnet.Core.Consensus;

namespace Subnet.Tests.Core.Analysis;

[TestFixture]
internal sealed class AdversaryTests
{
    private const int Validators = 9;
    private const int Neurons = 20;

    [TestCase(true, false)]
    [TestCase(true, true)]
    [TestCase(false, false)]
    public void No_adversary_of_the_library_gains_under_the_default_settings(bool yuma3, bool liquidAlpha)
    {
        EpochInput settings = Subnet(yuma3, liquidAlpha);
        IReadOnlyList<Adversary> library = AdversarySimulation.Library(settings, cabalShare: 400_000);
        Assert.That(library.Select(a => a.Name), Is.EqualTo(new[] { "weight-copier", "sniper", "cabal", "stale-validator", "self-voter" }));
        foreach (Adversary adversary in library)
        {
            AdversaryReport report = AdversarySimulation.Run(settings, adversary, 16);
            Assert.That(report.Pays, Is.False, $"{report.Name}: {report.AttackEmission} against {report.FairEmission}");
            Assert.That(report.AttackByEpoch, Has.Count.EqualTo(16));
        }
    }

    [Test]
    public void A_cabal_with_most_of_the_stake_does_gain()
    {
        EpochInput settings = Subnet(yuma3: true, liquidAlpha: false);
        AdversaryReport report = AdversarySimulation.Run(settings, new Cabal([6, 7, 8], 19, 600_000), 8);
        Assert.That(report.Pays, $"{report.AttackEmission} against {report.FairEmission}");
    }

    [Test]
    public void A_sniper_inherits_nothing()
    {
        AdversaryReport report = AdversarySimulation.Run(Subnet(yuma3: true, liquidAlpha: false), new Sniper(12), 4);
        Assert.That(report.AttackEmission, Is.EqualTo((UInt128)0));
    }

    [Test]
    public void What_if_a_cabal_held_a_given_share_lists_what_changes()
    {
        EpochInput before = Subnet(yuma3: true, liquidAlpha: false);
        EpochInput after = WhatIf.WithCabal(before, [6, 7, 8], 19, 400_000);
        EpochDifference difference = WhatIf.Compare(before, after);
        double share = new[] { 6, 7, 8 }.Sum(uid => difference.After.Numbers.Stake[uid].ToDouble());
        Assert.That(share, Is.EqualTo(0.4).Within(1e-6));
        Assert.That(difference.Changed.Select(d => d.Uid), Does.Contain(6));
        Assert.That(difference.Changed.All(d => d.Before != d.After));
        Assert.That(difference.After.Consensus[19], Is.LessThan(65535 / 2), "two fifths do not decide");
        Assert.That(WhatIf.Compare(before, before).Changed, Is.Empty);
        Assert.That(() => WhatIf.WithCabal(before, [], 19, 1), Throws.ArgumentException);
        Assert.That(() => WhatIf.WithCabal(before, [99], 19, 1), Throws.ArgumentException);
        Assert.That(() => WhatIf.WithStakeShare(before, [1], WhatIf.WholeStake), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Validators_are_ranked_by_what_reaches_a_delegator()
    {
        EpochExplanation epoch = EpochExplanation.Of(Subnet(yuma3: true, liquidAlpha: false));
        ValidatorEpoch seen = ValidatorEpoch.Of(epoch, 0, take: 0);
        Assert.That(seen.Dividend, Is.Positive);
        IReadOnlyList<ValidatorStanding> ranked = ValidatorComparison.Rank(
        [
            new("dear", 11_796, [seen with { Take = 11_796 }, seen with { Take = 11_796 }], 1),
            new("lately dear", 11_796, [seen, seen with { Take = 11_796 }], 0),
            new("cheap", 0, [seen, seen], 0),
            new("idle", 0, [seen with { Dividend = 0 }], 0),
            new("new", 0, [], 0),
        ]);
        Assert.That(ranked.Select(r => r.Hotkey), Is.EqualTo(new[] { "cheap", "lately dear", "dear", "idle", "new" }));
        Assert.That(ranked[0].ReturnAfterTake, Is.EqualTo(seen.Dividend / (double)seen.Stake).Within(1e-15));
        Assert.That(ranked[2].ReturnAfterTake, Is.EqualTo(ranked[0].ReturnAfterTake * (1 - (11_796 / 65535.0))).Within(1e-12));
        Assert.That(
            ranked[1].ReturnAfterTake, Is.EqualTo((ranked[0].ReturnAfterTake + ranked[2].ReturnAfterTake) / 2).Within(1e-15), "each epoch by the take it had");
        Assert.That(ranked[2].MissedReveals, Is.EqualTo(1));
        Assert.That(ranked[0].MeanAgreement, Is.InRange(0.5, 1));
    }

    /// <summary>Validators first; they agree up to a tenth on miners of differing quality.</summary>
    private static EpochInput Subnet(bool yuma3, bool liquidAlpha)
    {
        Random random = new(31);
        ushort[] miners = [.. Enumerable.Range(Validators, Neurons - Validators).Select(u => (ushort)u)];
        StoredRow[] weights =
        [
            .. Enumerable.Range(0, Neurons).Select(v => v >= Validators
                ? StoredRow.Empty
                : new StoredRow(miners, miners.Select(m => (ushort)((3000 + (2500 * (Neurons - m))) * (0.95 + (0.1 * random.NextDouble())))).ToArray())),
        ];
        return new EpochInput
        {
            CurrentBlock = 100_000,
            Tempo = 360,
            ActivityCutoffBlocks = 500,
            LastMechanismStepBlock = 99_640,
            LastUpdate = [.. Enumerable.Repeat(99_990UL, Neurons)],
            BlockAtRegistration = [.. Enumerable.Repeat(10UL, Neurons)],
            AlphaStake = [.. Enumerable.Range(0, Neurons).Select(u => u < Validators ? 1_000_000_000_000UL + (ulong)u : 0UL)],
            RootStake = [.. new ulong[Neurons]],
            TaoWeight = 0,
            StakeThreshold = 0,
            OwnerUid = null,
            ValidatorPermit = [.. Enumerable.Range(0, Neurons).Select(u => u < Validators)],
            Weights = new(weights),
            Bonds = StoredRows.Empty(Neurons),
            CommitRevealEnabled = true,
            EarliestCommitBlock = [.. new ulong?[Neurons]],
            Hyperparameters = new EpochHyperparameters { Yuma3 = yuma3, LiquidAlpha = liquidAlpha },
            Emission = 360_000_000_000,
        };
    }
}
