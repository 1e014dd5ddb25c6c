using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Health.Node;
using Subnet.Health.Review.Tracing;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Review;

/// <summary>What a trace is told by a real ledger: one with every link, one that lacks them, one with nothing at all, one of another history.</summary>
[TestFixture]
internal sealed class LedgerTraceTests
{
    private static readonly byte[] Card = [.. Enumerable.Repeat((byte)7, 32)];

    private static string CardHex => Convert.ToHexStringLower(Card);

    [Test]
    public async Task Ledger_with_every_link_gives_model_anchor_weight_and_emission()
    {
        await using InProcessLedger ledger = new InProcessLedger().StartOnDemand();
        ushort netuid = await ledger.CreateSubnet("miner", "validator");
        await ledger.Do("validator", new AddStakeCall(netuid, ledger.Id("validator-hot"), 100 * InProcessLedger.Tao, 0, false));
        CallOutcome registered = await ledger.Do("miner-hot", new RegisterModelCall(netuid, 1, new Hash256(Card), Card, Array.Empty<byte>()));
        CallOutcome anchored = await ledger.Do("clinic", new AnchorCheckpointCall("audit.example/clinic-7", 3, Hash256.Of("root"u8)));
        await ledger.Skip(12);
        await ledger.Do("validator-hot", new SetWeightsCall(netuid, new ushort[] { 1 }, new ushort[] { 65_535 }, 0));
        DateTimeOffset set = (await ledger.Client.GetTipAsync()).Time;
        await ledger.Skip(20);
        LedgerTrace trace = await LedgerTrace.OfAsync(ledger.Client, default);

        TracedModel model = (await trace.ModelAsync(CardHex, default))!;
        Assert.That((model.Netuid, model.Miner, model.Commitment, model.Height, model.RetiredTime), Is.EqualTo(((int)netuid, Address("miner-hot"), CardHex, (long)registered.Height, (DateTimeOffset?)null)));
        Assert.That(model.Time, Is.EqualTo((await ledger.Client.GetBlockAsync(registered.Height))!.Time));
        Assert.That(await trace.AnchorAsync("audit.example/clinic-7", default), Is.EqualTo(new TracedAnchor(3, Hash256.Of("root"u8).ToString(), (long)anchored.Height)));
        IReadOnlyList<TracedEpoch> epochs = await trace.EpochsAfterAsync(netuid, Address("miner-hot"), set, 16, default);
        Assert.That(epochs.Select(epoch => epoch.Index), Is.Ordered.Ascending.And.Unique);
        Assert.That(epochs, Has.Count.GreaterThan(1));
        Assert.That(epochs.Select(epoch => epoch.Time), Is.All.GreaterThan(set));
        TracedEpoch paid = epochs[^1];
        Assert.That(paid.Weights, Is.EqualTo(new Dictionary<string, int> { [Address("validator-hot")] = 65_535 }));
        Assert.That((paid.Incentive, paid.EmissionRao > 0, paid.Block), Is.EqualTo((1.0, true, (await ledger.Client.GetBlockAsync((ulong)paid.Height))!.Id.ToString())));
        Assert.That((await trace.EpochsAfterAsync(netuid, Address("miner-hot"), set, 1, default)).Single().Index, Is.EqualTo(epochs[0].Index), "the oldest first");

        await ledger.Do("miner-hot", new RetireModelCall(netuid, new Hash256(Card)));
        Assert.That((await trace.ModelAsync(CardHex, default))!.RetiredTime, Is.GreaterThan(model.Time));
    }

