using System.Diagnostics;
using System.Text.Json.Nodes;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Network;

/// <summary>A local network whose making up was killed, again and again at another step: what comes of it is what one comes to that nobody disturbed.</summary>
[TestFixture]
internal sealed class LocalnetInterruptTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);
    private static readonly string[] Cheats = ["heart-lazy", "diabetes-relay", "wdbc-swap"];

    private readonly TemporaryFolder home = new();

    [OneTimeTearDown]
    public async Task Down()
    {
        await RunAsync("localnet", "down");
        home.Dispose();
    }

    [Test]
    public async Task Up_that_was_killed_at_any_step_goes_on_with_the_next_one_and_every_miner_has_one_card()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Ignore("processes are looked up in /proc");
        }

        // While the ledger is made: the first time with a seed, which the following ones take over.
        await KillUpAsync(["--seed", "7"], () => File.Exists(home.Combine("node", "genesis.json")));
        Assert.That((await RunAsync("localnet", "status")).ExitCode, Is.EqualTo(3), "there is no network yet");
        await KillUpAsync([], () => File.Exists(home.Combine("network.json")));

        // While roles are started: the node is up and not written down, then the cheats.
        await KillUpAsync([], () => File.Exists(home.Combine("localnet", "node-node.pid")));
        await KillUpAsync([], () => Cheats.All(cheat => File.Exists(home.Combine("localnet", $"miner-{cheat}.pid"))));
        JsonNode up = await JsonAsync("localnet", "up");
        await AssertWholeAsync(up);
        Assert.That((bool)up["seeded"]!, Is.True, "the seed of the first");

        // A cheat that dies, and a start that is killed when it has started it again.
        Kill((int)Role(up, "heart-lazy")["pid"]!);
        File.Delete(home.Combine("localnet", "miner-heart-lazy.pid"));
        await KillUpAsync([], () => File.Exists(home.Combine("localnet", "miner-heart-lazy.pid")));
        await AssertWholeAsync(await JsonAsync("localnet", "up"));

        JsonNode down = await JsonAsync("localnet", "down");
        Assert.That((int)down["stopped"]!, Is.EqualTo(13));
    }

    private static JsonNode Role(JsonNode status, string name) => status["roles"]!.AsArray().Single(role => (string)role!["name"]! == name)!;

    private static void Kill(int process)
    {
        using Process killed = Process.GetProcessById(process);
        killed.Kill();
    }

    private async Task AssertWholeAsync(JsonNode up)
    {
        JsonNode[] roles = [.. up["roles"]!.AsArray().Select(role => role!).Where(role => (string)role["role"]! != "issuer")];
        Assert.That(roles.Select(role => (bool)role["is_running"]!), Is.All.True);
        Assert.That(roles.Select(role => (int)role["pid"]!), Is.Unique);
        Assert.That(roles.Select(role => (string?)role["http"]), Is.All.Not.Null);
        Assert.That(roles.Select(role => (string?)role["http"]), Is.Unique);
        foreach (string netuid in new[] { "1", "2", "3" })
        {
            string[] owners = [.. (await JsonAsync("subnets", "models", netuid, "--retired"))["models"]!.AsArray().Select(model => (string)model!["hotkey"]!)];
            Assert.That(owners, Has.Length.EqualTo(2), $"subnet {netuid}");
            Assert.That(owners, Is.Unique, $"subnet {netuid}");
        }
    }

    private async Task KillUpAsync(string[] options, Func<bool> isThere)
    {
        using Process up = SubnetProcess.Start(RepositoryFolder.Find(), ["localnet", "up", .. options, "--home", home.Path]);
        Task<string> output = up.StandardOutput.ReadToEndAsync(), error = up.StandardError.ReadToEndAsync();
        long started = Stopwatch.GetTimestamp();
        while (!isThere() && !up.HasExited && Stopwatch.GetElapsedTime(started) < Patience)
        {
            await Task.Delay(2);
        }

        bool wasThere = isThere();
        up.Kill();
        await up.WaitForExitAsync();
        Assert.That(wasThere, Is.True, "it came that far");
    }

    private async Task<JsonNode> JsonAsync(params string[] arguments)
    {
        (int code, string output, string error) = await RunAsync([.. arguments, "--json"]);
        Assert.That(code, Is.Zero, $"{string.Join(' ', arguments)}: {error}");
        return JsonNode.Parse(output)!;
    }

    private Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments) =>
        SubnetProcess.RunAsync(RepositoryFolder.Find(), [.. arguments, "--home", home.Path], new Dictionary<string, string>(StringComparer.Ordinal) { ["SUBNET_WALLET_PASSWORD"] = "demo" });
}
