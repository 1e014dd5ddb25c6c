using System.CommandLine;
using Subnet.Health.Cli.Documentation;
using Subnet.Health.Cli.Output;

namespace Subnet.Health.Cli.Commands;

/// <summary><c>subnet docs FOLDER</c>: writes the pages that come from the code, or checks that they are current.</summary>
internal sealed class DocsCommand : SubnetCommand
{
    private readonly Argument<string> folder = new("FOLDER") { Description = "The folder of the pages, such as docs." };

    private readonly Option<bool> check = new("--check") { Description = "Write nothing; end with 1 if a page is missing or differs." };

    public DocsCommand()
        : base(
            "docs",
            "Write the reference pages that come from the code: commands, errors, settings, JSON schemas.",
            new CommandExample("docs docs --check"),
            new CommandExample("docs docs", "a checkout to write to"))
    {
        Arguments.Add(folder);
        Options.Add(check);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(DocsDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        string root = context.FullPath(context.Get(folder));
        bool checkOnly = context.Get(check);
        List<string> changed = [];
        IReadOnlyDictionary<string, string> pages = GeneratedPages.All();
        foreach ((string relative, string text) in pages)
        {
            string path = Path.Combine(root, relative);
            if (File.Exists(path) && await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false) == text)
            {
                continue;
            }

            changed.Add(relative);
            if (!checkOnly)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                string temporary = path + ".new";
                await File.WriteAllTextAsync(temporary, text, CancellationToken.None).ConfigureAwait(false);
                File.Move(temporary, path, overwrite: true);
            }
        }

        List<string> stale = StaleSchemas(root, pages);
        if (!checkOnly)
        {
            stale.ForEach(relative => File.Delete(Path.Combine(root, relative)));
        }

        changed.AddRange(stale);
        context.Output.Document(new DocsDocument(pages.Count, changed), _ =>
        {
            changed.ForEach(relative => context.Output.Raw($"{(checkOnly ? "differs" : "wrote")} {relative}\n"));
            context.Output.Raw($"{pages.Count} pages, {changed.Count} {(checkOnly ? "to write" : "written")}\n");
        });
        return checkOnly && changed.Count > 0 ? ExitCode.No : ExitCode.Done;
    }

    // A schema whose document is gone would promise what no command prints.
    private static List<string> StaleSchemas(string root, IReadOnlyDictionary<string, string> pages)
    {
        string schemas = Path.Combine(root, "json");
        return !Directory.Exists(schemas)
            ? []
            : [.. Directory.GetFiles(schemas, "*.schema.json").Select(path => "json/" + Path.GetFileName(path)).Where(path => !pages.ContainsKey(path)).Order(StringComparer.Ordinal)];
    }
}

/// <summary>The answer of <c>subnet docs</c>.</summary>
internal sealed record DocsDocument(int Pages, IReadOnlyList<string> Changed) : Document(FormatName)
{
    public const string FormatName = "subnet/docs/1";
}
