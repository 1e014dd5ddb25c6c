using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Subnet.Core.Ledger;
using Subnet.Core.State;
using Subnet.Core.Storage;
using Subnet.Crypto.Identity;
using Subnet.Health.Node;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Node;

[TestFixture]
internal sealed class NodeCommandsTests
{
    [TestCase("--port")]
    [TestCase("--http-port")]
    public async Task Port_that_is_taken_is_one_error_with_its_number_and_the_option_and_the_store_is_free_again(string option)
    {
        using NodeFixture node = new();
        using TcpListener other = new(IPAddress.Loopback, 0);
        other.Start();
        int port = ((IPEndPoint)other.LocalEndpoint).Port;
        string[] run = ["node", "run", "--genesis", node.GenesisPath, "--wallet-name", "sequencer", "--password-file", Path.Combine(node.Home, "password"), "--interval", "1"];
        CommandRun taken = await node.Read([.. run, option, $"{port}"]);
        Assert.That(taken.ExitCode, Is.EqualTo(3), taken.Error);
        Assert.That(taken.Error, Does.Contain($"The port {port} of 127.0.0.1 is taken").And.Contains($"choose another port with {option} ").And.Not.Contains("   at "));
        CommandRun free = await node.Read([.. run, "--until", "1"]);
        Assert.That(free.ExitCode, Is.Zero, free.Error);
    }

    [Test]
    public async Task Commands_reach_the_ledger_through_a_running_node()
    {
        using NodeFixture node = new();
        using Process sequencer = node.StartNode();
        try
        {
            await WaitForLedger(node);
            string bob = Ss58Address.Encode(node.Bob.ToArray()), hotkey = Ss58Address.Encode(node.AliceHotkey.ToArray());
            CommandRun sent = await node.Run("alice", "wallet", "transfer", "--to", bob, "--amount", "1.5", "--json");
            Assert.That(sent.ExitCode, Is.Zero, sent.Error + node.Errors);
            JsonNode answer = JsonNode.Parse(sent.Output)!;
            Assert.That(answer["format"]!.GetValue<string>(), Is.EqualTo("subnet/transaction/1"));
            Assert.That(answer["events"]![0]!["kind"]!.GetValue<string>(), Is.EqualTo("transferred"));

            foreach (string[] call in (string[][])
            [
                ["subnets", "create", "--subnet-name", "cardiology"],
                ["subnets", "start", "1"],
                ["gov", "propose", "SetHyperparameter", "--netuid", "1", "--parameter", "commit_reveal_weights_enabled", "--value", "0", "--rationale", "test", "--administer"],
                ["subnets", "set", "1", "immunity_period", "77"],
                ["stake", "add", "--netuid", "1", "--hotkey", hotkey, "--amount", "5"],
                ["stake", "remove", "--netuid", "1", "--hotkey", hotkey, "--amount", "1"],
                ["stake", "add", "--netuid", "0", "--hotkey", hotkey, "--amount", "5"],
                ["stake", "swap", "--hotkey", hotkey, "--from-netuid", "1", "--to-netuid", "0", "--amount", "1"],
                ["delegate", "take", "9"],
                ["children", "set", "--netuid", "1", "--child", bob + "=25"],
                ["gov", "propose", "SetGlobalParameter", "--parameter", "max_children", "--value", "3", "--rationale", "test"],
                ["gov", "vote", "1", "yes"],
                ["subnets", "register", "0"],
            ])
            {
                CommandRun run = await node.Run("alice", call);
                Assert.That(run.ExitCode, Is.Zero, string.Join(' ', call) + ": " + run.Error + node.Errors);
            }

            CommandRun refused = await node.Run("alice", "stake", "remove", "--netuid", "1", "--hotkey", hotkey, "--amount", "1000");
            Assert.That((refused.ExitCode, refused.Output), Is.EqualTo((1, "")));
            Assert.That(refused.Error, Does.Contain("insufficient-stake"));
        }
        finally
        {
            sequencer.Kill();
            await sequencer.WaitForExitAsync();
        }

        foreach (string[] query in (string[][])
        [
            ["node", "status"],
            ["subnets", "list"],
            ["subnets", "show", "1"],
            ["subnets", "hyperparameters", "1"],
            ["metagraph", "1"],
            ["stake", "list", "--wallet-name", "alice"],
            ["delegate", "list"],
            ["children", "show", "--netuid", "1", "--hotkey", Ss58Address.Encode(node.AliceHotkey.ToArray())],
            ["weights", "show", "1"],
            ["gov", "list"],
            ["gov", "show", "1"],
            ["wallet", "balance", "--wallet-name", "bob"],
        ])
        {
            CommandRun text = await node.Read(query);
            Assert.That(text.ExitCode, Is.Zero, string.Join(' ', query) + ": " + text.Error);
            CommandRun json = await node.Read([.. query, "--json"]);
            JsonNode document = JsonNode.Parse(json.Output)!;
            Type type = Subnet.Health.Cli.Output.DocumentSchema.AllTypes
                .Single(t => Subnet.Health.Cli.Output.DocumentSchema.FormatOf(t) == document["format"]!.GetValue<string>());
            Assert.That(
                SchemaCheck.Problems(JsonNode.Parse(Subnet.Health.Cli.Output.DocumentSchema.Text(type))!, document), Is.Empty, string.Join(' ', query));
        }

        JsonNode balance = JsonNode.Parse((await node.Read("wallet", "balance", "--wallet-name", "bob", "--json")).Output)!;
        Assert.That(balance["free_rao"]!.GetValue<string>(), Is.EqualTo("1001500000000"));
        await FollowerAgrees(node);
    }

