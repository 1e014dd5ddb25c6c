using System.Diagnostics;
using Subnet.Tests.Support;

namespace Subnet.Tests.Interop;

/// <summary>
/// A program of <c>Subnet.Tests/Interop</c> running under Node, talked to in lines. The packages come from
/// <c>npm ci --ignore-scripts</c> in that folder, which <c>.ci/run</c> does.
/// </summary>
internal sealed class NodeOracle : IAsyncDisposable
{
    private readonly Process process;
    private readonly Task<string> errors;

    private NodeOracle(Process process)
    {
        this.process = process;
        errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>The folder of the scripts and their packages.</summary>
    public static string Folder { get; } = Path.Combine(RepositoryFolder.Find(), "Subnet.Tests", "Interop");

    /// <summary>Ignores the running test, with the reason, where Node or one of the packages is absent.</summary>
    public static void Require(params string[] packages)
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        string name = OperatingSystem.IsWindows() ? "node.exe" : "node";
        if (!folders.Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, name))))
        {
            Assert.Ignore("Node is absent from PATH");
        }

        string[] missing = [.. packages.Where(package => !Directory.Exists(Path.Combine(Folder, "node_modules", package)))];
        if (missing.Length > 0)
        {
            Assert.Ignore($"{string.Join(", ", missing)} not installed: run 'npm ci --ignore-scripts' in Subnet.Tests/Interop");
        }
    }

    /// <summary>Starts a script of the folder.</summary>
    public static NodeOracle Start(string script, params string[] arguments) => new(Process.Start(
        new ProcessStartInfo("node", [Path.Combine(Folder, script), .. arguments])
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);

    /// <summary>Runs a script to its end with <paramref name="input"/> on its standard input; its standard output.</summary>
    /// <exception cref="InvalidOperationException">It ended with another code than 0; the message holds what it said.</exception>
    public static async Task<string> RunAsync(string script, string input, params string[] arguments)
    {
        await using NodeOracle oracle = Start(script, arguments);
        Task<string> output = oracle.process.StandardOutput.ReadToEndAsync();
        await oracle.process.StandardInput.WriteAsync(input);
        oracle.process.StandardInput.Close();
        string answer = await output.WaitAsync(Patience.Long);
        await oracle.process.WaitForExitAsync();
        return oracle.process.ExitCode == 0
            ? answer
            : throw new InvalidOperationException($"{script} ended with {oracle.process.ExitCode}: {await oracle.errors}");
    }

    /// <summary>The next line of its standard output.</summary>
    /// <exception cref="InvalidOperationException">It ended instead; the message holds what it said.</exception>
    public async Task<string> ReadLineAsync() =>
        await process.StandardOutput.ReadLineAsync().WaitAsync(Patience.Long)
        ?? throw new InvalidOperationException($"the oracle ended: {await errors}");

    /// <summary>Sends a line to its standard input.</summary>
    public async Task WriteLineAsync(string line)
    {
        await process.StandardInput.WriteLineAsync(line);
        await process.StandardInput.FlushAsync();
    }

    /// <summary>Stops it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        await process.WaitForExitAsync();
        process.Dispose();
    }
}
