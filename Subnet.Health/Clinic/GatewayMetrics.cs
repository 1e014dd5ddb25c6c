using System.Diagnostics.Metrics;

namespace Subnet.Health.Clinic;

/// <summary>
/// A gateway's counters, read by OpenTelemetry. Labels are the gateway's name, the outcome, the subnet and the size class: nothing that names a patient, an event or a miner.
/// Safe for concurrent use.
/// </summary>
internal sealed class GatewayMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Subnet.Gateway";

    private readonly Meter meter;
    private readonly KeyValuePair<string, object?> gateway;
    private readonly Counter<long> queries;
    private readonly Counter<long> failovers;
    private readonly Histogram<double> duration;

    /// <param name="name">The gateway's name, a label of every figure.</param>
    /// <param name="tokens">The tokens in the wallet as they were seen last, asked when the figures are read.</param>
    public GatewayMetrics(string name, Func<IReadOnlyList<TokenBudget>> tokens)
    {
        gateway = new("gateway", name);

        // A collector takes meters of one name and equal tags for one: the figures of all would end with the first that is disposed.
        meter = new Meter(MeterName, null, [gateway]);
        queries = meter.CreateCounter<long>("subnet.gateway.queries", "{query}", "Requests by outcome: answered, or why not, among them no-answer, no-token and disagreement.");
        failovers = meter.CreateCounter<long>("subnet.gateway.failovers", "{attempt}", "Attempts at a miner that failed, after which the next one was asked where there was one.");
        duration = meter.CreateHistogram(
            "subnet.gateway.query.duration",
            "s",
            "Time of a request from its values to its end, by outcome.",
            null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60] });
        meter.CreateObservableGauge("subnet.gateway.tokens", () => Held(tokens()), "{token}", "Tokens in the wallet by state: ready, or waiting for their time or their issuer.");
    }

    /// <summary>A request ended.</summary>
    public void Ended(QueryEnd end)
    {
        KeyValuePair<string, object?> outcome = new("outcome", end.Outcome);
        queries.Add(1, gateway, outcome);
        failovers.Add(end.Failovers, gateway);
        duration.Record(end.Time.TotalSeconds, gateway, outcome);
    }

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();

    private IEnumerable<Measurement<long>> Held(IReadOnlyList<TokenBudget> budgets)
    {
        foreach (var kind in budgets.GroupBy(static budget => (budget.Netuid, budget.Rows)))
        {
            KeyValuePair<string, object?> netuid = new("netuid", (int)kind.Key.Netuid), rows = new("rows", kind.Key.Rows);
            yield return new Measurement<long>(kind.Sum(static budget => budget.Ready), gateway, netuid, rows, new("state", "ready"));
            yield return new Measurement<long>(kind.Sum(static budget => budget.Waiting), gateway, netuid, rows, new("state", "waiting"));
        }
    }
}
