using System.Globalization;

namespace Subnet.Health.Miner.Check;

/// <summary>One finding of a check.</summary>
/// <param name="Name">What was looked at.</param>
/// <param name="IsGood">Whether it is enough.</param>
/// <param name="Found">What was found.</param>
/// <param name="Wanted">What is wanted.</param>
/// <param name="Fix">What to do where it is not enough; empty else.</param>
internal sealed record CheckFinding(string Name, bool IsGood, string Found, string Wanted, string Fix);

/// <summary>Measures a host against what a miner needs.</summary>
internal static class HostCheck
{
    private const int Flushes = 21;

    /// <summary>Looks at cores, memory and disk.</summary>
    /// <param name="minimum">What is needed.</param>
    /// <param name="folder">The miner's state folder; made if it is not there.</param>
    /// <param name="time">The clock.</param>
    public static IReadOnlyList<CheckFinding> Run(MinimumCompute minimum, string folder, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(minimum);
        Directory.CreateDirectory(folder);
        long memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20;
        long disk = new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace >> 20;
        double flush = MeasureFlush(folder, time);
        return
        [
            Finding("cores", Environment.ProcessorCount >= minimum.Cores, $"{Environment.ProcessorCount}", $"{minimum.Cores}", "Use a machine with more cores, or give the process more."),
            Finding("memory", memory >= minimum.MemoryMib, $"{memory} MiB", $"{minimum.MemoryMib} MiB", "Give the process more memory, or serve fewer models."),
            Finding("disk", disk >= minimum.DiskFreeMib, $"{disk} MiB free", $"{minimum.DiskFreeMib} MiB", "Free some space, or put the state folder on another disk (--home)."),
            Finding("fsync", flush <= minimum.FsyncMs, Milliseconds(flush), $"at most {Milliseconds(minimum.FsyncMs)}", "Use a faster disk: every query waits for two flushes."),
        ];
    }

    /// <summary>The median time in milliseconds of writing a block to the disk.</summary>
    public static double MeasureFlush(string folder, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        string path = Path.Combine(folder, "fsync-probe");
        byte[] block = new byte[4096];
        double[] times = new double[Flushes];
        try
        {
            using FileStream stream = new(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            for (int i = 0; i < times.Length; i++)
            {
                long started = time.GetTimestamp();
                stream.Write(block);
                stream.Flush(flushToDisk: true);
                times[i] = time.GetElapsedTime(started).TotalMilliseconds;
            }
        }
        finally
        {
            File.Delete(path);
        }

        return Median(times);
    }

    /// <summary>The middle one of an odd number of times.</summary>
    public static double Median(double[] times)
    {
        ArgumentNullException.ThrowIfNull(times);
        double[] sorted = [.. times.Order()];
        return sorted[sorted.Length / 2];
    }

    /// <summary>Milliseconds as text.</summary>
    public static string Milliseconds(double value) => value.ToString("0.00", CultureInfo.InvariantCulture) + " ms";

    private static CheckFinding Finding(string name, bool isGood, string found, string wanted, string fix) => new(name, isGood, found, wanted, isGood ? "" : fix);
}
