using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Subnet.Health.Web.Telemetry;

/// <summary>Keeps what a collection gave as text.</summary>
[ExportModes(ExportModes.Pull)]
internal sealed class PrometheusExporter : BaseExporter<Metric>, IPullMetricExporter
{
    /// <summary>The text of the last collection.</summary>
    public string Text { get; private set; } = "";

    /// <inheritdoc/>
    public Func<int, bool>? Collect { get; set; }

    /// <inheritdoc/>
    public override ExportResult Export(in Batch<Metric> batch)
    {
        PrometheusText text = new();
        foreach (Metric metric in batch)
        {
            text.Add(metric);
        }

        Text = text.ToString();
        return ExportResult.Success;
    }
}
