using Subnet.Core.Consensus;
using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Tests.Support;

namespace Subnet.Tests.Core.Ledger;

/// <summary>Subnets with two matrices of weights on the ledger.</summary>
[TestFixture]
internal sealed class MechanismTests
{
    private static readonly ushort[] Full = [65_535];

    [Test]
    public void Each_mechanism_has_weights_and_bonds_of_its_own_and_its_part_of_the_emission()
    {
        using TestLedger ledger = Ready(out ushort netuid);
        ushort second = MechanismIndex.Of(netuid, 1);
        ledger.Administer(netuid, "mechanism_split", 16_384);
        ledger.Do("bob-hot", new SetWeightsCall(netuid, new ushort[] { 2 }, Full, 0));
        ledger.Do("bob-hot", new SetWeightsCall(second, new ushort[] { 3 }, Full, 0));
        ledger.Skip(12);
        EpochRecord first = ledger.Engine.ReadEpoch(netuid, ledger.Engine.EpochIndexes(netuid)[^1])!;
        EpochRecord other = ledger.Engine.ReadEpoch(second, first.Index)!;
        EpochResult[] results = [YumaEpoch.Run(first.Input), YumaEpoch.Run(other.Input)];
        MechanismResults combined = MechanismResults.Combine(results, [first.Input.Emission, other.Input.Emission]);
        ulong total = first.Input.Emission + other.Input.Emission;
        Neuron carol = ledger.State.Neurons[new NeuronKey(netuid, 2)], dave = ledger.State.Neurons[new NeuronKey(netuid, 3)];
        LedgerEvent[] ran = [.. ledger.Engine.ReadBlock(first.Height)!.Value.Receipts[0].Events.Where(static e => e.Kind == EventKind.EpochRun)];
        Assert.Multiple(() =>
        {
            Assert.That(other.Input.Emission, Is.EqualTo((ulong)((UInt128)total * 16_384 / 65_535)));
            Assert.That(first.Input.Weights.ColumnsOf(1).ToArray(), Is.EqualTo((ushort[])[2]));
            Assert.That(other.Input.Weights.ColumnsOf(1).ToArray(), Is.EqualTo((ushort[])[3]));
            Assert.That((carol.Emission, dave.Emission), Is.EqualTo((combined.Emission[2], combined.Emission[3])));
            Assert.That((carol.Incentive, dave.Incentive), Is.EqualTo((combined.Incentive[2], combined.Incentive[3])));
            Assert.That(dave.Emission, Is.GreaterThan(0UL));
            Assert.That(carol.Emission, Is.InRange(2 * dave.Emission, 4 * dave.Emission));
            Assert.That(ledger.State.Bonds[new NeuronKey(second, 1)].Uids.ToArray(), Is.EqualTo((ushort[])[3]));
            Assert.That(ran.Select(static e => e.Netuid), Is.EqualTo((ushort[])[netuid, second]));
        });
        using LedgerEngine again = ledger.Reopen();
        Assert.That(again.State.Hash, Is.EqualTo(ledger.State.Hash));
    }

    [Test]
    public void Mechanism_that_is_not_there_takes_no_weights_and_a_commit_is_for_one_mechanism()
    {
        using TestLedger ledger = Ready(out ushort netuid);
        ushort second = MechanismIndex.Of(netuid, 1);
        Assert.That(ledger.Submit("bob-hot", new SetWeightsCall(MechanismIndex.Of(netuid, 2), new ushort[] { 2 }, Full, 0)), Is.EqualTo(RejectionReason.MechanismNotFound));
        ledger.Administer(netuid, "commit_reveal_weights_enabled", 1);
        ushort[] salt = [1, 2, 3, 4];
        ledger.Do("bob-hot", new CommitWeightsCall(second, new Hash256(CommitHash.Compute(TestLedger.Key("bob-hot").ToArray(), second, [2], Full, salt, 0))));
        ledger.Skip(5);
        Assert.That(ledger.Submit("bob-hot", new RevealWeightsCall(netuid, new ushort[] { 2 }, Full, salt, 0)), Is.EqualTo(RejectionReason.CommitNotFound));
        Assert.That(ledger.Submit("bob-hot", new RevealWeightsCall(second, new ushort[] { 2 }, Full, salt, 0)), Is.EqualTo(RejectionReason.None));
        Assert.That(ledger.State.LastUpdateOf(second, 1), Is.GreaterThan(ledger.State.LastUpdateOf(netuid, 1)));
    }

    [Test]
    public void Fewer_mechanisms_leave_nothing_of_the_last_behind()
    {
        using TestLedger ledger = Ready(out ushort netuid);
        ushort second = MechanismIndex.Of(netuid, 1);
        ledger.Do("bob-hot", new SetWeightsCall(second, new ushort[] { 3 }, Full, 0));
        ledger.Skip(6);
        Assert.That(ledger.State.Bonds.Contains(new NeuronKey(second, 1)));
        ledger.Administer(netuid, "mechanism_count", 1);
        Assert.Multiple(() =>
        {
            Assert.That(ledger.State.Weights.Contains(new NeuronKey(second, 1)), Is.False);
            Assert.That(ledger.State.Bonds.Contains(new NeuronKey(second, 1)), Is.False);
            Assert.That(ledger.State.MechanismUpdates.Count, Is.Zero);
        });
    }

    private static TestLedger Ready(out ushort netuid)
    {
        TestLedger ledger = new();
        netuid = ledger.CreateSubnet();
        ledger.Administer(netuid, "max_allowed_uids", 128);
        ledger.Administer(netuid, "mechanism_count", 2);
        foreach (string name in new[] { "bob", "carol", "dave" })
        {
            ledger.Do(name, new RegisterNeuronCall(netuid, TestLedger.Key(name + "-hot"), ulong.MaxValue));
        }

        ledger.Do("bob", new AddStakeCall(netuid, TestLedger.Key("bob-hot"), 500 * TestLedger.Tao, 0, false));
        ledger.Skip(6);
        return ledger;
    }
}
