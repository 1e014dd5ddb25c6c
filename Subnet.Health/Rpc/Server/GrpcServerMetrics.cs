using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace Subnet.Health.Rpc.Server;

/// <summary>
/// What a server counts of each method: calls running, and how long calls took and how they ended. The label <c>method</c> is always a served path:
/// a stranger's paths must not become labels, which stay in memory. The label <c>server.port</c> tells servers of one process apart.
/// </summary>
internal sealed class GrpcServerMetrics : IDisposable
{
    private readonly Lock gate = new();
    private Instruments? instruments;
    private bool isDisposed;

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            isDisposed = true;
            instruments?.Dispose();
        }
    }

    /// <summary>A call begins.</summary>
    /// <param name="method">Its path, a served one.</param>
    /// <param name="port">The port that it came to: the server's own, which the system may have chosen.</param>
    internal long Begin(string method, int port)
    {
        Instruments all = Of(port);
        all.Running.Add(1, new("method", method), all.Port);
        return Stopwatch.GetTimestamp();
    }

    /// <summary>A call ended.</summary>
    internal void End(string method, int port, long started, GrpcStatusCode status)
    {
        Instruments all = Of(port);
        all.Running.Add(-1, new("method", method), all.Port);
        all.Duration.Record(
            Stopwatch.GetElapsedTime(started).TotalSeconds, new("method", method), all.Port, new("status", ((int)status).ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>A call was refused because the server was full.</summary>
    internal void Refused(string method, int port)
    {
        Instruments all = Of(port);
        all.Refused.Add(1, new("method", method), all.Port);
    }

    // A server listens on one port, which is known with its first call.
    private Instruments Of(int port)
    {
        if (Volatile.Read(ref instruments) is { } there)
        {
            return there;
        }

        lock (gate)
        {
            if (instruments is null)
            {
                instruments = new Instruments(port);
                if (isDisposed)
                {
                    instruments.Dispose();
                }
            }

            return instruments;
        }
    }

    private sealed class Instruments : IDisposable
    {
        private readonly Meter meter;

        public Instruments(int port)
        {
            // A collector takes meters of one name and equal tags for one: the figures of all would end with the first that is disposed.
            Port = new("server.port", port);
            meter = new Meter("Subnet.Rpc", null, [Port]);
            Running = meter.CreateUpDownCounter<long>("rpc.server.active_calls", "{calls}", "Calls that run now.");
            Duration = meter.CreateHistogram(
                "rpc.server.duration",
                "s",
                "How long calls took.",
                null,
                new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60] });
            Refused = meter.CreateCounter<long>("rpc.server.refused", "{calls}", "Calls refused because the server was full.");
        }

        public KeyValuePair<string, object?> Port { get; }

        public UpDownCounter<long> Running { get; }

        public Histogram<double> Duration { get; }

        public Counter<long> Refused { get; }

        public void Dispose() => meter.Dispose();
    }
}
