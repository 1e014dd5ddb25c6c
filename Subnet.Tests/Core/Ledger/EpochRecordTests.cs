using Subnet.Core.Consensus;
using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Tests.Core.Support;
using Subnet.Tests.Support;

namespace Subnet.Tests.Core.Ledger;

/// <summary>What an epoch read, kept and committed to.</summary>
[TestFixture]
internal sealed class EpochRecordTests
{
    [Test]
    public void Record_reads_back_to_the_same_epoch()
    {
        Random random = new(61);
        for (int i = 0; i < 100; i++)
        {
            EpochRecord record = Draw(random);
            byte[] encoded = record.Encode();
            EpochRecord read = EpochRecord.Decode(encoded);
            Assert.Multiple(() =>
            {
                Assert.That(EpochDigest.Of(read.Input), Is.EqualTo(EpochDigest.Of(record.Input)));
                Assert.That(read.Neurons, Is.EqualTo(record.Neurons));
                Assert.That((read.Netuid, read.Index), Is.EqualTo((record.Netuid, record.Index)));
                Assert.That(read.Encode(), Is.EqualTo(encoded));
            });
        }
    }

    [Test]
    public void Mutated_bytes_are_refused_with_the_format_error_or_read_back_to_themselves()
    {
        Random random = new(62);
        for (int i = 0; i < 3_000; i++)
        {
            byte[] mutated = Mutation.Apply(Draw(random).Encode(), random);
            try
            {
                Assert.That(EpochRecord.Decode(mutated).Encode(), Is.EqualTo(mutated));
            }
            catch (LedgerFormatException)
            {
                continue;
            }
        }
    }

    [Test]
    public void Block_commits_to_what_its_epoch_read_and_decided()
    {
        using TestLedger ledger = new();
        ushort netuid = ledger.CreateSubnet();
        ledger.Do("bob", new RegisterNeuronCall(netuid, TestLedger.Key("bob-hot"), ulong.MaxValue));
        ledger.Do("bob", new AddStakeCall(netuid, TestLedger.Key("bob-hot"), 50 * TestLedger.Tao, 0, false));
        ledger.Do("bob-hot", new SetWeightsCall(netuid, new ushort[] { 0 }, new ushort[] { 65_535 }, 0));
        ledger.Skip(15);
        ulong newest = ledger.Engine.EpochIndexes(netuid)[^1];
        EpochRecord record = ledger.Engine.ReadEpoch(netuid, newest)!;
        LedgerEvent ran = ledger.Engine.ReadBlock(record.Height)!.Value.Receipts[0].Events.Single(e => e.Kind == EventKind.EpochRun && e.Netuid == netuid);
        EpochResult result = YumaEpoch.Run(record.Input);
        Assert.Multiple(() =>
        {
            Assert.That(ran.Amount, Is.EqualTo(newest));
            Assert.That(ran.Subject.ToArray(), Is.EqualTo(Hash256.Of(record.Encode()).ToArray()));
            Assert.That(ran.Other.ToArray(), Is.EqualTo(EpochDigest.Of(result)));
            Assert.That(result.Emission, Is.EqualTo(Enumerable.Range(0, 2).Select(uid => ledger.State.Neurons[new NeuronKey(netuid, (ushort)uid)].Emission)));
            Assert.That(record.Neurons[1], Is.EqualTo(new EpochNeuron(TestLedger.Key("bob-hot"), TestLedger.Key("bob"), ledger.State.Hotkeys[TestLedger.Key("bob-hot")].Take)));
        });
    }

    private static EpochRecord Draw(Random random)
    {
        EpochInput input = EpochSamples.Draw(random);
        return new EpochRecord(
            (ushort)random.Next(65_536),
            (ulong)random.NextInt64(),
            [.. Enumerable.Range(0, input.NeuronCount).Select(uid => new EpochNeuron(TestLedger.Key($"hot {uid}"), TestLedger.Key($"cold {uid}"), (ushort)random.Next(65_536)))],
            input);
    }
}
