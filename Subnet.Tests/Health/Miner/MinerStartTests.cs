using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Subnet.Health.Miner;
using Subnet.Health.Network;
using Subnet.Health.Network.Demo;
using Subnet.Health.Node;
using Subnet.Health.Rpc.Server;
using Subnet.Tests.Health.Clinic;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Miner;

/// <summary>A miner that cannot begin as it would like to: its port is another's, or the ledger does not admit its address yet.</summary>
[TestFixture]
internal sealed class MinerStartTests
{
    private const string Password = "correct horse";

    private RoleNetwork network = null!;

    [OneTimeSetUp]
    public async Task Start() => network = await RoleNetwork.StartAsync("miner");

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (network is not null)
        {
            await network.DisposeAsync();
        }
    }

    [Test]
    public async Task Port_that_is_taken_is_one_error_with_its_number_and_the_option_or_setting_and_no_new_address_on_the_ledger()
    {
        using TemporaryFolder home = new();
        Uri node = await network.Ledger.Node.ServeAsync(new GrpcServerHostOptions(new IPEndPoint(IPAddress.Loopback, 0)), NullLoggerFactory.Instance);
        await network.Miner("miner").StopAsync();
        string model = home.Combine("model");
        new DemoModels(SampleFolder.Find(RepositoryFolder.Find()))
            .Serve(DemoPlan.Miners.Single(miner => miner.Name == "heart-honest"), model, Encoding.UTF8.GetBytes(Password), network.Randomness, null).Dispose();
        TestWallets.Write(home.Path, "miner", "default", "miner-hot", Password);
        string? before = await EndpointAsync();
        using TcpListener other = new(IPAddress.Loopback, 0);
        other.Start();
        string port = $"{((IPEndPoint)other.LocalEndpoint).Port}";
        foreach ((string[] options, string setting, string choice) in new (string[], string, string)[]
        {
            (["--port", port], "", "choose another port with --port (0"),
            (["--http-port", port], "", "choose another port with --http-port (0"),
            ([], "SUBNET_MINER__PORT", "the setting miner.port"),
            ([], "SUBNET_MINER__HTTP_PORT", "the setting miner.http_port"),
        })
        {
            Dictionary<string, string> variables = new(StringComparer.Ordinal) { ["SUBNET_WALLET_PASSWORD"] = Password, ["SUBNET_MODEL_PASSWORD"] = Password };
            if (setting.Length > 0)
            {
                variables[setting] = port;
            }

            // The ledger would admit a new address now: only the miner keeps it back.
            await network.Ledger.Node.MakeBlockAsync();
            await network.Ledger.Node.MakeBlockAsync();
            CommandRun run = await CommandRun.Of(
                home.Path, ["miner", "run", model, "--netuid", $"{network.Netuid}", "--wallet-name", "miner", "--network", node.ToString(), .. options], variables);
            Assert.That(run.ExitCode, Is.EqualTo(3), run.Error);
            Assert.That(run.Error, Does.Contain($"The port {port} of 127.0.0.1 is taken").And.Contains(choice).And.Not.Contains("   at "));
            Assert.That(run.Output, Is.Empty);
            Assert.That(await EndpointAsync(), Is.EqualTo(before), "nobody is sent to where nothing answers");
        }
    }

    [Test]
    public async Task Second_address_in_quick_succession_is_announced_when_the_ledger_admits_it_and_the_miner_serves_meanwhile()
    {
        // The ledger admits one address of a hotkey every two blocks, and makes a block only for a transaction here.
        await network.Miner("miner").StopAsync();
        await network.Ledger.Node.MakeBlockAsync();
        await network.Ledger.Node.MakeBlockAsync();
        MinerHost first = await StartAgainAsync();
        Assert.That(await EndpointAsync(), Is.EqualTo(Authority(first)));
        await first.StopAsync();
        using HeldPort taken = new(first.Address.Port);
        await using MinerHost second = await StartAgainAsync();
        Assert.That(await EndpointAsync(), Is.EqualTo(Authority(first)), "the ledger admits one address every two blocks");
        Assert.That((await second.GetStatusAsync()).Answered, Is.Zero, "it serves");
        Assert.That(second.Address, Is.Not.EqualTo(first.Address));
        await Patience.UntilAsync(async () =>
        {
            await network.Ledger.Node.MakeBlockAsync();
            return await EndpointAsync() == Authority(second);
        });
        Assert.That(second.IsServing, Is.True);
    }

    // The model is the registered one, so that the start makes no block but its announcement's.
    private Task<MinerHost> StartAgainAsync() => network.StartMinerAsync("miner", CompiledSample.Heart.Publish(network.Randomness, 1));

    private async Task<string?> EndpointAsync() => (await network.Ledger.Client.GetMetagraphAsync(network.Netuid))!.Find(network.Ledger.Id("miner-hot"))!.Endpoint;

    private static string Authority(MinerHost miner) => miner.Address.GetLeftPart(UriPartial.Authority);
}
