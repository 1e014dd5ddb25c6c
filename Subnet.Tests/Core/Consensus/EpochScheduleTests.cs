using Subnet.Core.Consensus;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Tests.Support;

namespace Subnet.Tests.Core.Consensus;

[TestFixture]
internal sealed class EpochScheduleTests
{
    [TestCase(1_000UL, 900UL, 100, 999UL, false)]
    [TestCase(1_000UL, 900UL, 100, 1_100UL, true)]
    [TestCase(1_000UL, 900UL, 100, 1_099UL, false)]
    [TestCase(1_000UL, 900UL, 0, 99_999UL, false, Description = "tempo 0 never runs")]
    [TestCase(100_000UL, 50_000UL, 65_000, 100_400UL, false, Description = "50,400 blocks after the last step")]
    [TestCase(100_000UL, 50_000UL, 65_000, 100_401UL, true)]
    [TestCase(100_000UL, 0UL, 65_000, 100_401UL, false, Description = "no step yet")]
    public void Epoch_is_due_after_a_tempo_or_long_after_the_last_step(ulong lastEpoch, ulong lastStep, int tempo, ulong height, bool due)
    {
        SubnetState subnet = new(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, lastEpoch, lastStep, 0, 0, 0, 0, 0);
        Hyperparameters parameters = Hyperparameters.Default with { Tempo = (ushort)tempo };
        Assert.That(EpochSchedule.IsDue(subnet, parameters, Math.Max(height, lastEpoch)), Is.EqualTo(due));
    }

    [Test]
    public void At_most_so_many_epochs_run_in_a_block_and_the_rest_in_the_next()
    {
        using TestLedger ledger = new(TestLedger.Quick with { MaxEpochsPerBlock = 2 });
        ushort[] netuids = [ledger.CreateSubnet(), ledger.CreateSubnet("bob"), ledger.CreateSubnet("carol")];
        foreach (ushort netuid in netuids)
        {
            ledger.Administer(netuid, "tempo", 30);
        }

        // From here on all three are due in the same block.
        foreach (ushort netuid in netuids)
        {
            SubnetKey key = new(netuid);
            ledger.State.SubnetStates.Set(key, ledger.State.SubnetStates[key] with { LastEpochBlock = ledger.Engine.Height - 29 });
        }

        Assert.That((Ran(), Ran(), Ran()), Is.EqualTo(((ushort[])[netuids[0], netuids[1]], (ushort[])[netuids[2]], Array.Empty<ushort>())));

        ushort[] Ran() => [.. ledger.Block().Receipts[0].Events.Where(static e => e.Kind == EventKind.EpochRun).Select(static e => e.Netuid)];
    }

    [Test]
    public void New_subnet_starts_as_many_blocks_into_its_tempo_as_its_number_says()
    {
        using TestLedger ledger = new();
        for (int i = 0; i < 8; i++)
        {
            ledger.Do("alice", new CreateSubnetCall(TestLedger.Key($"hot {i}"), $"subnet {i}", ulong.MaxValue));
        }

        SubnetState last = ledger.State.SubnetStates[new SubnetKey(8)];
        Assert.That(last.LastEpochBlock, Is.EqualTo(ledger.Engine.Height - 8));
    }
}