    [Test]
    public async Task Dry_run_says_what_would_happen_and_needs_no_node()
    {
        using NodeFixture node = new();
        MakeBlocks(node, 1);
        string bob = Ss58Address.Encode(node.Bob.ToArray());
        CommandRun run = await node.Run("alice", "wallet", "transfer", "--to", bob, "--amount", "1", "--dry-run");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Does.Contain("would be done").And.Contain("Transferred").And.Contain(bob));
        CommandRun refused = await node.Run("alice", "wallet", "transfer", "--to", bob, "--amount", "100000", "--dry-run");
        Assert.That((refused.ExitCode, refused.Output), Is.EqualTo((1, "")));
        using SqliteLedgerStore store = new(node.StorePath);
        Assert.That((store.Height, store.ReadPending(9).Count), Is.EqualTo((1UL, 0)));
    }

    [Test]
    public async Task Follower_ends_with_one_and_writes_evidence_when_the_sequencer_cheats()
    {
        using NodeFixture node = new();
        MakeBlocks(node, 3);
        ForgeLastBlock(node);
        CommandRun run = await CommandRun.Of(node.Home, ["node", "follow", "--from", node.StorePath, "--store", Path.Combine(node.Home, "own.db"), "--once"]);
        Assert.That(run.ExitCode, Is.EqualTo(1), run.Error);
        Assert.That(run.Error, Does.Contain("state hash").And.Contain("refused-3.json"));
        JsonNode evidence = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(node.Home, "node", "evidence", "refused-3.json")))!;
        Assert.That(evidence["claimed_state"]!.GetValue<string>(), Is.EqualTo(new string('0', 64)));
        Assert.That(evidence["computed_state"]!.GetValue<string>(), Is.Not.EqualTo(new string('0', 64)));
    }

    [Test]
    public async Task Missing_ledger_wrong_password_and_wrong_account_each_say_what_to_do()
    {
        using NodeFixture node = new();
        CommandRun absent = await node.Read("node", "status");
        Assert.That((absent.ExitCode, absent.Error.Contains("node run", StringComparison.Ordinal)), Is.EqualTo((3, true)));
        MakeBlocks(node, 1);
        File.WriteAllText(Path.Combine(node.Home, "password"), "wrong");
        CommandRun locked = await node.Run("alice", "wallet", "transfer", "--to", Ss58Address.Encode(node.Bob.ToArray()), "--amount", "1");
        Assert.That(locked.ExitCode, Is.Not.Zero);
        Assert.That(locked.Error, Does.Contain("password"));
        CommandRun account = await node.Read("wallet", "balance", "--account", "5nonsense");
        Assert.That(account.ExitCode, Is.EqualTo(2), account.Error);
    }

    /// <summary>Kills the node at random points while transactions are handed over; then nothing acknowledged is lost and nothing happened twice.</summary>
    [Test]
    public async Task Kill_at_any_point_loses_nothing_acknowledged_and_repeats_nothing()
    {
        using NodeFixture node = new();
        MakeBlocks(node, 1);
        using LedgerKey alice = new(SigningKey.FromSeed([.. Enumerable.Repeat((byte)2, 32)]));
        Genesis genesis = GenesisFile.Parse(File.ReadAllBytes(node.GenesisPath));
        const int MostWaiting = 50;
        Random random = new(13);
        ulong nonce = 0, acknowledged = 0;
        using SqliteLedgerStore store = new(node.StorePath);
        for (int round = 0; round < 5; round++)
        {
            using Process process = node.StartNode(interval: 0);
            ulong seen = store.Height;
            int blocks = random.Next(2, 15);
            while (store.Height < seen + (ulong)blocks)
            {
                Assert.That(process.HasExited, Is.False, node.Errors);
                // A node that takes its time to start finds as many as one block can take.
                if (store.ReadPending(MostWaiting).Count < MostWaiting)
                {
                    Transaction transfer = Transaction.Create(
                        alice, genesis.Hash, genesis.Network, nonce++, new Subnet.Core.Ledger.Calls.TransferCall(node.Bob, 1));
                    HandOver(store, transfer);
                }

                await Task.Delay(random.Next(4));
            }

            process.Kill();
            await process.WaitForExitAsync();
            acknowledged = Math.Max(acknowledged, Included(store));
            Assert.That(Included(store), Is.EqualTo(acknowledged));
        }

        using LedgerEngine engine = LedgerEngine.Open(store, null, NodeServices.Create(), new LedgerOptions(0, IgnoreSnapshots: true));
        using LedgerKey sequencer = new(SigningKey.FromSeed([.. Enumerable.Repeat((byte)1, 32)]));
        new Sequencer(engine, store, sequencer, TimeProvider.System).MakeBlock();
        Assert.Multiple(() =>
        {
            Assert.That(nonce, Is.GreaterThan(10UL));
            Assert.That(engine.NextNonce(node.Alice), Is.EqualTo(nonce), "everything handed over is in");
            Assert.That(engine.State.Accounts[node.Bob].Balance, Is.EqualTo((1_000 * NodeFixture.Tao) + nonce), "each once");
            Assert.That(store.ReadPending(9), Is.Empty);
        });
    }

    // A node that makes blocks without a pause, on a disk that takes its time, can keep others out longer than they wait: then nothing was acknowledged.
    private static void HandOver(SqliteLedgerStore store, Transaction transaction)
    {
        while (true)
        {
            try
            {
                store.AddPending(transaction.Id, transaction.Bytes.ToArray());
                return;
            }
            catch (LedgerStoreException busy) when (busy.InnerException is SqliteException { SqliteErrorCode: 5 })
            {
                Thread.Yield();
            }
        }
    }

    private static ulong Included(SqliteLedgerStore store)
    {
        ulong count = 0;
        for (ulong height = 1; height <= store.Height; height++)
        {
            count += (ulong)Block.Decode(store.ReadBlock(height)!.Block.Span).Transactions.Count;
        }

        return count;
    }

    private static void MakeBlocks(NodeFixture node, int count)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(node.StorePath)!);
        using SqliteLedgerStore store = new(node.StorePath);
        using LedgerEngine engine = LedgerEngine.Open(store, File.ReadAllBytes(node.GenesisPath), NodeServices.Create());
        using LedgerKey sequencer = new(SigningKey.FromSeed([.. Enumerable.Repeat((byte)1, 32)]));
        Sequencer maker = new(engine, store, sequencer, TimeProvider.System);
        for (int i = 0; i < count; i++)
        {
            maker.MakeBlock();
        }
    }

    /// <summary>Replaces the newest block by one that the sequencer signed over a state hash of its own liking.</summary>
    private static void ForgeLastBlock(NodeFixture node)
    {
        string copy = node.StorePath + ".forged";
        using (SqliteLedgerStore store = new(node.StorePath))
        using (SqliteLedgerStore forged = new(copy))
        using (LedgerKey sequencer = new(SigningKey.FromSeed([.. Enumerable.Repeat((byte)1, 32)])))
        {
            forged.WriteGenesis(store.ReadGenesis());
            for (ulong height = 1; height < store.Height; height++)
            {
                forged.Append([store.ReadBlock(height)!]);
            }

            StoredBlock last = store.ReadBlock(store.Height)!;
            Block block = Block.Decode(last.Block.Span);
            Genesis genesis = GenesisFile.Parse(store.ReadGenesis());
            Block wrong = Block.Create(block.Header with { State = default(Hash256) }, block.Transactions, sequencer, genesis.Hash);
            forged.Append([last with { Block = wrong.Encode() }]);
        }

        File.Delete(node.StorePath);
        File.Delete(node.StorePath + "-wal");
        File.Delete(node.StorePath + "-shm");
        File.Move(copy, node.StorePath);
    }

    private static async Task FollowerAgrees(NodeFixture node)
    {
        string own = Path.Combine(node.Home, "follower.db");
        CommandRun run = await CommandRun.Of(node.Home, ["node", "follow", "--from", node.StorePath, "--store", own, "--once", "--json"]);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        JsonNode followed = JsonNode.Parse((await CommandRun.Of(node.Home, ["node", "status", "--store", own, "--json"])).Output)!;
        JsonNode made = JsonNode.Parse((await CommandRun.Of(node.Home, ["node", "status", "--json"])).Output)!;
        Assert.That(followed["state"]!.GetValue<string>(), Is.EqualTo(made["state"]!.GetValue<string>()));
        Assert.That(run.Output.TrimEnd().Split('\n'), Has.Length.EqualTo(int.Parse(made["height"]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture)));
    }

    private static async Task WaitForLedger(NodeFixture node)
    {
        using CancellationTokenSource limit = new(Patience.Long);
        while (!File.Exists(node.StorePath) || !await HasBlock(node))
        {
            await Task.Delay(50, limit.Token);
        }
    }

    private static async Task<bool> HasBlock(NodeFixture node) => (await node.Read("node", "status")).ExitCode == 0;
}
