using System.Text.Json.Nodes;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Cli;

[TestFixture]
internal sealed class SubnetAppTests
{
    private TemporaryFolder home = null!;

    [SetUp]
    public void MakeHome() => home = new TemporaryFolder();

    [TearDown]
    public void RemoveHome() => home.Dispose();

    [Test]
    public async Task Nothing_at_all_is_a_usage_error_that_points_to_the_help()
    {
        CommandRun run = await CommandRun.Of(home.Path, []);
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain("subnet --help"));
    }

    [Test]
    public async Task Version_names_build_protocol_and_weights()
    {
        CommandRun run = await CommandRun.Of(home.Path, ["--version"]);
        Assert.That(run.ExitCode, Is.Zero);
        Assert.That(run.Output.Trim(), Does.Match("^subnet [0-9]+\\.[0-9]+\\.[0-9]+.*, protocol [0-9]+, weights [0-9]+$"));
    }

    [Test]
    public async Task Error_with_json_is_one_document_on_standard_error_and_nothing_on_standard_output()
    {
        CommandRun run = await CommandRun.Of(home.Path, ["config", "get", "no.such", "--json"]);
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Output, Is.Empty);
        JsonNode error = JsonNode.Parse(run.Error)!;
        Assert.That(SchemaCheck.Problems(JsonNode.Parse(DocumentSchema.Text(typeof(ErrorDocument)))!, error), Is.Empty);
        Assert.That(error["code"]!.GetValue<string>(), Is.EqualTo("setting-unknown"));
    }

    [Test]
    public async Task Folder_without_a_case_or_none_at_all_ends_with_3()
    {
        Directory.CreateDirectory(home.Combine("empty"));
        foreach (string kind in Subnet.Health.Conformance.ConformanceSuites.All().Select(suite => suite.Name))
        {
            CommandRun run = await CommandRun.Of(home.Path, ["conformance", kind, "empty"]);
            Assert.That(run.ExitCode, Is.EqualTo(3), kind + run.Output + run.Error);
            Assert.That(run.Error, Does.Contain("no case"), kind);
            CommandRun missing = await CommandRun.Of(home.Path, ["conformance", kind, "no-such-folder"]);
            Assert.That(missing.ExitCode, Is.EqualTo(3), kind);
            Assert.That(missing.Error, Does.Contain("no-such-folder"), kind);
        }
    }

    [Test]
    public async Task Stopped_command_ends_with_130()
    {
        using CancellationTokenSource stop = new();
        await stop.CancelAsync();
        CommandRun run = await CommandRun.Of(home.Path, ["doctor"], stop: stop.Token);
        Assert.That(run.ExitCode, Is.EqualTo(130));
        Assert.That(run.Error, Does.Contain("Stopped"));
    }

    [Test]
    public void Error_codes_are_stable_words_of_their_own()
    {
        Assert.That(ErrorCodes.All.Select(code => code.Word), Is.Unique.And.All.Match("^[a-z0-9]+(-[a-z0-9]+)*$"));
        Assert.That(ErrorCodes.All.Select(code => code.Meaning), Is.All.EndsWith("."));
    }

    [Test]
    public void Full_disk_is_told_apart_from_other_failures_of_reading_and_writing()
    {
        Assert.That(ExceptionTranslator.Translate(new IOException("no space", 28))!.Code, Is.EqualTo(ErrorCodes.DiskFull));
        Assert.That(ExceptionTranslator.Translate(new IOException("bad sector", 5))!.Code, Is.EqualTo(ErrorCodes.IoFailed));
        Assert.That(ExceptionTranslator.Translate(new FileNotFoundException("x", "x"))!.Code, Is.EqualTo(ErrorCodes.FileNotFound));
        Assert.That(ExceptionTranslator.Translate(new InvalidOperationException("a bug")), Is.Null);
    }
}
