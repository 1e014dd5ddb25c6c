using Subnet.Core.Consensus;
using Subnet.Core.Emission;
using Subnet.Tests.Core.Support;

namespace Subnet.Tests.Core.Consensus;

[TestFixture]
internal sealed class MechanismResultsTests
{
    [Test]
    public void One_mechanism_is_the_epoch_itself()
    {
        EpochInput input = EpochSamples.Draw(new Random(61));
        EpochResult result = YumaEpoch.Run(input);
        MechanismResults combined = MechanismResults.Combine([result], [input.Emission]);
        Assert.That(combined.Incentive, Is.EqualTo(result.Incentive));
        Assert.That(combined.Consensus, Is.EqualTo(result.Consensus));
        Assert.That(combined.Emission, Is.EqualTo(result.Emission));
        Assert.That(combined.Active, Is.EqualTo(result.Active));
    }

    [Test]
    public void Fractions_are_weighted_by_emission_and_amounts_add_up()
    {
        EpochInput input = EpochSamples.Draw(new Random(62)) with { Emission = 1_000_000 };
        ulong[] parts = MechanismSplit.Divide(input.Emission, 2, [16384, 49151]);
        EpochResult first = YumaEpoch.Run(input with { Emission = parts[0] });
        EpochResult second = YumaEpoch.Run(input with { Emission = parts[1], Weights = StoredRows.Empty(input.NeuronCount) });
        MechanismResults combined = MechanismResults.Combine([first, second], parts);
        for (int uid = 0; uid < input.NeuronCount; uid++)
        {
            double expected = ((first.Dividends[uid] * (double)parts[0]) + (second.Dividends[uid] * (double)parts[1])) / input.Emission;
            Assert.That(combined.Dividends[uid], Is.InRange(expected - 2, expected));
            Assert.That(combined.Emission[uid], Is.EqualTo(first.Emission[uid] + second.Emission[uid]));
            Assert.That(combined.ValidatorPermit[uid], Is.EqualTo(first.ValidatorPermit[uid] || second.ValidatorPermit[uid]));
        }
    }

    [Test]
    public void Without_emission_the_first_mechanism_speaks_for_all()
    {
        EpochInput input = EpochSamples.Draw(new Random(63)) with { Emission = 0 };
        EpochResult result = YumaEpoch.Run(input);
        EpochResult other = YumaEpoch.Run(input with { Weights = StoredRows.Empty(input.NeuronCount) });
        MechanismResults combined = MechanismResults.Combine([result, other], [0, 0]);
        Assert.That(combined.Incentive, Is.EqualTo(result.Incentive));
        Assert.That(combined.StakeWeight, Is.EqualTo(result.StakeWeight));
        Assert.That(() => MechanismResults.Combine([], []), Throws.ArgumentException);
        Assert.That(() => MechanismResults.Combine([result], [0, 0]), Throws.ArgumentException);
    }
}
