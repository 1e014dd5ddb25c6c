using System.Diagnostics;
using System.Globalization;

namespace Subnet.Health.Network.Localnet;

/// <summary>Starts and stops the roles' processes: this very program, detached from the terminal that started it.</summary>
internal static class LocalnetProcess
{
    private const string Shell = "/bin/sh";

    /// <summary>Starts this program with arguments; its output goes to a file.</summary>
    /// <param name="arguments">After the program's name.</param>
    /// <param name="log">Where standard output and error are appended.</param>
    /// <returns>The process's number.</returns>
    /// <exception cref="IOException">It cannot be started.</exception>
    public static int Start(IReadOnlyList<string> arguments, string log)
    {
        string program = Environment.ProcessPath ?? throw new IOException("this program does not know its own path");
        string[] command = Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? [program, Path.Combine(AppContext.BaseDirectory, "subnet.dll"), .. arguments]
            : [program, .. arguments];

        // The shell replaces itself, so the number is the role's; nothing of this terminal stays open in it.
        ProcessStartInfo start = OperatingSystem.IsWindows()
            ? new ProcessStartInfo(command[0], command[1..]) { CreateNoWindow = true }
            : new ProcessStartInfo(Shell, ["-c", "log=$1; shift; exec \"$@\" </dev/null >>\"$log\" 2>&1", "sh", log, .. command]);
        start.Environment["SUBNET_LOG__LEVEL"] = "information";
        using Process process = Process.Start(start) ?? throw new IOException($"'{program}' could not be started");
        return process.Id;
    }

    /// <summary>Whether a role's process is there.</summary>
    public static bool IsRunning(int pid)
    {
        try
        {
            using Process process = Process.GetProcessById(pid);
            return !process.HasExited && !IsDefunct(pid) && process.ProcessName is "subnet" or "dotnet" or "sh" or "dash";
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    // A process that was killed has its number until its parent asks how it ended, and that may be never.
    private static bool IsDefunct(int pid)
    {
        string file = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat");
        if (!OperatingSystem.IsLinux() || !File.Exists(file))
        {
            return false;
        }

        try
        {
            string stat = File.ReadAllText(file);
            return stat[stat.LastIndexOf(')')..].StartsWith(") Z", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>Asks a role's process to end and waits; ends it where it does not.</summary>
    /// <returns>Whether it ended by itself.</returns>
    public static async Task<bool> StopAsync(int pid, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!IsRunning(pid))
        {
            return true;
        }

        if (!OperatingSystem.IsWindows())
        {
            using Process signal = Process.Start(new ProcessStartInfo(Shell, ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -TERM {pid}")]))!;
            await signal.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        }

        long started = time.GetTimestamp();
        while (IsRunning(pid) && time.GetElapsedTime(started) < patience)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellationToken).ConfigureAwait(false);
        }

        if (!IsRunning(pid))
        {
            return true;
        }

        using Process process = Process.GetProcessById(pid);
        process.Kill(entireProcessTree: true);
        return false;
    }
}
