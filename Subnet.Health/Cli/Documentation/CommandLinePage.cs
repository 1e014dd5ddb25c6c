using System.CommandLine;
using System.CommandLine.Help;
using System.Text;

namespace Subnet.Health.Cli.Documentation;

/// <summary>Writes <c>docs/cli.md</c> from the command tree, so that the page and <c>--help</c> cannot differ.</summary>
internal static class CommandLinePage
{
    /// <summary>The page as Markdown.</summary>
    public static string Text()
    {
        GlobalOptions options = new();
        RootCommand root = CommandTree.Create(options);
        StringBuilder page = new();
        page.Append("# Command line\n\n");
        page.Append("Written by `subnet docs docs`; a test compares it with the program.\n\n");
        page.Append(root.Description).Append("\n\n## On every command\n\n");
        AppendOptions(page, root.Options);
        foreach (Command command in CommandTree.Walk(root).Skip(1))
        {
            AppendCommand(page, command);
        }

        return page.ToString();
    }

    private static void AppendCommand(StringBuilder page, Command command)
    {
        List<string> path = PathOf(command);
        page.Append('\n').Append(path.Count == 1 ? "## " : "### ").Append("subnet ").AppendJoin(' ', path);
        foreach (Argument argument in command.Arguments)
        {
            page.Append(argument.Arity.MinimumNumberOfValues == 0 ? $" [{argument.Name}]" : $" {argument.Name}");
            page.Append(argument.Arity.MaximumNumberOfValues > 1 ? "..." : "");
        }

        page.Append("\n\n").Append(command.Description).Append('\n');
        if (command is not SubnetCommand leaf)
        {
            return;
        }

        if (leaf.Arguments.Count + leaf.Options.Count > 0)
        {
            page.Append('\n');
        }

        foreach (Argument argument in leaf.Arguments)
        {
            page.Append($"- `{argument.Name}`: {argument.Description}\n");
        }

        AppendOptions(page, leaf.Options);
        page.Append("\n```\n");
        foreach (CommandExample example in leaf.Examples)
        {
            page.Append("subnet ").Append(example.Arguments).Append(example.Needs is null ? "" : $"    # needs {example.Needs}").Append('\n');
        }

        page.Append("```\n");
        if (leaf.Documents.Count > 0)
        {
            page.Append("\nWith `--json`: ").AppendJoin(", ", leaf.Documents.Select(type =>
                $"[`{Output.DocumentSchema.FormatOf(type)}`](json/{Output.DocumentSchema.FileName(type)})")).Append('\n');
        }
    }

    private static void AppendOptions(StringBuilder page, IEnumerable<Option> options)
    {
        foreach (Option option in options.Where(option => !option.Hidden))
        {
            page.Append("- `").Append(option.Name);
            page.Append(TakesValue(option) ? $" {option.HelpName ?? "VALUE"}" : "").Append('`');
            page.Append(option.Aliases.Count == 0 ? "" : $" (or {string.Join(", ", option.Aliases.Where(NotSlash).Select(alias => $"`{alias}`"))})");
            page.Append(": ").Append(option.Description).Append(option.Required ? " Required." : "").Append('\n');
        }
    }

    private static bool TakesValue(Option option) => option is not HelpOption && option.ValueType != typeof(bool);

    private static bool NotSlash(string alias) => !alias.StartsWith('/');

    private static List<string> PathOf(Command command) =>
        command.Parents.OfType<Command>().SingleOrDefault() is { } parent and not RootCommand ? [.. PathOf(parent), command.Name] : [command.Name];
}
