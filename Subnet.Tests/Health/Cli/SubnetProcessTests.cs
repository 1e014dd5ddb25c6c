using System.Diagnostics;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Cli;

/// <summary>What only a process of its own shows: folders, colours, environment, the shell.</summary>
[TestFixture]
internal sealed class SubnetProcessTests
{
    private TemporaryFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public async Task Relative_files_are_those_of_the_callers_folder()
    {
        await File.WriteAllTextAsync(folder.Combine("mine.json"), """{"log": {"level": "error"}}""");
        (int code, string output, string error) = await SubnetProcess.RunAsync(folder.Path, ["config", "get", "log.level", "--config", "mine.json"]);
        Assert.That(code, Is.Zero, error);
        Assert.That(output.Trim(), Is.EqualTo("error"));
    }

    [Test]
    public async Task Redirected_output_has_no_colour_codes_even_when_a_terminal_is_named()
    {
        Dictionary<string, string> variables = new() { ["TERM"] = "xterm-256color", ["COLORTERM"] = "truecolor", ["SUBNET_HOME"] = folder.Path };
        (int code, string output, string error) = await SubnetProcess.RunAsync(folder.Path, ["doctor", "--verbose"], variables);
        Assert.That(code, Is.Zero, output + error);
        Assert.That(output + error, Does.Not.Contain('\x1b'));
        Assert.That(output, Does.Contain("runtime"));
    }

    [Test]
    public async Task Narrow_terminal_settings_do_not_wrap_redirected_output()
    {
        (_, string output, _) = await SubnetProcess.RunAsync(folder.Path, ["config", "show"], new Dictionary<string, string> { ["COLUMNS"] = "20", ["SUBNET_HOME"] = folder.Path });
        Assert.That(output, Does.Contain("Where log entries go; standard error when there is none."));
    }

    [TestCase("INT", 130)]
    [TestCase("TERM", 143)]
    public async Task Signal_stops_a_running_command_with_its_code(string signal, int expected)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("there is no kill");
        }

        // Enough work for minutes, so that the signal always comes before the end.
        string vectors = SharedFolder.Require("vectors", "yuma", "epoch_256.json");
        for (int i = 0; i < 500; i++)
        {
            File.CreateSymbolicLink(folder.Combine($"epochs-{i}.json"), vectors);
        }

        // A shell lets its background jobs ignore interrupts, and the tests may be one: whoever is started by them would ignore them, too.
        string[] heeding = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT"] : [];
        using Process process = SubnetProcess.Start(folder.Path, ["conformance", "yuma", "."], null, heeding);
        Assert.That(await process.StandardError.ReadLineAsync(), Does.StartWith("replaying"));
        using Process kill = Process.Start("kill", ["-s", signal, process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        string error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.EqualTo(expected));
        Assert.That(error, Does.Contain("Stopped before it was done"));
        Assert.That(await process.StandardOutput.ReadToEndAsync(), Is.Empty);
    }

    [Test]
    public async Task Bash_completes_the_words_of_the_tree()
    {
        if (!File.Exists("/bin/bash"))
        {
            Assert.Ignore("there is no bash");
        }

        (_, string script, _) = await SubnetProcess.RunAsync(folder.Path, ["completion", "bash"]);
        await File.WriteAllTextAsync(folder.Combine("completion.bash"), script);
        const string Probe = "source completion.bash; COMP_LINE='subnet conf'; COMP_POINT=11; _subnet; printf '%s\\n' \"${COMPREPLY[@]}\"";
        ProcessStartInfo start = new("/bin/bash", ["-c", Probe]) { WorkingDirectory = folder.Path, RedirectStandardOutput = true };
        start.Environment["PATH"] = AppContext.BaseDirectory + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH");
        using Process bash = Process.Start(start)!;
        string words = await bash.StandardOutput.ReadToEndAsync();
        await bash.WaitForExitAsync();
        Assert.That(words.Split('\n', StringSplitOptions.RemoveEmptyEntries), Does.Contain("config").And.Contain("conformance"));
    }
}
