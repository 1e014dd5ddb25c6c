using System.Diagnostics;

namespace Subnet.Tests.Support;

/// <summary>Runs the executable <c>subnet</c> that lies beside the tests, as a process of its own.</summary>
internal static class SubnetProcess
{
    /// <summary>The executable's path.</summary>
    public static string Executable { get; } = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "subnet.exe" : "subnet");

    /// <summary>Starts it with its streams redirected; the caller disposes the process.</summary>
    /// <param name="currentDirectory">Where it runs.</param>
    /// <param name="arguments">What it is given.</param>
    /// <param name="variables">Environment beside that of the tests.</param>
    /// <param name="through">A program with its arguments that becomes the executable; none by default.</param>
    public static Process Start(string currentDirectory, string[] arguments, IReadOnlyDictionary<string, string>? variables = null, params string[] through)
    {
        string[] command = [.. through, Executable, .. arguments];
        ProcessStartInfo start = new(command[0], command[1..])
        {
            WorkingDirectory = currentDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in variables ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(
        string currentDirectory, string[] arguments, IReadOnlyDictionary<string, string>? variables = null)
    {
        using CancellationTokenSource limit = new(Patience.Run);
        using Process process = Start(currentDirectory, arguments, variables);
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
        Task<string> error = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"subnet {string.Join(' ', arguments)} did not end");
        }

        return (process.ExitCode, await output, await error);
    }
}
