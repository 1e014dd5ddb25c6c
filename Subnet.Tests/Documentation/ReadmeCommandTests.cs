using System.Diagnostics;
using System.Text.RegularExpressions;
using Subnet.Tests.Support;

namespace Subnet.Tests.Documentation;

/// <summary>
/// The commands that README.md prints, run by the built program in a copy that holds what the repository holds and nothing beside it: who copies them from the page gets what it says. Left out
/// are those with a placeholder, those that build, and those that need a network.
/// </summary>
[TestFixture]
internal sealed partial class ReadmeCommandTests
{
    [Test]
    public async Task Commands_that_need_no_network_run_in_a_bare_copy()
    {
        using TemporaryFolder folder = new();
        string copy = folder.Combine("copy");
        CopyTo(copy, RepositoryFolder.Find());
        Dictionary<string, string> variables = new() { ["SUBNET_HOME"] = folder.Combine("home") };
        List<string> run = [];
        foreach (string line in Fenced(await File.ReadAllTextAsync(Path.Combine(copy, "README.md"))))
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

        // A page whose commands are no longer found would pass without having run any.
        Assert.That(run, Is.SupersetOf((string[])["model inspect", "model verify", "model compile"]));
    }

    [TestCase("subnet audit verify LOG --origin NAME", true)]
    [TestCase("subnet miner run heart --netuid 1", true)]
    [TestCase("subnet localnet up", true)]
    [TestCase("subnet clinic models --wallet-name clinic-riverside", true)]
    [TestCase("subnet epoch run samples/epoch.json --explain", false)]
    [TestCase("subnet model inspect samples/models/heart-fasttree.zip", false)]
    public void Only_commands_without_placeholder_and_network_are_run(string line, bool isLeftOut) => Assert.That(IsLeftOut(line), Is.EqualTo(isLeftOut));

    [Test]
    public void Fenced_lines_come_without_remarks_and_with_their_continuation() => Assert.That(
        Fenced("before\n```\nsubnet a b   what it does\nsubnet c \\\n    --d e\n```\nsubnet not one\n"), Is.EqualTo((string[])["subnet a b", "subnet c --d e"]));

    private static bool IsLeftOut(string line)
    {
        string[] words = line.Split(' ')[1..];
        return words[0] is "localnet" or "demo" or "dashboard" || words.Any(static word => word is "--wallet-name" or "--netuid" || Placeholder().IsMatch(word));
    }

    private static IEnumerable<string> Fenced(string page)
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
        foreach (string file in Held(repository).Where(static file => file == "README.md" || file.StartsWith("samples/", StringComparison.Ordinal)))
        {
            string target = Path.Combine(copy, file);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(Path.Combine(repository, file), target);
        }
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
