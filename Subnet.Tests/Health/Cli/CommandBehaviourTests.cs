using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Subnet.Health.Cli;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Cli;

/// <summary>What every command gets from the framework, shown on commands made for the test.</summary>
[TestFixture]
internal sealed class CommandBehaviourTests
{
    private TemporaryFolder home = null!;

    [SetUp]
    public void MakeHome() => home = new TemporaryFolder();

    [TearDown]
    public void RemoveHome() => home.Dispose();

    [Test]
    public async Task Option_of_btcli_that_is_an_argument_here_is_named_as_one()
    {
        CommandRun run = await CommandRun.Of(home.Path, ["subnets", "register", "--netuid", "1"]);
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain("NETUID is no option here but an argument").And.Contain("'--netuid'"));
    }

    [Test]
    public async Task Unknown_exception_is_a_bug_with_one_sentence_and_a_log()
    {
        CommandRun run = await Run("fail");
        Assert.That(run.ExitCode, Is.EqualTo(70));
        Assert.That(run.Error.Trim().Split('\n'), Has.Length.EqualTo(1));
        string log = run.Error.Split("with ")[1].Trim().TrimEnd('.');
        Assert.That(await File.ReadAllTextAsync(log), Does.Contain("the details of the bug"));
        File.Delete(log);
    }

    [Test]
    public async Task Bug_with_verbose_shows_the_stack_trace()
    {
        CommandRun run = await Run("fail", "--verbose");
        Assert.That(run.Error, Does.Contain("the details of the bug").And.Contain("   at "));
    }

    [Test]
    public async Task Question_is_asked_on_a_terminal_and_yes_goes_on()
    {
        CommandRun run = await Run("change", input: "y\n", interactive: true);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Error, Does.Contain("Really? [y/N]"));
        Assert.That(run.Output, Does.Contain("changed"));
    }

    [Test]
    public async Task Question_answered_with_no_changes_nothing()
    {
        CommandRun run = await Run("change", input: "\n", interactive: true);
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Output, Is.Empty);
    }

    [TestCase(false, "")]
    [TestCase(true, "--json")]
    [TestCase(true, "--quiet")]
    public async Task Question_that_nobody_can_answer_is_a_usage_error(bool interactive, string option)
    {
        CommandRun run = await Run(option.Length == 0 ? ["change"] : ["change", option], "y\n", interactive);
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Output, Is.Empty);
        Assert.That(run.Error, Does.Contain("--yes"));
    }

    [TestCase("--yes")]
    [TestCase("-y")]
    [TestCase("--no-prompt")]
    public async Task Yes_is_never_asked(string yes)
    {
        CommandRun run = await Run("change", yes);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Error, Does.Not.Contain("Really?"));
    }

    [Test]
    public async Task Log_goes_to_standard_error_and_never_to_standard_output()
    {
        CommandRun run = await Run("log", "--verbose");
        Assert.That(run.Error, Does.Contain("something happened"));
        Assert.That(run.Output, Is.Empty);
    }

    [Test]
    public async Task Log_goes_to_the_file_that_the_settings_name()
    {
        await File.WriteAllTextAsync(home.Combine("config.json"), """{"log": {"file": "subnet.log", "level": "information"}}""");
        CommandRun run = await Run("log");
        Assert.That(run.Error, Is.Empty);
        Assert.That(await File.ReadAllTextAsync(home.Combine("subnet.log")), Does.Contain("something happened"));
    }

    [Test]
    public async Task Progress_without_a_terminal_is_plain_lines_on_standard_error()
    {
        CommandRun run = await Run("work");
        Assert.That(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(10).And.All.StartsWith("working: "));
        Assert.That(run.Output.Trim(), Is.EqualTo("100"));
    }

    [Test]
    public async Task Progress_is_silent_when_quiet()
    {
        CommandRun run = await Run("work", "--quiet");
        Assert.That(run.Error, Is.Empty);
        Assert.That(run.Output.Trim(), Is.EqualTo("100"));
    }

    [Test]
    public async Task Refusal_of_a_disk_is_could_not()
    {
        CommandRun run = await Run("disk", "--json");
        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(JsonNode.Parse(run.Error)!["code"]!.GetValue<string>(), Is.EqualTo("disk-full"));
    }

    private Task<CommandRun> Run(params string[] arguments) => Run(arguments, "", false);

    private Task<CommandRun> Run(string command, string input, bool interactive) => Run([command], input, interactive);

    private Task<CommandRun> Run(string[] arguments, string input, bool interactive) => CommandRun.Of(
        home.Path, arguments, input: input, interactive: interactive,
        tree: options => CommandTree.Complete(options,
        [
            new Probe("fail", (_, _) => throw new InvalidOperationException("the details of the bug")),
            new Probe("disk", (_, _) => throw new IOException("no space left", 28)),
            new Probe("log", (context, _) =>
            {
                LogSomething(context.Loggers.CreateLogger("probe"), null);
                return Task.FromResult(ExitCode.Done);
            }),
            new Probe("work", WorkAsync),
            new ChangingProbe(),
        ]));

    private static readonly Action<ILogger, Exception?> LogSomething =
        LoggerMessage.Define(LogLevel.Information, new EventId(1), "something happened");

    private static async Task<ExitCode> WorkAsync(CommandContext context, CancellationToken cancellationToken)
    {
        int done = await context.Output.ProgressAsync("working", 100, progress =>
        {
            for (int i = 1; i <= 100; i++)
            {
                progress.Report(i);
            }

            return Task.FromResult(100);
        });
        context.Output.Raw($"{done}\n");
        return ExitCode.Done;
    }

    private sealed class Probe(string name, Func<CommandContext, CancellationToken, Task<ExitCode>> run)
        : SubnetCommand(name, "A command of the test.", new CommandExample(name))
    {
        public override Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken) => run(context, cancellationToken);
    }

    private sealed class ChangingProbe() : StateChangingCommand("change", "Changes something.", new CommandExample("change"))
    {
        public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
        {
            await context.ConfirmAsync(this, "Really?", cancellationToken);
            context.Output.Raw("changed\n");
            return ExitCode.Done;
        }
    }
}
