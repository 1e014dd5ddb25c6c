using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Health.Node;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Node;

[TestFixture]
internal sealed class LedgerClientTests
{
    [Test]
    public async Task Accepted_call_is_visible_to_the_reads_that_follow()
    {
        await using InProcessLedger ledger = new InProcessLedger().Start();
        CallOutcome outcome = await ledger.Client.SubmitAsync(ledger.Key("clinic"), new TransferCall(ledger.Id("stranger"), 7));
        Account stranger = await ledger.Client.GetAccountAsync(ledger.Id("stranger"));
        LedgerBlock? block = await ledger.Client.GetBlockAsync(outcome.Height);
        Assert.Multiple(() =>
        {
            Assert.That(outcome.IsAccepted);
            Assert.That(stranger, Is.EqualTo(new Account(7, 0)));
            Assert.That(block!.Block.Transactions.Single().Id, Is.EqualTo(outcome.Transaction));
            Assert.That(block.Events, Has.Some.EqualTo(outcome.Receipt!.Events[0]));
        });
    }

    [Test]
    public async Task Refusal_is_an_answer_with_its_reason_whether_in_a_block_or_not()
    {
        await using InProcessLedger ledger = new InProcessLedger().Start();
        CallOutcome paid = await ledger.Client.SubmitAsync(ledger.Key("clinic"), new TransferCall(ledger.Id("stranger"), ulong.MaxValue));
        CallOutcome unpaid = await ledger.Client.SubmitAsync(ledger.Key("stranger"), new TransferCall(ledger.Id("clinic"), 1));
        Assert.Multiple(() =>
        {
            Assert.That((paid.IsAccepted, paid.Reason, paid.Height > 0), Is.EqualTo((false, RejectionReason.InsufficientBalance, true)));
            Assert.That((unpaid.IsAccepted, unpaid.Reason, unpaid.Height), Is.EqualTo((false, RejectionReason.FeeNotCovered, 0UL)));
            Assert.That(() => unpaid.Demand(), Throws.TypeOf<LedgerRefusedException>().With.Message.Contains("fee"));
        });
    }

    [Test]
    public async Task Calls_of_one_signer_made_at_once_are_all_done()
    {
        await using InProcessLedger ledger = new InProcessLedger().Start(2);
        CallOutcome[] outcomes = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => ledger.Client.SubmitAsync(ledger.Key("clinic"), new TransferCall(ledger.Id("stranger"), 1))));
        Assert.That(outcomes.Select(static o => o.Reason), Is.All.EqualTo(RejectionReason.None));
        Assert.That((await ledger.Client.GetAccountAsync(ledger.Id("stranger"))).Balance, Is.EqualTo(8UL));
    }

    [Test]
    public async Task Followers_see_every_block_in_order_until_they_stop()
    {
        await using InProcessLedger ledger = new();
        await ledger.Node.MakeBlockAsync();
        using CancellationTokenSource stop = new(Patience.Long);
        List<ulong> heights = [];
        Hash256 previous = ledger.Client.Identity.GenesisHash;
        Task follower = Task.Run(async () =>
        {
            await foreach (LedgerBlock block in ledger.Client.FollowAsync(0, stop.Token))
            {
                Assert.That(block.Block.Header.Previous, Is.EqualTo(previous));
                previous = block.Id;
                heights.Add(block.Height);
                if (heights.Count == 5)
                {
                    await stop.CancelAsync();
                }
            }
        });
        for (int i = 0; i < 4; i++)
        {
            await ledger.Node.MakeBlockAsync();
        }

        await follower;
        Assert.That(heights, Is.EqualTo((ulong[])[1, 2, 3, 4, 5]));
    }

    [Test]
    public async Task Metagraph_names_neurons_with_endpoints_and_owners()
    {
        await using InProcessLedger ledger = new InProcessLedger().Start(2);
        ushort netuid = await ledger.CreateSubnet("miner");
        await ledger.Do("miner-hot", new ServeEndpointCall(netuid, "https://127.0.0.1:9000"));
        Metagraph? metagraph = await ledger.Client.GetMetagraphAsync(netuid);
        NeuronView? miner = metagraph!.Find(ledger.Id("miner-hot"));
        Assert.Multiple(() =>
        {
            Assert.That(miner!.Endpoint, Is.EqualTo("https://127.0.0.1:9000"));
            Assert.That(miner.Coldkey, Is.EqualTo(ledger.Id("miner")));
            Assert.That(metagraph.Neurons, Has.Count.EqualTo(2));
            Assert.That(metagraph.Subnet.Hyperparameters.Tempo, Is.EqualTo(5));
        });
        Assert.That(await ledger.Client.GetMetagraphAsync(999), Is.Null);
    }

    [Test]
    public async Task Submission_to_a_ledger_without_sequencer_says_so()
    {
        await using InProcessLedger ledger = new();
        LedgerClient impatient = new(ledger.Node.Host, new LocalGateway(ledger.Node.Host, TimeProvider.System, TimeSpan.FromMilliseconds(20)));
        Assert.That(
            async () => await impatient.SubmitAsync(ledger.Key("clinic"), new TransferCall(ledger.Id("miner"), 1)),
            Throws.TypeOf<LedgerUnreachableException>().With.Message.Contains("no node makes blocks"));
    }

    [Test]
    public async Task Stopped_ledger_ends_its_followers_and_refuses_reads()
    {
        InProcessLedger ledger = new();
        await using (ledger)
        {
            ValueTask<bool> next = ledger.Client.FollowAsync(1).GetAsyncEnumerator().MoveNextAsync();
            await ledger.Node.StopAsync();
            Assert.That(await next, Is.False);
            Assert.That(async () => await ledger.Client.GetTipAsync(), Throws.TypeOf<ObjectDisposedException>());
        }
    }
}
