using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Subnet.Core.State;
using Subnet.Core.Storage;
using Subnet.Crypto.Identity;
using Subnet.Health.Cli.Commands;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Network;
using Subnet.Health.Node;
using Subnet.Health.Rpc.Server;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Node;

/// <summary>Commands that find their ledger by <c>--network</c>.</summary>
[TestFixture]
internal sealed class NetworkOptionTests
{
    [Test]
    public async Task Command_reads_and_changes_a_ledger_through_the_node_it_names()
    {
        using NodeFixture home = new();
        await using LedgerNode node = await OpenAsync(home, 1);
        Uri address = await ServeAsync(node, 0);
        node.Start(TimeSpan.FromMilliseconds(10));
        string bob = Ss58Address.Encode(home.Bob.ToArray());
        CommandRun sent = await home.Run("alice", "wallet", "transfer", "--to", bob, "--amount", "1.5", "--json", "--network", address.ToString());
        CommandRun refused = await home.Run("alice", "wallet", "transfer", "--to", bob, "--amount", "1000000", "--network", address.ToString());
        CommandRun balance = await home.Read("wallet", "balance", "--account", bob, "--json", "--network", address.ToString());
        Assert.Multiple(() =>
        {
            Assert.That(sent.ExitCode, Is.Zero, sent.Error);
            Assert.That(JsonNode.Parse(sent.Output)!["height"]!.ToString(), Is.Not.EqualTo("0"));
            Assert.That((refused.ExitCode, refused.Output), Is.EqualTo((1, "")));
            Assert.That(JsonNode.Parse(balance.Output)!["free_rao"]!.ToString(), Is.EqualTo("1001500000000"));
        });

        new NetworkFile("test-net", false, new NetworkNode(address, null), []).Write(home.Home);
        Assert.That((await home.Read("node", "status")).ExitCode, Is.Zero, "local is what the network file names");
        Assert.That((await home.Read("node", "status", "--network", "test-net")).ExitCode, Is.Zero);
        CommandRun unknown = await home.Read("node", "status", "--network", "other-net");
        Assert.That((unknown.ExitCode, unknown.Output), Is.EqualTo((3, "")));
        Assert.That(unknown.Error, Does.Contain("other-net"));
    }

    [Test]
    public async Task Node_that_once_served_a_ledger_cannot_pass_off_another()
    {
        using NodeFixture home = new();
        using HeldPort port = new();
        await using (LedgerNode first = await OpenAsync(home, 1))
        {
            Uri address = await ServeAsync(first, port.Number);
            await first.MakeBlockAsync();
            Assert.That((await home.Read("node", "status", "--network", address.ToString())).ExitCode, Is.Zero);
        }

        await using LedgerNode second = await OpenAsync(home, 2);
        Uri same = await ServeAsync(second, port.Number);
        CommandRun other = await home.Read("node", "status", "--network", same.ToString());
        Assert.That((other.ExitCode, other.Output), Is.EqualTo((3, "")));
        Assert.That(other.Error, Does.Contain("not").And.Contains("as expected"));

        await File.WriteAllTextAsync(Path.Combine(home.Home, "known-networks"), "http://127.0.0.1:1 test-net nonsense\n");
        CommandRun damaged = await home.Read("node", "status", "--network", same.ToString());
        Assert.That((damaged.ExitCode, damaged.Output), Is.EqualTo((3, "")));
        Assert.That(damaged.Error, Does.Contain("line 1"));
    }

    [Test]
    public void Mutated_known_networks_are_refused_as_malformed_or_read()
    {
        using TemporaryFolder folder = new();
        KnownNetworks known = new(folder.Path);
        LedgerIdentity identity = new("test-net", Hash256.Of("genesis"u8), default, 1_000);
        known.Remember(new Uri("http://127.0.0.1:9944/"), identity);
        known.Remember(new Uri("https://ledger.example:443/"), identity);
        Assert.That(known.Find(new Uri("http://127.0.0.1:9944")), Is.EqualTo(identity.GenesisHash));
        string path = Path.Combine(folder.Path, "known-networks");
        byte[] bytes = File.ReadAllBytes(path);
        Random random = new(64);
        for (int i = 0; i < 500; i++)
        {
            File.WriteAllBytes(path, Mutation.Apply(bytes, random));
            try
            {
                known.Find(new Uri("http://127.0.0.1:9944"));
            }
            catch (CommandException e)
            {
                Assert.That(e.Code, Is.EqualTo(ErrorCodes.FileMalformed));
            }
        }
    }

    [Test]
    public async Task Follower_of_a_node_arrives_at_its_state()
    {
        using NodeFixture home = new();
        await using LedgerNode node = await OpenAsync(home, 1);
        Uri address = await ServeAsync(node, 0);
        for (int i = 0; i < 3; i++)
        {
            await node.MakeBlockAsync();
        }

        CommandRun followed = await home.Read("node", "follow", "--from", address.ToString(), "--once", "--json");
        JsonNode last = JsonNode.Parse(followed.Output.Trim().Split('\n')[^1])!;
        Assert.That(followed.ExitCode, Is.Zero, followed.Error);
        Assert.That(last["state"]!.GetValue<string>(), Is.EqualTo((await node.Client.GetTipAsync()).State.ToString()));
        CommandRun gone = await home.Read("node", "follow", "--from", "http://127.0.0.1:1", "--once");
        Assert.That((gone.ExitCode, gone.Output), Is.EqualTo((3, "")));
        CommandRun plaintext = await home.Read("node", "follow", "--from", "http://192.0.2.1:9944", "--once");
        Assert.That((plaintext.ExitCode, plaintext.Output), Is.EqualTo((2, "")));
    }

    private static Task<LedgerNode> OpenAsync(NodeFixture home, int blockSeconds)
    {
        string genesis = File.ReadAllText(home.GenesisPath).Replace("\"block_time_ms\": 1000", $"\"block_time_ms\": {1000 * blockSeconds}", StringComparison.Ordinal);
        LedgerKey key = new(SigningKey.FromSeed([.. Enumerable.Repeat((byte)1, 32)]));
        return LedgerNode.OpenAsync(new SqliteLedgerStore(":memory:"), System.Text.Encoding.UTF8.GetBytes(genesis), key, TimeProvider.System);
    }

    private static Task<Uri> ServeAsync(LedgerNode node, int port) => node.ServeAsync(
        new GrpcServerHostOptions(new IPEndPoint(IPAddress.Loopback, port)) { DrainTime = TimeSpan.FromMilliseconds(100) }, NullLoggerFactory.Instance);
}
