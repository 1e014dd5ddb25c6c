using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Subnet.Health.Miner;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.Server;
using Subnet.Health.Validator;
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
        string line = $"rpc_server_duration_s_count{{method=\"/grpc.testing.TestService/EmptyCall\",server_port=\"{host.Address.Port}\",status=\"0\"}} 1";

        // The call is counted when its status has left, which the client may hear of first.
        await Patience.UntilAsync(() => metrics.Scrape().Contains(line, StringComparison.Ordinal));
    }

    [Test]
    public void Figures_of_miners_in_one_process_stand_apart_and_go_on_when_one_of_them_stops()
    {
        using RoleMetrics metrics = new();
        MinerMetrics first = new("first", () => 3);
        using MinerMetrics second = new("second", () => 5);
        first.Answered(isAnswer: true, TimeSpan.FromSeconds(1));
        second.Answered(isAnswer: true, TimeSpan.FromSeconds(1));
        second.Answered(isAnswer: true, TimeSpan.FromSeconds(1));
        string[] both = metrics.Scrape().Split('\n');
        Assert.That(both, Does.Contain("subnet_miner_queries_answered_total{miner=\"first\"} 1").And.Contains("subnet_miner_queries_answered_total{miner=\"second\"} 2"));
        Assert.That(both, Does.Contain("subnet_miner_queries_inside{miner=\"first\"} 3").And.Contains("subnet_miner_queries_inside{miner=\"second\"} 5"));
        int[] lines = [.. both.Index().Where(line => line.Item.Contains("subnet_miner_queries_answered_total", StringComparison.Ordinal)).Select(line => line.Index)];
        Assert.That(lines, Is.EqualTo(Enumerable.Range(lines[0], 4)), "one family of lines: what it is, its type, and both values");

        first.Dispose();
        metrics.Scrape();
        second.Answered(isAnswer: true, TimeSpan.FromSeconds(1));
        Assert.That(metrics.Scrape(), Does.Contain("subnet_miner_queries_answered_total{miner=\"second\"} 3").And.Contains("subnet_miner_queries_inside{miner=\"second\"} 5"));
    }

    [Test]
    public void Judged_proofs_and_scored_batches_are_counted_for_each_validator()
    {
        using RoleMetrics metrics = new();
        ValidatorMetrics first = new("first");
        using ValidatorMetrics second = new("second");
        first.Judged(1, passes: true, "valid");
        second.Judged(1, passes: true, "valid");
        second.Judged(1, passes: true, "valid");
        second.Judged(2, passes: false, "proof-invalid");
        first.Scored(2);
        second.Scored(1);
        string[] expected =
        [
            "subnet_validator_proofs_total{code=\"valid\",netuid=\"1\",outcome=\"verified\",validator=\"first\"} 1",
            "subnet_validator_proofs_total{code=\"valid\",netuid=\"1\",outcome=\"verified\",validator=\"second\"} 2",
            "subnet_validator_proofs_total{code=\"proof-invalid\",netuid=\"2\",outcome=\"failed\",validator=\"second\"} 1",
            "subnet_validator_organic_batches_total{validator=\"first\"} 2",
            "subnet_validator_organic_batches_total{validator=\"second\"} 1",
        ];
        Assert.That(expected, Is.SubsetOf(metrics.Scrape().Split('\n')));

        first.Dispose();
        metrics.Scrape();
        second.Scored(3);
        Assert.That(metrics.Scrape(), Does.Contain("subnet_validator_organic_batches_total{validator=\"second\"} 4"));
    }

    [Test]
    public async Task Servers_in_one_process_count_apart_and_go_on_when_one_of_them_stops()
    {
        using RoleMetrics metrics = new();
        GrpcServerHost first = await StartAsync();
        await using GrpcServerHost second = await StartAsync();
        await CallAsync(first);
        await CallAsync(second);
        await UntilCountedAsync(first, 1);
        await UntilCountedAsync(second, 1);
        await first.DisposeAsync();
        metrics.Scrape();
        await CallAsync(second);
        await UntilCountedAsync(second, 2);

        static Task<GrpcServerHost> StartAsync() => GrpcServerHost.StartAsync(
            new GrpcServerHostOptions(new IPEndPoint(IPAddress.Loopback, 0)), InteropTestService.AddTo(new GrpcServices()), NullLoggerFactory.Instance, TimeProvider.System, default);

        static async Task CallAsync(GrpcServerHost host)
        {
            using GrpcChannel channel = new(host.Address, new GrpcChannelOptions(), TimeProvider.System);
            await channel.UnaryAsync(InteropTestService.EmptyCall, new Empty(), GrpcCallOptions.None, default);
        }

        Task UntilCountedAsync(GrpcServerHost host, int count)
        {
            string line = $"rpc_server_duration_s_count{{method=\"/grpc.testing.TestService/EmptyCall\",server_port=\"{host.Address.Port}\",status=\"0\"}} {count}\n";
            return Patience.UntilAsync(() => metrics.Scrape().Contains(line, StringComparison.Ordinal));
        }
    }
}
