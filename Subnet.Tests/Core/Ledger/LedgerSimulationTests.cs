using Subnet.Core.Ledger;
using Subnet.Core.State;
using Subnet.Core.Storage;
using Subnet.Tests.Support;

namespace Subnet.Tests.Core.Ledger;

/// <summary>A smaller one of the simulation that <c>Subnet.Benchmarks</c> runs with 32 subnets, 64 neurons and 10,000 blocks.</summary>
[TestFixture]
internal sealed class LedgerSimulationTests
{
    [Test]
    public void Simulated_network_conserves_everything_and_its_follower_agrees()
    {
        using SqliteLedgerStore store = new(":memory:");
        using LedgerSimulation simulation = new(store, subnets: 4, neurons: 16, seed: 1, snapshotInterval: 200);
        simulation.Run(800);
        LedgerState state = simulation.Engine.State;
        Assert.Multiple(() =>
        {
            Assert.That(simulation.Accepted, Is.GreaterThan(2 * simulation.Refused));
            foreach (ushort netuid in state.Netuids)
            {
                SubnetState subnet = state.SubnetStates[new SubnetKey(netuid)];
                Assert.That(subnet.EpochIndex, Is.GreaterThanOrEqualTo(2UL));
                Assert.That(subnet.DustAlpha, Is.LessThan(100_000UL), "dust is units, not stakes");
                Assert.That(
                    state.Neurons.Unordered().Where(n => n.Key.Netuid == netuid).Count(n => n.Value.Incentive > 0), Is.GreaterThan(5));
            }

            Assert.That(state.Children.Count, Is.EqualTo(4));
            EventKind[] happened = [.. Events(simulation.Engine).Select(static e => e.Kind).Distinct()];
            Assert.That(
                happened,
                Is.SupersetOf((EventKind[])
                [
                    EventKind.WeightsCommitted, EventKind.WeightsRevealed, EventKind.CommitExpired, EventKind.Proposed, EventKind.Voted, EventKind.ProposalExecuted,
                    EventKind.IssuerKeyPublished, EventKind.AccessPurchased, EventKind.AccessSettled, EventKind.AccessExpired, EventKind.EmissionRecycled,
                ]),
                "conservation was put to the test by all of it");
            Assert.That(state.Bonds.Count, Is.Positive);
        });

        using LedgerEngine fromGenesis = LedgerEngine.Open(store, null, LedgerSimulation.Services, new LedgerOptions(0, IgnoreSnapshots: true));
        using LedgerEngine fromSnapshot = LedgerEngine.Open(store, null, LedgerSimulation.Services);
        Assert.That(fromGenesis.State.Hash, Is.EqualTo(state.Hash));
        Assert.That(fromSnapshot.State.Hash, Is.EqualTo(state.Hash));
    }

    [Test]
    public void Ledger_whose_store_had_no_room_for_any_block_at_first_is_to_the_bit_the_one_that_always_had_room()
    {
        using SqliteLedgerStore roomy = new(":memory:"), narrow = new(":memory:");
        using FullLedgerStore full = new(narrow);
        using LedgerSimulation undisturbed = new(roomy, subnets: 4, neurons: 16, seed: 3, snapshotInterval: 100), disturbed = new(full, subnets: 4, neurons: 16, seed: 3, snapshotInterval: 100);
        undisturbed.Run(400);
        disturbed.Run(400);
        Assert.That(disturbed.Engine.State.Netuids.Select(netuid => disturbed.Engine.State.SubnetStates[new SubnetKey(netuid)].EpochIndex), Is.All.GreaterThanOrEqualTo(1UL));
        Assert.That((ulong)full.Refused, Is.EqualTo(disturbed.Engine.Height), "every block was taken back once");
        Assert.That(
            (disturbed.Engine.Height, disturbed.Engine.TipId, disturbed.Engine.State.Hash),
            Is.EqualTo((undisturbed.Engine.Height, undisturbed.Engine.TipId, undisturbed.Engine.State.Hash)));

        using LedgerEngine read = LedgerEngine.Open(narrow, null, LedgerSimulation.Services);
        Assert.That(read.State.Hash, Is.EqualTo(disturbed.Engine.State.Hash));
    }

    [Test]
    public void Block_without_transactions_hashes_what_it_changed_and_not_the_whole_state()
    {
        using SqliteLedgerStore store = new(":memory:");
        using LedgerSimulation simulation = new(store, subnets: 2, neurons: 8, seed: 2);
        simulation.Produce([]);
        long small = AllocatedBy(simulation);
        for (int i = 0; i < 20_000; i++)
        {
            simulation.Engine.State.Accounts.Set(SampleCalls.DrawAccount(new Random(i)), new Account(0, 1));
        }

        simulation.Produce([]);
        Assert.That(AllocatedBy(simulation), Is.LessThan(small + 50_000));
    }

    private static IEnumerable<LedgerEvent> Events(LedgerEngine engine)
    {
        for (ulong height = 1; height <= engine.Height; height++)
        {
            foreach (LedgerEvent one in engine.ReadBlock(height)!.Value.Receipts.SelectMany(static r => r.Events))
            {
                yield return one;
            }
        }
    }

    private static long AllocatedBy(LedgerSimulation simulation)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        simulation.Produce([]);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
