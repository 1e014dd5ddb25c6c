using System.Text.Json.Nodes;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Cli;

[TestFixture]
internal sealed class SettingsTests
{
    private TemporaryFolder home = null!;

    [SetUp]
    public void MakeHome() => home = new TemporaryFolder();

    [TearDown]
    public void RemoveHome() => home.Dispose();

    [Test]
    public async Task Value_comes_from_the_default_then_the_file_then_the_environment()
    {
        Assert.That(await Source(), Is.EqualTo(("warning", "default")));
        await Set("log.level", "error");
        Assert.That(await Source(), Is.EqualTo(("error", "file")));
        Dictionary<string, string> variables = new() { ["SUBNET_LOG__LEVEL"] = "debug" };
        Assert.That(await Source(variables), Is.EqualTo(("debug", "environment")));
    }

    [Test]
    public async Task Removed_value_is_the_default_again()
    {
        await Set("log.level", "error");
        CommandRun run = await CommandRun.Of(home.Path, ["config", "set", "log.level"]);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(await Source(), Is.EqualTo(("warning", "default")));
    }

    [Test]
    public async Task Value_that_does_not_fit_is_refused_and_nothing_is_written()
    {
        CommandRun run = await CommandRun.Of(home.Path, ["config", "set", "log.level", "loud"]);
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain("debug, information, warning, error"));
        Assert.That(File.Exists(home.Combine("config.json")), Is.False);
    }

    [Test]
    public async Task Environment_that_does_not_fit_is_named()
    {
        CommandRun run = await CommandRun.Of(home.Path, ["config", "get", "log.level"], new Dictionary<string, string> { ["SUBNET_LOG__LEVEL"] = "loud" });
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain("SUBNET_LOG__LEVEL"));
    }

    [TestCase("{\"no\": {\"such\": 1}}", "no.such")]
    [TestCase("{\"log\": {\"level\": [1]}}", "log.level")]
    [TestCase("{\"log\": {\"level\": \"loud\"}}", "loud")]
    [TestCase("[1]", "object")]
    [TestCase("{", "cannot be used")]
    public async Task Settings_file_that_does_not_fit_says_what_is_wrong(string text, string named)
    {
        await File.WriteAllTextAsync(home.Combine("config.json"), text);
        CommandRun run = await CommandRun.Of(home.Path, ["config", "show"]);
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain(named));
    }

    [Test]
    public async Task Named_settings_file_that_is_missing_is_an_error()
    {
        CommandRun run = await CommandRun.Of(home.Path, ["config", "path", "--config", "absent.json"]);
        Assert.That(run.ExitCode, Is.EqualTo(3));
    }

    private async Task Set(string key, string value)
    {
        CommandRun run = await CommandRun.Of(home.Path, ["config", "set", key, value]);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
    }

    private async Task<(string? Value, string? Source)> Source(Dictionary<string, string>? variables = null)
    {
        CommandRun run = await CommandRun.Of(home.Path, ["config", "get", "log.level", "--json"], variables);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        JsonNode answer = JsonNode.Parse(run.Output)!;
        return (answer["value"]!.GetValue<string>(), answer["source"]!.GetValue<string>());
    }
}
