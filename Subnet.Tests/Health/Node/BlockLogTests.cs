using Subnet.Core.Ledger;
using Subnet.Core.Storage;
using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Merkle;
using Subnet.Health.Node;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Node;

/// <summary>Blocks as leaves of the sequencer's transparency log.</summary>
[TestFixture]
internal sealed class BlockLogTests
{
    [Test]
    public async Task Signed_headers_are_leaves_also_those_that_a_crash_left_out()
    {
        using TemporaryFolder folder = new();
        using LedgerKey key = new(InProcessLedger.SigningKeyOf("sequencer"));
        byte[] genesis = GenesisFile.Write(TestLedger.MakeGenesis(TestLedger.Quick, 1) with { Sequencer = key.Account });
        string store = Path.Combine(folder.Path, "ledger.db");
        LedgerNodeOptions logged = new() { LogFolder = Path.Combine(folder.Path, "log") };

        LedgerNode node = await LedgerNode.OpenAsync(new SqliteLedgerStore(store, durable: false), genesis, key, TimeProvider.System, logged);
        await node.MakeBlockAsync();
        await node.DisposeAsync();
        node = await LedgerNode.OpenAsync(new SqliteLedgerStore(store, durable: false), null, key, TimeProvider.System);
        await node.MakeBlockAsync();
        await node.MakeBlockAsync();
        await node.DisposeAsync();

        node = await LedgerNode.OpenAsync(new SqliteLedgerStore(store, durable: false), null, key, TimeProvider.System, logged);
        await using (node)
        {
            BlockLog log = node.Log!;
            Assert.That((log.Size, log.Origin), Is.EqualTo((3UL, "subnet/test-net/ledger")));
            await log.Log.FlushAsync();
            MemoryTree expected = new();
            for (ulong height = 1; height <= 3; height++)
            {
                expected.Append(TreeHash.OfLeaf((await node.Client.GetBlockAsync(height))!.Block.SignedHeader.Span));
            }

            Assert.That(MerkleTree.Root(log.Log.Tree(), 3), Is.EqualTo(MerkleTree.Root(expected, 3)));
            await node.StopAsync();
        }

        Assert.That(File.ReadAllText(Path.Combine(folder.Path, "log", "checkpoint")), Does.StartWith("subnet/test-net/ledger\n3\n"));
    }

    [Test]
    public async Task Store_that_was_rolled_back_behind_its_log_is_not_extended()
    {
        using TemporaryFolder folder = new();
        using LedgerKey key = new(InProcessLedger.SigningKeyOf("sequencer"));
        byte[] genesis = GenesisFile.Write(TestLedger.MakeGenesis(TestLedger.Quick, 1) with { Sequencer = key.Account });
        LedgerNodeOptions logged = new() { LogFolder = Path.Combine(folder.Path, "log") };
        await using (LedgerNode node = await LedgerNode.OpenAsync(new SqliteLedgerStore(":memory:"), genesis, key, TimeProvider.System, logged))
        {
            await node.MakeBlockAsync();
        }

        Assert.That(
            async () => await LedgerNode.OpenAsync(new SqliteLedgerStore(":memory:"), genesis, key, TimeProvider.System, logged),
            Throws.TypeOf<LedgerCorruptException>().With.Message.Contains("rolled back"));
    }
}
