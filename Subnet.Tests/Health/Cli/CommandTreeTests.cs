using System.CommandLine;
using System.Text.Json.Nodes;
using Subnet.Health.Cli;
using Subnet.Health.Cli.Documentation;
using Subnet.Health.Cli.Output;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Cli;

/// <summary>Walks every command there is: what holds for all of them is tested here once.</summary>
[TestFixture]
internal sealed class CommandTreeTests
{
    private static IEnumerable<TestCaseData> Commands() => CommandTree.Walk(CommandTree.Create(new GlobalOptions()))
        .Select(command => new TestCaseData(command).SetArgDisplayNames(Path(command)));

    private static IEnumerable<TestCaseData> Leaves() => CommandTree.Walk(CommandTree.Create(new GlobalOptions()))
        .OfType<SubnetCommand>()
        .Select(command => new TestCaseData(command).SetArgDisplayNames(Path(command)));

    private static IEnumerable<TestCaseData> RunnableExamples() => CommandTree.Walk(CommandTree.Create(new GlobalOptions()))
        .OfType<SubnetCommand>()
        .SelectMany(command => command.Examples.Where(example => example.Needs is null)
            .Select(example => new TestCaseData(command, example).SetArgDisplayNames(example.Arguments)));

    // Without those whose output has a specified form of its own.
    private static IEnumerable<TestCaseData> ExamplesWithDocuments() =>
        RunnableExamples().Where(data => ((SubnetCommand)data.Arguments[0]!).Documents.Count > 0);

    [TestCaseSource(nameof(Commands))]
    public void Command_has_a_description_that_is_a_sentence(Command command)
    {
        Assert.That(command.Description, Is.Not.Empty.And.EndsWith("."));
        foreach (Symbol symbol in command.Arguments.Cast<Symbol>().Concat(command.Options).Where(symbol => !symbol.Hidden && symbol is not System.CommandLine.Help.HelpOption))
        {
            Assert.That(symbol.Description, Is.Not.Null.And.EndsWith("."), $"{Path(command)} {symbol.Name}");
        }
    }

    [TestCaseSource(nameof(Leaves))]
    public void Options_of_a_command_share_no_name(SubnetCommand command)
    {
        IEnumerable<Option> inherited = Ancestors(command).SelectMany(parent => parent.Options).Where(option => option.Recursive);
        Assert.That(command.Options.Concat(inherited).Distinct().SelectMany(option => option.Aliases.Append(option.Name).Distinct()), Is.Unique);
    }

    [TestCaseSource(nameof(Leaves))]
    public async Task Command_shows_its_examples_in_its_help(SubnetCommand command)
    {
        Assert.That(command.Examples, Is.Not.Empty);
        Assert.That(command.Examples.Select(example => example.Arguments), Is.All.StartsWith(Path(command)));
        using TemporaryFolder home = new();
        CommandRun run = await CommandRun.Of(home.Path, [.. Path(command).Split(' '), "--help"]);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        foreach (CommandExample example in command.Examples)
        {
            Assert.That(run.Output, Does.Contain("subnet " + example.Arguments));
        }
    }

    [TestCaseSource(nameof(Leaves))]
    public async Task Unknown_option_ends_with_usage_and_says_where_to_look(SubnetCommand command)
    {
        using TemporaryFolder home = new();
        CommandRun run = await CommandRun.Of(home.Path, [.. Path(command).Split(' '), "--no-such-option"]);
        Assert.That(run.ExitCode, Is.EqualTo((int)ExitCode.Usage));
        Assert.That(run.Output, Is.Empty);
        Assert.That(run.Error, Does.Contain("--no-such-option").And.Contain($"subnet {Path(command)} --help"));
        Assert.That(run.Error.Trim().Split('\n'), Has.Length.EqualTo(1));
    }

    [TestCaseSource(nameof(RunnableExamples))]
    public async Task Example_without_a_need_runs(SubnetCommand command, CommandExample example)
    {
        using TemporaryFolder home = new();
        CommandRun run = await CommandRun.Of(home.Path, Words(example), currentDirectory: RepositoryFolder.Find());
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Does.Not.Contain('\x1b'), Path(command));
    }

    [TestCaseSource(nameof(ExamplesWithDocuments))]
    public async Task Json_of_an_example_fits_a_schema_of_its_command(SubnetCommand command, CommandExample example)
    {
        using TemporaryFolder home = new();
        string[] words = Words(example);
        CommandRun run = await CommandRun.Of(home.Path, words.Contains("--json") ? words : [.. words, "--json"], currentDirectory: RepositoryFolder.Find());
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        JsonNode answer = JsonNode.Parse(run.Output)!;
        Type type = command.Documents.Single(type => DocumentSchema.FormatOf(type) == answer["format"]!.GetValue<string>());
        Assert.That(SchemaCheck.Problems(JsonNode.Parse(DocumentSchema.Text(type))!, answer), Is.Empty);
        Assert.That(answer.AsObject().First().Key, Is.EqualTo("format"));
    }

    [Test]
    public void Documents_of_all_commands_have_formats_of_their_own()
    {
        Assert.That(DocumentSchema.AllTypes.Select(DocumentSchema.FormatOf), Is.Unique.And.All.Match("^subnet/[a-z0-9-]+/[0-9]+$"));
    }

    [Test]
    public void Pages_written_from_the_code_are_current()
    {
        string docs = System.IO.Path.Combine(RepositoryFolder.Find(), "docs");
        foreach ((string page, string text) in GeneratedPages.All())
        {
            string path = System.IO.Path.Combine(docs, page);
            Assert.That(path, Does.Exist, "run 'subnet docs docs'");
            Assert.That(File.ReadAllText(path), Is.EqualTo(text), $"{page}: run 'subnet docs docs'");
        }
    }

    private static string[] Words(CommandExample example) => example.Arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<Command> Ancestors(Command command) => command.Parents.OfType<Command>().SelectMany(parent => Ancestors(parent).Prepend(parent));

    private static string Path(Command command) =>
        command.Parents.OfType<Command>().SingleOrDefault() is { } parent and not RootCommand ? $"{Path(parent)} {command.Name}" : command.Name;
}
