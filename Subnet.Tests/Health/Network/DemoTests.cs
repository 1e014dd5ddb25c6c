using System.Text.Json.Nodes;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Network;

/// <summary>
/// The demonstration as a process of its own, with a small budget: what it claims must be so, and one seed must give one result, in one process and with a process for each party.
/// </summary>
[TestFixture]
internal sealed class DemoTests
{
    [Test]
    public async Task Every_claim_holds_and_the_same_seed_gives_the_same_result_in_one_process_and_in_many()
    {
        using TemporaryFolder home = new();
        JsonNode[] reports = [await Run(home, "first"), await Run(home, "second", "--processes")];
        JsonNode result = reports[0]["result"]!;

        // What is left is a state folder: the command that the demonstration names works on it.
        CommandRun traced = await CommandRun.Of(home.Path, ["audit", "trace", (string)reports[0]["measured"]!["traced_event"]!, "--json", "--home", home.Combine("first")]);
        Assert.Multiple(() =>
        {
            foreach (JsonNode? claim in result["claims"]!.AsArray())
            {
                Assert.That((bool)claim!["holds"]!, Is.True, $"{claim["name"]}: {claim["detail"]}");
            }

            Assert.That(
                result["claims"]!.AsArray().Select(claim => (string)claim!["name"]!),
                Is.SupersetOf(new[] { "exact", "auc", "honest-proved", "cheats-caught", "cheats-unpaid", "honest-paid", "collusion-costs", "query-traced", "logs-verified", "logs-witnessed", "ledger-replayed" }));
            Assert.That(result["miners"]!.AsArray(), Has.Count.EqualTo(6));
            Assert.That(result["validators"]!.AsArray(), Has.Count.EqualTo(4));
            Assert.That(reports[1]["result"]!.ToJsonString(), Is.EqualTo(result.ToJsonString()));
            Assert.That(File.Exists(home.Combine("first", "network.json")));
            Assert.That(traced.ExitCode, Is.Zero, traced.Error);
            Assert.That((bool)JsonNode.Parse(traced.Output)!["sound"]!, Is.True);
            Assert.That(File.ReadAllText(home.Combine("first", "wallets", "owner", "coldkey.json")), Does.Contain("unfit_for_secrets"));
        });
    }

