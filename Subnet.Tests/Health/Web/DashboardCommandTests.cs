using System.Diagnostics;
using System.Text.Json.Nodes;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Web;

/// <summary>The HTTP side of a node in a process of its own, and <c>subnet dashboard</c> over the state that it left.</summary>
[TestFixture]
internal sealed class DashboardCommandTests
{
    [Test]
    public async Task A_node_serves_pages_and_the_dashboard_shows_what_it_left()
    {
        using NodeFixture node = new();
        await WithProcessAsync(
            node,
            ["node", "run", "--genesis", node.GenesisPath, "--wallet-name", "sequencer", "--password-file", Path.Combine(node.Home, "password"), "--interval", "20"],
            "http",
            async client =>
            {
                Assert.That(await client.GetStringAsync("/healthz"), Does.StartWith("ok"));
                Assert.That(await client.GetStringAsync("/"), Does.Contain("<h1>Overview</h1>").And.Contain("test-net"));
                Assert.That(await client.GetStringAsync("/metrics"), Does.Contain("# TYPE"));
                while (await HeightAsync(client) < 3)
                {
                    await Task.Delay(20);
                }
            });
        await WithProcessAsync(
            node,
            ["dashboard"],
            "url",
            async client =>
            {
                Assert.That(await client.GetStringAsync("/"), Does.Contain("<h1>Overview</h1>").And.Contain("test-net"));
                Assert.That(await HeightAsync(client), Is.GreaterThanOrEqualTo(3));
                Assert.That((int)(await client.GetAsync("/clinic")).StatusCode, Is.EqualTo(404), "a clinic's page is on its own gateway only");
            });
    }

    [Test]
    public async Task Without_a_ledger_there_is_nothing_to_show()
    {
        using TemporaryFolder home = new();
        CommandRun run = await CommandRun.Of(home.Path, ["dashboard", "--home", home.Path]);
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((3, "")));
        Assert.That(run.Error, Does.Contain("subnet node run"));
    }

    private static async Task<ulong> HeightAsync(HttpClient client) =>
        ulong.Parse(JsonNode.Parse(await client.GetStringAsync("/api/v1/node"))!["height"]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture);

    private static async Task WithProcessAsync(NodeFixture node, string[] command, string address, Func<HttpClient, Task> use)
    {
        using Process process = SubnetProcess.Start(node.Home, [.. command, "--home", node.Home, "--json"]);
        try
        {
            string line = await process.StandardOutput.ReadLineAsync().WaitAsync(Patience.Long) ?? await process.StandardError.ReadToEndAsync();
            Assert.That(line, Does.StartWith("{"));
            _ = process.StandardOutput.ReadToEndAsync();
            using HttpClient client = new(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(JsonNode.Parse(line)![address]!.GetValue<string>()) };
            await use(client);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }
}
