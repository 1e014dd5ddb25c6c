using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;

namespace Subnet.Health.Web.Telemetry;

/// <summary>
/// Collects the meters of this process whose names begin with <c>Subnet.</c>, and those of the runtime: read as Prometheus text by <see cref="MetricsPart"/>, and pushed over OTLP where an
/// address is set. A role only creates a <see cref="System.Diagnostics.Metrics.Meter"/> and disposes it.
/// </summary>
internal sealed class RoleMetrics : IDisposable
{
    private readonly MeterProvider provider;
    private readonly PrometheusExporter exporter = new();
    private readonly Lock gate = new();

    /// <param name="otlp">Where metrics are pushed (OTLP over gRPC); null pushes nowhere.</param>
    /// <param name="interval">Time between pushes.</param>
    public RoleMetrics(Uri? otlp = null, TimeSpan? interval = null)
    {
        MeterProviderBuilder builder = Sdk.CreateMeterProviderBuilder().AddMeter("Subnet.*", "System.Runtime").AddReader(new BaseExportingMetricReader(exporter));
        if (otlp is not null)
        {
            builder.AddOtlpExporter((options, reader) =>
            {
                options.Endpoint = otlp;
                options.Protocol = OtlpExportProtocol.Grpc;
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)(interval ?? TimeSpan.FromSeconds(15)).TotalMilliseconds;
            });
        }

        provider = builder.Build();
    }

    /// <summary>The newest values in Prometheus' text format 0.0.4.</summary>
    public string Scrape()
    {
        // A collection fills the one exporter: two scrapes at a time would mix their lines.
        lock (gate)
        {
            exporter.Collect!(Timeout.Infinite);
            return exporter.Text;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => provider.Dispose();
}
