using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace Subnet.Health.Rpc.Server;

/// <summary>
/// What a server counts of each method: calls running, and how long calls took and how they ended. The label <c>method</c> is always a served path:
/// a stranger's paths must not become labels, which stay in memory.
/// </summary>
internal sealed class GrpcServerMetrics : IDisposable
{
    private readonly Meter meter = new("Subnet.Rpc");
    private readonly UpDownCounter<long> running;
    private readonly Histogram<double> duration;
    private readonly Counter<long> refused;

    public GrpcServerMetrics()
    {
        running = meter.CreateUpDownCounter<long>("rpc.server.active_calls", "{calls}", "Calls that run now.");
        duration = meter.CreateHistogram(
            "rpc.server.duration",
            "s",
            "How long calls took.",
            null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60] });
        refused = meter.CreateCounter<long>("rpc.server.refused", "{calls}", "Calls refused because the server was full.");
    }

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();

    internal long Begin(string method)
    {
        running.Add(1, new KeyValuePair<string, object?>("method", method));
        return Stopwatch.GetTimestamp();
    }

    internal void End(string method, long started, GrpcStatusCode status)
    {
        running.Add(-1, new KeyValuePair<string, object?>("method", method));
        duration.Record(
            Stopwatch.GetElapsedTime(started).TotalSeconds,
            new KeyValuePair<string, object?>("method", method),
            new KeyValuePair<string, object?>("status", ((int)status).ToString(CultureInfo.InvariantCulture)));
    }

    internal void Refused(string method) => refused.Add(1, new KeyValuePair<string, object?>("method", method));
}
