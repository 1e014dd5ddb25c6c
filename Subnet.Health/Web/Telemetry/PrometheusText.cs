using System.Globalization;
using System.Text;
using OpenTelemetry.Metrics;

namespace Subnet.Health.Web.Telemetry;

/// <summary>
/// Metrics as Prometheus reads them (text exposition format 0.0.4): <c>rpc.server.duration</c> in <c>ms</c> becomes <c>rpc_server_duration_ms</c>, a sum that only
/// grows ends in <c>_total</c>, a histogram has cumulative buckets, a sum and a count. What several meters of one name say of a metric stands together, as the format has it.
/// </summary>
internal sealed class PrometheusText
{
    private readonly Dictionary<string, StringBuilder> families = new(StringComparer.Ordinal);
    private readonly List<string> order = [];

    /// <summary>Adds a metric with all its points.</summary>
    public void Add(Metric metric)
    {
        ArgumentNullException.ThrowIfNull(metric);
        bool isHistogram = metric.MetricType is MetricType.Histogram;
        bool isCounter = metric.MetricType is MetricType.LongSum or MetricType.DoubleSum;
        string name = NameOf(metric.Name, metric.Unit) + (isCounter ? "_total" : "");
        if (!families.TryGetValue(name, out StringBuilder? text))
        {
            families.Add(name, text = new StringBuilder());
            order.Add(name);
            text.Append("# HELP ").Append(name).Append(' ').Append(metric.Description.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');
            text.Append("# TYPE ").Append(name).Append(isHistogram ? " histogram\n" : isCounter ? " counter\n" : " gauge\n");
        }

        foreach (ref readonly MetricPoint point in metric.GetMetricPoints())
        {
            if (isHistogram)
            {
                AddHistogram(text, name, point);
            }
            else
            {
                Line(text, name, LabelsOf(point), ValueOf(metric.MetricType, point));
            }
        }
    }

    /// <inheritdoc/>
    public override string ToString() => string.Concat(order.Select(name => families[name]));

    private static string ValueOf(MetricType type, in MetricPoint point) => type switch
    {
        MetricType.LongSum or MetricType.LongSumNonMonotonic => point.GetSumLong().ToString(CultureInfo.InvariantCulture),
        MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic => Number(point.GetSumDouble()),
        MetricType.LongGauge => point.GetGaugeLastValueLong().ToString(CultureInfo.InvariantCulture),
        _ => Number(point.GetGaugeLastValueDouble()),
    };

    private static void AddHistogram(StringBuilder text, string name, in MetricPoint point)
    {
        string labels = LabelsOf(point);
        long below = 0;
        foreach (HistogramBucket bucket in point.GetHistogramBuckets())
        {
            below += bucket.BucketCount;
            string bound = double.IsPositiveInfinity(bucket.ExplicitBound) ? "+Inf" : Number(bucket.ExplicitBound);
            Line(text, name + "_bucket", labels.Length == 0 ? $"le=\"{bound}\"" : $"{labels},le=\"{bound}\"", below.ToString(CultureInfo.InvariantCulture));
        }

        Line(text, name + "_sum", labels, Number(point.GetHistogramSum()));
        Line(text, name + "_count", labels, point.GetHistogramCount().ToString(CultureInfo.InvariantCulture));
    }

    private static void Line(StringBuilder text, string name, string labels, string value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(value).Append('\n');
    }

    private static string LabelsOf(in MetricPoint point)
    {
        StringBuilder labels = new();
        foreach ((string key, object? value) in point.Tags)
        {
            string escaped = (Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")
                .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
            labels.Append(labels.Length > 0 ? "," : "").Append(Word(key)).Append("=\"").Append(escaped).Append('"');
        }

        return labels.ToString();
    }

    private static string NameOf(string name, string unit)
    {
        // A unit in braces only says what is counted (UCUM annotation); it is no part of the name.
        string word = Word(name), suffix = unit.StartsWith('{') ? "" : Word(unit == "By" ? "bytes" : unit);
        return suffix.Length == 0 || word.EndsWith("_" + suffix, StringComparison.Ordinal) ? word : $"{word}_{suffix}";
    }

    private static string Word(string text)
    {
        string word = string.Concat(text.Select(static c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
        return word.Length > 0 && char.IsAsciiDigit(word[0]) ? "_" + word : word;
    }

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);
}
