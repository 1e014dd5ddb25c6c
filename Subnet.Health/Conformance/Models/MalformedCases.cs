using System.Diagnostics;
using System.Text.Json;
using Subnet.Health.Models;

namespace Subnet.Health.Conformance.Models;

/// <summary>Damaged and hostile files that a reader must refuse with one sentence, soon and in little memory.</summary>
internal static class MalformedCases
{
    /// <summary>The file that lists the cases of a folder.</summary>
    public const string ListFile = "cases.json";

    private const long MostBytes = 64L << 20;
    private const int MostAttempts = 5;
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(1);

    /// <summary>Replays the list of a folder.</summary>
    public static void Run(string folder, string folderName, ConformanceReport report, CancellationToken cancellationToken)
    {
        var listed = new HashSet<string>(StringComparer.Ordinal) { ListFile, "README.md" };
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, ListFile)));
            foreach (JsonElement item in document.RootElement.EnumerateArray())
            {
                cancellationToken.ThrowIfCancellationRequested();
                string file = item.GetProperty("file").GetString()!;
                listed.Add(file);
                RunCase(folder, folderName, item, file, report);
            }
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            report.Fail($"{folderName}/{ListFile}", "a list of cases", fault.Message);
        }

        foreach (string file in Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)!).Where(file => !listed.Contains(file)))
        {
            report.Fail($"{folderName}/{file}", $"a file that {ListFile} lists", "an unknown file");
        }
    }

    private static void RunCase(string folder, string folderName, JsonElement item, string file, ConformanceReport report)
    {
        string id = $"{folderName}/{file}";
        string required = item.GetProperty("required").GetString()!;
        if (required != "reject")
        {
            report.Fail(id, "the requirement 'reject'", required);
            return;
        }

        string path = Path.Combine(folder, file);
        if (!File.Exists(path))
        {
            report.Fail(id, "a file", "none");
            return;
        }

        string fault = item.TryGetProperty("fault", out JsonElement text) ? text.GetString() ?? "" : "";
        string expected = $"refused within {MostTime.TotalSeconds} s and {MostBytes >> 20} MiB ({fault})";
        (string? refusal, string? other, TimeSpan time, long bytes) = Measure(path);

        // A file that keeps a reader busy does so each time; a machine that was busy otherwise does not.
        for (int attempt = 1; attempt < MostAttempts && time > MostTime; attempt++)
        {
            (refusal, other, time, long again) = Measure(path);
            bytes = Math.Max(bytes, again);
        }

        if (refusal is null)
        {
            report.Fail(id, expected, other ?? "accepted");
        }
        else if (time > MostTime || bytes > MostBytes)
        {
            report.Fail(id, expected, $"{refusal} (after {time.TotalMilliseconds:F0} ms and {bytes >> 20} MiB)");
        }
        else if (refusal.Contains('\n', StringComparison.Ordinal) || !refusal.EndsWith('.'))
        {
            report.Fail(id, "one sentence", refusal);
        }
        else
        {
            report.Pass(id);
        }
    }

    private static (string? Refusal, string? Other, TimeSpan Time, long Bytes) Measure(string path)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        string? refusal = Refusal(path, out string? other);
        return (refusal, other, Stopwatch.GetElapsedTime(start), GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static string? Refusal(string path, out string? other)
    {
        other = null;
        try
        {
            ModelReader.Read(path);
            return null;
        }
        catch (ModelFormatException fault)
        {
            return fault.Message;
        }
        catch (Exception fault) when (fault is not (OutOfMemoryException or StackOverflowException))
        {
            other = $"{fault.GetType().Name}: {fault.Message}";
            return null;
        }
    }
}
