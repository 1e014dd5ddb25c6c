using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.Server;
using Subnet.Health.Web.Telemetry;
using Subnet.Tests.Interop;
using Subnet.Tests.Interop.Testing;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Web;

[TestFixture]
internal sealed class MetricsTests
{
    [Test]
    public void Meters_of_the_program_become_prometheus_text()
    {
        using RoleMetrics metrics = new();
        using Meter meter = new("Subnet.Test"), foreign = new("Somebody.Else");
        meter.CreateCounter<long>("queries.served", "{queries}", "Queries.").Add(3, new KeyValuePair<string, object?>("model", "a\"b\\c\nd"));
        meter.CreateUpDownCounter<long>("queue.length", null, "Waiting.").Add(-2);
        meter.CreateObservableGauge("memory", () => 1.5, "MiB", "Memory.");
        Histogram<double> histogram = meter.CreateHistogram("latency", "ms", "Latency.", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 10] });
        histogram.Record(0.5);
        histogram.Record(5);
        histogram.Record(50);
        foreign.CreateCounter<long>("other").Add(1);
        string[] lines = metrics.Scrape().Split('\n');
        string[] expected =
        [
            "# TYPE queries_served_total counter",
            "queries_served_total{model=\"a\\\"b\\\\c\\nd\"} 3",
            "# TYPE queue_length gauge",
            "queue_length -2",
            "memory_MiB 1.5",
            "# TYPE latency_ms histogram",
            "latency_ms_bucket{le=\"1\"} 1",
            "latency_ms_bucket{le=\"10\"} 2",
            "latency_ms_bucket{le=\"+Inf\"} 3",
            "latency_ms_sum 55.5",
            "latency_ms_count 3",
        ];
        Assert.That(expected, Is.SubsetOf(lines));
        Assert.That(lines, Has.None.StartsWith("other"));
        Assert.That(metrics.Scrape(), Does.Contain("queries_served_total"), "a scrape takes nothing away");
    }

    [Test]
    public async Task A_grpc_server_counts_its_calls_by_method_and_status()
    {
        using RoleMetrics metrics = new();
        await using GrpcServerHost host = await GrpcServerHost.StartAsync(
            new GrpcServerHostOptions(new IPEndPoint(IPAddress.Loopback, 0)),
            InteropTestService.AddTo(new GrpcServices()),
            NullLoggerFactory.Instance,
            TimeProvider.System,
            default);
        using GrpcChannel channel = new(host.Address, new GrpcChannelOptions(), TimeProvider.System);
        await channel.UnaryAsync(InteropTestService.EmptyCall, new Empty(), GrpcCallOptions.None, default);
        const string Line = "rpc_server_duration_s_count{method=\"/grpc.testing.TestService/EmptyCall\",status=\"0\"}";

        // The call is counted when its status has left, which the client may hear of first.
        await Patience.UntilAsync(() => metrics.Scrape().Contains(Line, StringComparison.Ordinal));
    }
}
