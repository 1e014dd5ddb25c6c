using System.Diagnostics;

namespace Subnet.Health.Bench;

/// <summary>Times one operation: batches of at least 200 microseconds, after a warm-up in which the JIT settles.</summary>
internal static class OperationTimer
{
    private const double BatchMicroseconds = 200;
    private const double WarmUpShare = 0.5;
    private const int FewestBatches = 5;

    /// <summary>Runs an operation for about the given time.</summary>
    /// <returns>Median and minimum over the batches, in microseconds an operation.</returns>
    public static (double Median, double Least) Run(Action operation, TimeSpan time, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        int warm = 0;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            operation();
            warm++;
        }
        while (Stopwatch.GetElapsedTime(start) < time * WarmUpShare);

        double single = Stopwatch.GetElapsedTime(start).TotalMicroseconds / warm;
        int repeats = Math.Max(1, (int)(BatchMicroseconds / single));
        List<double> batches = [];
        long measured = Stopwatch.GetTimestamp();
        while (batches.Count < FewestBatches || Stopwatch.GetElapsedTime(measured) < time * (1 - WarmUpShare))
        {
            cancellationToken.ThrowIfCancellationRequested();
            long batch = Stopwatch.GetTimestamp();
            for (int i = 0; i < repeats; i++)
            {
                operation();
            }

            batches.Add(Stopwatch.GetElapsedTime(batch).TotalMicroseconds / repeats);
        }

        batches.Sort();
        return (batches[batches.Count / 2], batches[0]);
    }
}
