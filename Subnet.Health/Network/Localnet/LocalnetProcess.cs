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
    /// <param name="pidFile">Where the process's number is written before anything else, by the process itself: whoever started it may be gone by then.</param>
    /// <returns>The process's number.</returns>
    /// <exception cref="IOException">It cannot be started.</exception>
    public static int Start(IReadOnlyList<string> arguments, string log, string pidFile)
    {
        string program = Environment.ProcessPath ?? throw new IOException("this program does not know its own path");
        string[] command = Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? [program, Path.Combine(AppContext.BaseDirectory, "subnet.dll"), .. arguments]
            : [program, .. arguments];

        // The shell replaces itself, so the number is the role's; nothing of this terminal stays open in it.
        ProcessStartInfo start = OperatingSystem.IsWindows()
            ? new ProcessStartInfo(command[0], command[1..]) { CreateNoWindow = true }
            : new ProcessStartInfo(Shell, ["-c", "echo $$ >\"$1.new\" && mv \"$1.new\" \"$1\" || exit 1; log=$2; shift 2; exec \"$@\" </dev/null >>\"$log\" 2>&1", "sh", pidFile, log, .. command]);
        start.Environment["SUBNET_LOG__LEVEL"] = "information";
        using Process process = Process.Start(start) ?? throw new IOException($"'{program}' could not be started");
        if (OperatingSystem.IsWindows())
        {
            File.WriteAllText(pidFile, process.Id.ToString(CultureInfo.InvariantCulture));
        }

        return process.Id;
    }

    /// <summary>The number of the process that wrote a file of <see cref="Start"/>, or null where none did or it does not run any more.</summary>
    /// <param name="pidFile">The file.</param>
    /// <param name="argument">One of the arguments that it was started with: a number may be another process's by now.</param>
    public static int? Find(string pidFile, string argument) =>
        File.Exists(pidFile) && int.TryParse(File.ReadAllText(pidFile), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out int pid) && IsRunning(pid) && WasGiven(pid, argument)
            ? pid
            : null;

    private static bool WasGiven(int pid, string argument)
    {
        string file = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/cmdline");
        try
        {
            return !OperatingSystem.IsLinux() || File.ReadAllText(file).Split('\0').Contains(argument, StringComparer.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
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