    [Test]
    public async Task Ledger_that_lacks_a_link_says_so_and_takes_no_other_for_it()
    {
        await using InProcessLedger ledger = new InProcessLedger().StartOnDemand();
        ushort netuid = await ledger.CreateSubnet("miner", "validator");
        await ledger.Do("miner-hot", new RegisterModelCall(netuid, 1, new Hash256(Card), Card, Array.Empty<byte>()));
        await ledger.Do("clinic", new AnchorCheckpointCall("audit.example/clinic-7", 3, Hash256.Of("root"u8)));
        await ledger.Skip(12);
        LedgerTrace trace = await LedgerTrace.OfAsync(ledger.Client, default);
        foreach (string card in (string[])[TestLog.Hash("another card"), CardHex[..62], "not a hash", ""])
        {
            Assert.That(await trace.ModelAsync(card, default), Is.Null, card);
        }

        Assert.That(await trace.AnchorAsync("audit.example/clinic-8", default), Is.Null);
        Assert.That(await trace.EpochsAfterAsync(netuid, Address("miner-hot"), DateTimeOffset.UnixEpoch, 16, default), Is.Not.Empty, "there are epochs of this miner");
        foreach ((int subnet, string miner, DateTimeOffset after) in ((int, string, DateTimeOffset)[])
            [
                (netuid, Address("stranger"), DateTimeOffset.UnixEpoch), (netuid, "no address", DateTimeOffset.UnixEpoch), (999, Address("miner-hot"), DateTimeOffset.UnixEpoch),
                (-1, Address("miner-hot"), DateTimeOffset.UnixEpoch), (70_000, Address("miner-hot"), DateTimeOffset.UnixEpoch), (netuid, Address("miner-hot"), DateTimeOffset.MaxValue),
            ])
        {
            Assert.That(await trace.EpochsAfterAsync(subnet, miner, after, 16, default), Is.Empty, $"{subnet} {miner} {after}");
        }
    }

    [Test]
    public async Task Ledger_without_a_block_has_no_link_and_fails_none()
    {
        await using InProcessLedger ledger = new();
        using TraceNetwork network = new();
        await network.WriteAsync();
        QueryTrace trace = await network.TraceAsync(await LedgerTrace.OfAsync(ledger.Client, default), "clinic", "miner", "validator");
        Dictionary<string, TraceStatus> statuses = trace.Links.GroupBy(link => link.Step).ToDictionary(group => group.Key, group => group.First().Status);
        Assert.That(
            (statuses["model-registered"], statuses["weight"], statuses["emission"], statuses["checkpoint"]),
            Is.EqualTo((TraceStatus.Missing, TraceStatus.Open, TraceStatus.Open, TraceStatus.Verified)));
        Assert.That((trace.IsSound, trace.IsComplete), Is.EqualTo((true, false)));
    }

    [TestCase(0, false, TraceStatus.Verified, "its first")]
    [TestCase(2, false, TraceStatus.Verified, "its first")]
    [TestCase(0, true, TraceStatus.Failed, "two histories")]
    [TestCase(2, true, TraceStatus.Failed, "two histories")]
    [TestCase(-5, true, TraceStatus.Verified, "is older")]
    public async Task Ledger_that_anchored_another_history_of_the_log_fails_its_checkpoint_whatever_the_size(int before, bool forked, TraceStatus status, string says)
    {
        await using InProcessLedger ledger = new InProcessLedger().StartOnDemand();
        using TraceNetwork network = new();
        await network.WriteAsync();
        ITraceLog log = network.Log("clinic");
        Checkpoint head = log.Checkpoint;
        long size = head.Size - before;
        Hash256 root = forked ? Hash256.Of("another root"u8)
            : new Hash256(Subnet.Crypto.Transparency.Merkle.MerkleTree.Root([.. log.Entries().Take((int)size).Select(entry => entry.Leaf)]).ToArray());
        await ledger.Do("clinic", new AnchorCheckpointCall(head.Origin, (ulong)size, root));
        QueryTrace trace = await network.TraceAsync(await LedgerTrace.OfAsync(ledger.Client, default), "clinic");
        TraceLink link = trace.Links.Single(each => each.Step == "checkpoint");
        Assert.That((link.Status, link.Why), Is.EqualTo((status, link.Why)));
        Assert.That(link.Why, Does.Contain(says));
    }

    private static string Address(string name)
    {
        using Subnet.Crypto.Identity.SigningKey key = InProcessLedger.SigningKeyOf(name);
        return key.Address;
    }
}
