using System.Text.Json.Nodes;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Network;

/// <summary>The demonstration as a process of its own, with a small budget: what it claims must be so, and one seed must give one result.</summary>
[TestFixture]
internal sealed class DemoTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    [Test]
    public async Task Every_claim_holds_and_the_same_seed_gives_the_same_result()
    {
        using TemporaryFolder home = new();
        JsonNode[] reports = await Task.WhenAll(Run(home, "first"), Run(home, "second"));
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
    public async Task Folder_of_somebody_else_is_not_touched()
    {
        using TemporaryFolder home = new();
        await File.WriteAllTextAsync(home.Combine("mine.txt"), "mine");
        CommandRun run = await CommandRun.Of(home.Path, ["demo", "--small", "--folder", home.Path]);
        Assert.That(run.ExitCode, Is.Not.Zero);
        Assert.That(run.Error, Does.Contain("was not left by a demonstration"));
        Assert.That(File.ReadAllText(home.Combine("mine.txt")), Is.EqualTo("mine"));
    }

    private static async Task<JsonNode> Run(TemporaryFolder home, string name)
    {
        using System.Diagnostics.Process process = SubnetProcess.Start(
            RepositoryFolder.Find(), ["demo", "--small", "--seed", "11", "--json", "--quiet", "--home", home.Combine("home"), "--folder", home.Combine(name)]);
        using CancellationTokenSource late = new(Patience);
        Task<string> error = process.StandardError.ReadToEndAsync(late.Token);
        string output = await process.StandardOutput.ReadToEndAsync(late.Token);
        await process.WaitForExitAsync(late.Token);
        Assert.That(process.ExitCode, Is.Zero, await error + output);
        return JsonNode.Parse(output)!;
    }
}
