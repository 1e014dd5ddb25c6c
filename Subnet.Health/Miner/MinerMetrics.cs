using System.Diagnostics.Metrics;

namespace Subnet.Health.Miner;

/// <summary>
/// A miner's counters, read by OpenTelemetry. They say nothing of single queries: sizes and times are totals and classes. Safe for
/// concurrent use.
/// </summary>
internal sealed class MinerMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Subnet.Miner";

    private readonly Meter meter;
    private readonly KeyValuePair<string, object?> label;
    private readonly Counter<long> answered;
    private readonly Counter<long> refused;
    private readonly Counter<long> busy;
    private readonly Counter<long> failed;
    private readonly Counter<long> settled;
    private readonly Histogram<double> duration;
    private long answeredTotal;
    private long refusedTotal;
    private long busyTotal;

    /// <param name="miner">The miner's name, a label of every figure.</param>
    /// <param name="inside">Queries inside, asked when the figures are read.</param>
    public MinerMetrics(string miner, Func<int> inside)
    {
        label = new("miner", miner);

        // A collector takes meters of one name and equal tags for one: the figures of all would end with the first that is disposed.
        meter = new Meter(MeterName, null, [label]);
        answered = meter.CreateCounter<long>("subnet.miner.queries.answered", "{query}", "Queries that were answered.");
        refused = meter.CreateCounter<long>("subnet.miner.queries.refused", "{query}", "Queries that were refused, with a signed statement.");
        busy = meter.CreateCounter<long>("subnet.miner.queries.busy", "{query}", "Queries that found no place; their tokens were not spent.");
        failed = meter.CreateCounter<long>("subnet.miner.queries.failed", "{query}", "Queries that failed for the miner's disk.");
        settled = meter.CreateCounter<long>("subnet.miner.tokens.settled", "{token}", "Tokens that the ledger settled.");
        duration = meter.CreateHistogram(
            "subnet.miner.query.duration",
            "s",
            "Time of an admitted query, its disk writes included.",
            null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10] });
        meter.CreateObservableGauge("subnet.miner.queries.inside", () => new Measurement<int>(inside(), label), "{query}", "Queries that run or wait.");
    }

    /// <summary>Queries answered since the start.</summary>
    public long AnsweredTotal => Volatile.Read(ref answeredTotal);

    /// <summary>Queries refused since the start.</summary>
    public long RefusedTotal => Volatile.Read(ref refusedTotal);

    /// <summary>Queries that found no place since the start.</summary>
    public long BusyTotal => Volatile.Read(ref busyTotal);

    /// <summary>A query was answered or refused.</summary>
    public void Answered(bool isAnswer, TimeSpan time)
    {
        Interlocked.Increment(ref isAnswer ? ref answeredTotal : ref refusedTotal);
        (isAnswer ? answered : refused).Add(1, label);
        duration.Record(time.TotalSeconds, label);
    }

    /// <summary>A query found no place.</summary>
    public void Busy()
    {
        Interlocked.Increment(ref busyTotal);
        busy.Add(1, label);
    }

    /// <summary>A query failed for the disk.</summary>
    public void Failed() => failed.Add(1, label);

    /// <summary>Tokens were settled.</summary>
    public void Settled(int count) => settled.Add(count, label);

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();
}