    [Test]
    public async Task Party_that_dies_ends_the_demonstration_with_its_name_and_no_process_is_left()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Ignore("children are looked up in /proc");
        }

        const int Parties = 13;
        using TemporaryFolder home = new();
        using System.Diagnostics.Process demo = SubnetProcess.Start(
            RepositoryFolder.Find(), ["demo", "--small", "--processes", "--home", home.Combine("home"), "--folder", home.Combine("demo")]);
        using CancellationTokenSource late = new(Patience.Run);
        Task<string> error = demo.StandardError.ReadToEndAsync(late.Token);
        int[] children = [];
        int? victim = null;

        // One that was started this moment still has its parent's command line.
        while (children.Length < Parties || victim is null)
        {
            await Task.Delay(50, late.Token);
            children = ChildrenOf(demo.Id);
            victim = children.Where(child => CommandOf(child).Contains("miner/wdbc-honest", StringComparison.Ordinal)).Cast<int?>().SingleOrDefault();
        }

        System.Diagnostics.Process.GetProcessById(victim.Value).Kill();
        await demo.WaitForExitAsync(late.Token);
        Assert.That(demo.ExitCode, Is.EqualTo(3));
        Assert.That(await error, Does.Contain("miner wdbc-honest").And.Contains("exit code 137"));
        Assert.That(children.Where(IsRunning), Is.Empty);
    }

    // SIGKILL leaves the demonstration no moment to stop anybody: its parties see their input end.
    [Test]
    public async Task Demonstration_that_is_killed_leaves_no_process_and_no_port()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Ignore("children are looked up in /proc");
        }

        const int Parties = 13;
        using TemporaryFolder home = new();
        using System.Diagnostics.Process demo = SubnetProcess.Start(
            RepositoryFolder.Find(), ["demo", "--small", "--processes", "--home", home.Combine("home"), "--folder", home.Combine("demo")]);
        using CancellationTokenSource late = new(Patience.Run);
        int[] children = [];
        string[] listening = [];
        while (children.Length < Parties || listening.Length < Parties / 2)
        {
            await Task.Delay(50, late.Token);
            children = ChildrenOf(demo.Id);
            listening = [.. children.SelectMany(ListeningSocketsOf)];
        }

        demo.Kill();
        await demo.WaitForExitAsync(late.Token);
        Assert.That(demo.ExitCode, Is.EqualTo(137));
        while (children.Any(IsRunning))
        {
            await Task.Delay(50, late.Token);
        }

        // By their numbers and not by their ports, which another program may have by now.
        Assert.That(ListeningSockets().Intersect(listening), Is.Empty);
    }

    [Test]
    public async Task Party_whose_demonstration_is_gone_ends_by_itself()
    {
        using TemporaryFolder home = new();
        (int code, string output, string error) = await SubnetProcess.RunAsync(
            RepositoryFolder.Find(), ["demo", "--party", "validator/north", "--home", home.Path, "--folder", home.Combine("demo")]);
        Assert.That((code, output), Is.EqualTo((0, "")), error);
    }

    [Test]
    public async Task Folder_of_somebody_else_is_not_touched()
    {
        using TemporaryFolder home = new();
        await File.WriteAllTextAsync(home.Combine("mine.txt"), "mine");
        CommandRun run = await CommandRun.Of(home.Path, ["demo", "--small", "--folder", home.Path]);
        Assert.That(run.ExitCode, Is.Not.Zero);
        Assert.That(run.Error, Does.Contain("was not left by a demonstration"));
        Assert.That(File.ReadAllText(home.Combine("mine.txt")), Is.EqualTo("mine"));
    }

    private static int[] ChildrenOf(int process) =>
    [
        .. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => name!.All(char.IsAsciiDigit))
            .Select(name => int.Parse(name!, System.Globalization.CultureInfo.InvariantCulture)).Where(other => ParentOf(other) == process),
    ];

    // The name of a program may hold anything; what follows its closing bracket is state and parent.
    private static int? ParentOf(int process)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{process}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }

    // One that nobody waits for stays in state Z.
    private static bool IsRunning(int process)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[stat.LastIndexOf(')') + 2] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static string CommandOf(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static IEnumerable<string> ListeningSocketsOf(int process)
    {
        try
        {
            HashSet<string> held = [.. Directory.EnumerateFiles($"/proc/{process}/fd").Select(file => new FileInfo(file).LinkTarget ?? "")];
            return [.. ListeningSockets().Where(held.Contains)];
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    // The sockets in state LISTEN (0A) of all processes, as links to them are called.
    private static string[] ListeningSockets() =>
    [
        .. File.ReadLines("/proc/net/tcp").Skip(1).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields[3] == "0A").Select(fields => $"socket:[{fields[9]}]"),
    ];

    private static async Task<JsonNode> Run(TemporaryFolder home, string name, params string[] more)
    {
        using System.Diagnostics.Process process = SubnetProcess.Start(
            RepositoryFolder.Find(), ["demo", "--small", "--seed", "11", "--json", "--quiet", "--home", home.Combine("home"), "--folder", home.Combine(name), .. more]);
        using CancellationTokenSource late = new(Patience.Run);
        Task<string> error = process.StandardError.ReadToEndAsync(late.Token);
        string output = await process.StandardOutput.ReadToEndAsync(late.Token);
        await process.WaitForExitAsync(late.Token);
        Assert.That(process.ExitCode, Is.Zero, await error + output);
        return JsonNode.Parse(output)!;
    }
}
