using Subnet.Core.Analysis;
using Subnet.Core.Consensus;
using Subnet.Core.Numerics;
using Subnet.Tests.Core.Support;

namespace Subnet.Tests.Core.Analysis;

[TestFixture]
internal sealed class EpochExplanationTests
{
    [Test]
    public void Parts_add_up_to_what_they_explain()
    {
        Random random = new(21);
        for (int round = 0; round < 300; round++)
        {
            EpochInput input = EpochSamples.Draw(random);
            ushort[] takes = [.. Enumerable.Range(0, input.NeuronCount).Select(_ => (ushort)random.Next(11_797))];
            EpochExplanation why = EpochExplanation.Of(input, takes);
            PairExplanation[] pairs = [.. Enumerable.Range(0, input.NeuronCount).SelectMany(why.PairsOf)];

            foreach (NeuronExplanation neuron in why.Neurons)
            {
                PairExplanation[] asMiner = [.. pairs.Where(p => p.Miner == neuron.Uid)];
                PairExplanation[] asValidator = [.. pairs.Where(p => p.Validator == neuron.Uid)];
                Assert.That(asMiner.Sum(p => p.Contribution.Bits), Is.EqualTo(neuron.Rank.Bits));
                Assert.That(asValidator.Sum(p => p.Clipped.Bits), Is.EqualTo(neuron.ValidatorTrust.Bits));
                Assert.That(asValidator.Sum(p => p.Normalised.Bits), Is.LessThanOrEqualTo(I32F32.One.Bits));
                Assert.That(neuron.Take + neuron.ToNominators + neuron.TakeDust, Is.EqualTo(neuron.ValidatorEmission));
                Assert.That(neuron.TakeDust, Is.LessThanOrEqualTo(1));
                if (!why.PaidByStake && neuron.Dividends.Bits > 0)
                {
                    ulong explained = asValidator.Aggregate(0UL, (sum, p) => sum + p.DividendAmount);
                    Assert.That(explained, Is.LessThanOrEqualTo(neuron.ValidatorEmission));
                    Assert.That(explained + (ulong)asValidator.Length, Is.GreaterThanOrEqualTo(neuron.ValidatorEmission));
                }
            }

            Assert.That(why.WithheldFromOwner, Is.EqualTo(input.OwnerUid is { } owner ? why.Result.ServerEmission[owner] : 0UL));
            Assert.That(why.ServerEmission + why.ValidatorEmission + why.Dust, Is.EqualTo((UInt128)input.Emission));
            Assert.That(EpochDigest.Of(why.Result), Is.EqualTo(EpochDigest.Of(YumaEpoch.Run(input))), "explaining changes nothing");
        }
    }

    [Test]
    public void Every_weight_counts_or_says_why_not()
    {
        Random random = new(22);
        HashSet<WeightMask> met = [];
        for (int round = 0; round < 300; round++)
        {
            EpochInput input = EpochSamples.Draw(random);
            EpochExplanation why = EpochExplanation.Of(input);
            foreach (PairExplanation pair in Enumerable.Range(0, input.NeuronCount).SelectMany(why.PairsOf))
            {
                met.Add(pair.Mask);
                Assert.That(pair.Mask == WeightMask.None || pair.Normalised.Bits == 0, pair.ToString());
                if (pair.Mask == WeightMask.None && pair.RawWeight > 0)
                {
                    Assert.That(pair.Normalised.Bits, Is.Positive, pair.ToString());
                }
            }
        }

        Assert.That(met, Is.EquivalentTo(Enum.GetValues<WeightMask>()));
    }

    [Test]
    public void A_clipped_validator_is_told_the_weight_that_consensus_leaves_whole()
    {
        Random random = new(23);
        int tried = 0;
        for (int round = 0; round < 300; round++)
        {
            EpochInput input = EpochSamples.Draw(random);
            EpochExplanation why = EpochExplanation.Of(input);
            foreach (PairExplanation pair in Enumerable.Range(0, input.NeuronCount).SelectMany(why.PairsOf))
            {
                if (pair.RawWeightWithinConsensus is { } within)
                {
                    tried++;
                    Assert.That(within, Is.LessThan(pair.RawWeight!.Value), pair.ToString());
                    Assert.That(Share(input, why, pair, within), Is.LessThanOrEqualTo(pair.Consensus), pair.ToString());
                    Assert.That(Share(input, why, pair, (ulong)within + 2), Is.GreaterThanOrEqualTo(pair.Consensus), pair.ToString());
                }
            }
        }

        Assert.That(tried, Is.GreaterThan(100));
    }

    [Test]
    public void Permit_and_pruning_distances_are_those_of_the_neighbours()
    {
        EpochInput input = Small() with { AlphaStake = [500, 300, 100, 0], Hyperparameters = new() { MaxAllowedValidators = 2 } };
        EpochExplanation why = EpochExplanation.Of(input);
        Assert.That(why.Neurons.Select(n => n.PermitDistance), Is.EqualTo(new Int128?[] { 400, 200, -200, -300 }));
        Assert.That(why.Neurons.Select(n => n.PruningPlace), Is.EquivalentTo(new[] { 0, 1, 2, 3 }));
        NeuronExplanation first = why.Neurons.Single(n => n.PruningPlace == 0);
        Assert.That(why.Neurons.Select(n => n.Emission).Min(), Is.EqualTo(first.Emission));
        Assert.That(first.PruningDistance, Is.Zero);
    }

    [Test]
    public void Agreement_is_one_with_consensus_and_zero_without()
    {
        EpochExplanation why = EpochExplanation.Of(Small());
        Assert.That(why.AgreementOf(0), Is.EqualTo(1).Within(1e-6));
        Assert.That(why.AgreementOf(2), Is.Zero);
    }

    [Test]
    public void Takes_must_be_one_for_each_neuron() =>
        Assert.That(() => EpochExplanation.Of(Small(), [1, 2]), Throws.ArgumentException);

    /// <summary>Two validators that agree on uid 3, a third that puts its weight on uid 0.</summary>
    private static EpochInput Small()
    {
        StoredRow onMiner = new(new ushort[] { 3 }, new ushort[] { 65535 }), elsewhere = new(new ushort[] { 0 }, new ushort[] { 65535 });
        return new EpochInput
        {
            CurrentBlock = 1000,
            Tempo = 100,
            ActivityCutoffBlocks = 500,
            LastMechanismStepBlock = 900,
            LastUpdate = [990, 990, 990, 990],
            BlockAtRegistration = [1, 2, 3, 4],
            AlphaStake = [500, 500, 100, 0],
            RootStake = [0, 0, 0, 0],
            TaoWeight = 0,
            StakeThreshold = 0,
            OwnerUid = null,
            ValidatorPermit = [true, true, true, false],
            Weights = new([onMiner, onMiner, elsewhere, StoredRow.Empty]),
            Bonds = StoredRows.Empty(4),
            CommitRevealEnabled = false,
            EarliestCommitBlock = [null, null, null, null],
            Hyperparameters = new EpochHyperparameters(),
            Emission = 1_000_000,
        };
    }

    private static I32F32 Share(EpochInput input, EpochExplanation why, PairExplanation pair, ulong weight)
    {
        ulong rest = why.PairsOf(pair.Validator)
            .Where(p => p.Miner != pair.Miner && p.Mask == WeightMask.None)
            .Aggregate(0UL, (sum, p) => sum + (p.RawWeight ?? 0UL));
        Assert.That(input.Weights.ValueAt(pair.Validator, pair.Miner), Is.EqualTo(pair.RawWeight));
        return I32F32.FromRatio((long)weight, (long)(rest + weight));
    }
}
