using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Subnet.Core.Ledger;
using Subnet.Tests.Support;

namespace Subnet.Tests.Documentation;

/// <summary>
/// The commands that README.md and further pages print, run by the built program in a copy that holds what the repository holds and nothing beside it: who copies them from the page gets what it says. Left out
/// are those with a placeholder, those that build, and those that need a network.
/// </summary>
[TestFixture]
internal sealed partial class ReadmeCommandTests
{
    /// <param name="page">Where the commands stand.</param>
    /// <param name="expected">Commands among them: a page whose commands are no longer found would pass without having run any.</param>
    [TestCase("README.md", "model inspect", "model verify", "model compile")]
    [TestCase("docs/models.md", "model inspect", "model predict", "model verify", "model compile", "model card")]
    [TestCase("docs/emission.md", "epoch run", "epoch what-if")]
    public async Task Commands_of_a_page_that_need_no_network_run_in_a_bare_copy(string page, params string[] expected)
    {
        using TemporaryFolder folder = new();
        string copy = folder.Combine("copy");
        CopyTo(copy, RepositoryFolder.Find());
        AddOwnFiles(copy);
        Dictionary<string, string> variables = new() { ["SUBNET_HOME"] = folder.Combine("home"), ["SUBNET_MODEL_PASSWORD"] = "demo" };
        List<string> run = [];
        foreach (string line in Commands(await File.ReadAllTextAsync(Path.Combine(copy, page))))
        {
            if (Export().Match(line) is { Success: true } export)
            {
                variables[export.Groups["name"].Value] = export.Groups["value"].Value;
            }
            else if (line.StartsWith("subnet ", StringComparison.Ordinal) && !IsLeftOut(line))
            {
                (int code, string output) = await Run(copy, line.Split(' ')[1..], variables);
                Assert.That(code, Is.Zero, $"{line}\n{output}");
                run.Add(string.Join(' ', line.Split(' ').Skip(1).Take(2)));
            }
        }

        Assert.That(run, Is.SupersetOf(expected));
    }

    [Test]
    public async Task Genesis_file_of_the_ledgers_page_is_one()
    {
        string page = await File.ReadAllTextAsync(Path.Combine(RepositoryFolder.Find(), "docs", "ledger.md"));
        string file = page.Split("```json\n")[1].Split("```")[0];
        Assert.That(GenesisFile.Parse(Encoding.UTF8.GetBytes(file)).Network, Is.EqualTo("trial"));
    }

    [TestCase("subnet audit verify LOG --origin NAME", true)]
    [TestCase("subnet miner run heart --netuid 1", true)]
    [TestCase("subnet localnet up", true)]
    [TestCase("subnet clinic models --wallet-name clinic-riverside", true)]
    [TestCase("subnet delegate compare 1", true)]
    [TestCase("subnet model predict heart.zip --input rows.csv | diff - heart.answers.csv", true)]
    [TestCase("subnet emission schedule", false)]
    [TestCase("subnet epoch run samples/epoch.json --explain", false)]
    [TestCase("subnet model inspect samples/models/heart-fasttree.zip", false)]
    public void Only_commands_without_placeholder_and_network_are_run(string line, bool isLeftOut) => Assert.That(IsLeftOut(line), Is.EqualTo(isLeftOut));

    [Test]
    public void Fenced_lines_come_without_remarks_and_with_their_continuation() => Assert.That(
        Commands("before\n```\nsubnet a b   what it does\nsubnet c \\\n    --d e\n```\nsubnet not one\n"), Is.EqualTo((string[])["subnet a b", "subnet c --d e"]));

    private static bool IsLeftOut(string line)
    {
        string[] words = line.Split(' ')[1..];
        return words[0] is "localnet" or "demo" or "dashboard" or "subnets" or "delegate" || words.Contains("|") || words.Any(static word => word is "--wallet-name" or "--netuid" || Placeholder().IsMatch(word));
    }

    private static IEnumerable<string> Commands(string page)
    {
        string[] parts = page.Split("```");
        return parts.Where(static (_, i) => i % 2 == 1)
            .SelectMany(static part => Continuation().Replace(part, " ").Split('\n'))
            .Select(static line => Remark().Replace(line, ""))
            .Where(static line => line.Length > 0);
    }

    private static async Task<(int Code, string Output)> Run(string folder, string[] arguments, Dictionary<string, string> variables)
    {
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "subnet.dll"), .. arguments])
        {
            WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (string name in start.Environment.Keys.Where(static name => name.StartsWith("SUBNET_", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(name);
        }

        foreach ((string name, string value) in variables)
        {
            start.Environment[name] = value;
        }

        using CancellationTokenSource late = new(Patience.Run);
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        try
        {
            Task<string> error = process.StandardError.ReadToEndAsync(late.Token);
            string output = await process.StandardOutput.ReadToEndAsync(late.Token);
            await process.WaitForExitAsync(late.Token);
            return (process.ExitCode, output + await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return (-1, $"did not end within {Patience.Run}");
        }
    }

    /// <summary>What the repository holds of the page and the samples; a file that lies in the work tree alone is not there for who clones.</summary>
    private static void CopyTo(string copy, string repository)
    {
        foreach (string file in Held(repository).Where(static file => file == "README.md" || file.StartsWith("docs/", StringComparison.Ordinal) || file.StartsWith("samples/", StringComparison.Ordinal)))
        {
            string target = Path.Combine(copy, file);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(Path.Combine(repository, file), target);
        }
    }

    /// <summary>What a page calls the reader's own: a model, the table that it was trained on, a few rows, and what the columns mean.</summary>
    private static void AddOwnFiles(string copy)
    {
        string samples = Path.Combine(copy, "samples");
        File.Copy(Path.Combine(samples, "models", "heart-fasttree.zip"), Path.Combine(copy, "heart.zip"));
        File.Copy(Path.Combine(samples, "models", "heart-features.json"), Path.Combine(copy, "features.json"));
        File.Copy(Path.Combine(samples, "data", "heart-cleveland.csv"), Path.Combine(copy, "training.csv"));
        File.WriteAllLines(Path.Combine(copy, "rows.csv"), File.ReadLines(Path.Combine(samples, "data", "heart-cleveland-heldout.csv")).Take(4));
    }

    private static string[] Held(string repository)
    {
        if (!Path.Exists(Path.Combine(repository, ".git")))
        {
            return [.. Directory.EnumerateFiles(repository, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(repository, file).Replace('\\', '/'))];
        }

        using Process git = Process.Start(new ProcessStartInfo("git", ["ls-files", "-z"]) { WorkingDirectory = repository, RedirectStandardOutput = true })!;
        string[] files = git.StandardOutput.ReadToEnd().Split('\0', StringSplitOptions.RemoveEmptyEntries);
        git.WaitForExit();
        return [.. files.Where(file => File.Exists(Path.Combine(repository, file)))];
    }

    [GeneratedRegex("^export (?<name>[A-Z_]+)=(?<value>[^ ]+)")]
    private static partial Regex Export();

    [GeneratedRegex(@" *\\\n *")]
    private static partial Regex Continuation();

    /// <summary>Two spaces or more end a command: what follows says what it does.</summary>
    [GeneratedRegex(" {2,}.*$")]
    private static partial Regex Remark();

    [GeneratedRegex("^[A-Z][A-Z_]{2,}$|\\.\\.\\.")]
    private static partial Regex Placeholder();
}
