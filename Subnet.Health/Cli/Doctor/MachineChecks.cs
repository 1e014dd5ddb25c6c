using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Subnet.Health.Cli.Doctor;

/// <summary>The checks of <c>subnet doctor</c>. Each looks at the real thing and changes nothing that stays.</summary>
internal static class MachineChecks
{
    private const long LeastDiskBytes = 1L << 30;
    private const int MostAttempts = 5;
    private static readonly TimeSpan MostDrift = TimeSpan.FromMilliseconds(25);

    /// <summary>The .NET runtime: major version 10, and a server-grade 64-bit process.</summary>
    public static DoctorCheck Runtime()
    {
        string detail = $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}";
        return Environment.Is64BitProcess
            ? DoctorCheck.Good("runtime", detail)
            : new DoctorCheck("runtime", CheckStatus.Failed, detail + ", 32 bits", "Install the 64-bit .NET 10 runtime.");
    }

    /// <summary>The vector width and instructions that the arithmetic uses.</summary>
    public static DoctorCheck Cpu()
    {
        int width = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;
        bool fma = System.Runtime.Intrinsics.X86.Fma.IsSupported || System.Runtime.Intrinsics.Arm.AdvSimd.Arm64.IsSupported;
        string detail = $"{Environment.ProcessorCount} cores, {(width == 0 ? "no vectors" : $"vectors of {width} bits")}, fused multiply-add {(fma ? "yes" : "no")}";
        return width >= 256 && fma
            ? DoctorCheck.Good("cpu", detail)
            : new DoctorCheck(
                "cpu", CheckStatus.Warning, detail,
                "Everything works and gives the same results, but slower; use a processor with AVX2 and FMA, and check DOTNET_EnableAVX* in the environment.");
    }

    /// <summary>Free space where state is kept, and how long the disk takes to make a write durable.</summary>
    public static DoctorCheck Disk(string home)
    {
        string folder = home;
        while (!Directory.Exists(folder))
        {
            folder = Path.GetDirectoryName(folder) ?? Path.GetPathRoot(home)!;
        }

        long free = new DriveInfo(folder).AvailableFreeSpace;
        string space = string.Create(CultureInfo.InvariantCulture, $"{free / (double)LeastDiskBytes:F1} GiB free at {folder}");
        if (free < LeastDiskBytes)
        {
            return new DoctorCheck("disk", CheckStatus.Failed, space, "Free at least 1 GiB, or choose another folder with --home.");
        }

        return DoctorCheck.Good("disk", string.Create(CultureInfo.InvariantCulture, $"{space}, fsync {FsyncMilliseconds(folder):F2} ms"));
    }

    /// <summary>Whether a port on loopback can be taken and reached.</summary>
    public static async Task<DoctorCheck> PortsAsync(CancellationToken cancellationToken)
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken).ConfigureAwait(false);
        return DoctorCheck.Good("ports", $"took and reached port {port} on loopback");
    }

    /// <summary>Whether the wall clock is plausible and runs at the pace of the monotonic one.</summary>
    public static async Task<DoctorCheck> ClockAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        DateTimeOffset built = File.GetLastWriteTimeUtc(Environment.ProcessPath ?? typeof(MachineChecks).Assembly.Location);
        DateTimeOffset wallStart = time.GetUtcNow();
        TimeSpan drift = TimeSpan.MaxValue;

        // The least of a few: a busy machine may stop a thread between reading one clock and the other, which is no drift.
        for (int attempt = 0; attempt < MostAttempts && drift >= MostDrift; attempt++)
        {
            DateTimeOffset wall = time.GetUtcNow();
            long start = time.GetTimestamp();
            await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellationToken).ConfigureAwait(false);
            TimeSpan found = (time.GetUtcNow() - wall - time.GetElapsedTime(start)).Duration();
            drift = found < drift ? found : drift;
        }

        string detail = string.Create(CultureInfo.InvariantCulture, $"{wallStart.UtcDateTime:yyyy-MM-ddTHH:mm:ss}Z, drift {drift.TotalMilliseconds:F1} ms in 50 ms");
        bool plausible = wallStart >= built.AddDays(-1) && drift < MostDrift;
        return plausible
            ? DoctorCheck.Good("clock", detail)
            : new DoctorCheck("clock", CheckStatus.Failed, detail, "Synchronise the clock (for example with chrony): signatures and logs carry times.");
    }

    /// <summary>Whether the cryptography of the platform has what tokens and TLS need.</summary>
    public static DoctorCheck PlatformCryptography() => Shake256.IsSupported
        ? DoctorCheck.Good("cryptography", "SHAKE256 in the platform")
        : new DoctorCheck("cryptography", CheckStatus.Warning, "no SHAKE256 in the platform", "Install OpenSSL 1.1.1 or newer; a managed one is used meanwhile.");

    /// <summary>A program that only the interoperability tests need.</summary>
    public static async Task<DoctorCheck> ProgramAsync(CommandEnvironment environment, string name, string fix, CancellationToken cancellationToken)
    {
        string? path = (environment.Variable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? name + ".exe" : name))
            .FirstOrDefault(File.Exists);
        if (path is null)
        {
            return new DoctorCheck(name, CheckStatus.Warning, "not found; only the interoperability tests need it", fix);
        }

        using Process process = Process.Start(new ProcessStartInfo(path, "--version") { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string version = await process.StandardOutput.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        return process.ExitCode == 0
            ? DoctorCheck.Good(name, version.Trim())
            : new DoctorCheck(name, CheckStatus.Warning, $"{path} ended with {process.ExitCode}", fix);
    }

    // The least of a few: what the disk can do, not what else it was doing.
    private static double FsyncMilliseconds(string folder)
    {
        const int Tries = 5;
        string path = Path.Combine(folder, $".subnet-doctor-{Guid.NewGuid():n}");
        double least = double.MaxValue;
        try
        {
            using FileStream file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
            for (int i = 0; i < Tries; i++)
            {
                long start = Stopwatch.GetTimestamp();
                file.WriteByte(1);
                file.Flush(flushToDisk: true);
                least = Math.Min(least, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }
        finally
        {
            File.Delete(path);
        }

        return least;
    }
}
