using System.Globalization;
using Microsoft.AspNetCore.Components;
using Subnet.Health.Review.Tracing;
using Subnet.Health.Web.Charts;

namespace Subnet.Health.Web.Reviewing;

/// <summary>A trace as a chain of dots, each a link to its evidence below.</summary>
internal static class TraceChart
{
    private const double Step = 74, Height = 74;

    /// <summary>Draws the chain.</summary>
    public static MarkupString Draw(QueryTrace trace)
    {
        ArgumentNullException.ThrowIfNull(trace);
        double width = Math.Max(1, trace.Links.Count) * Step;
        SvgBuilder svg = new(width, Height, $"Chain of {trace.Links.Count} links, {trace.Links.Count(static l => l.Status == TraceStatus.Verified)} verified", "chart chain", interactive: true);
        for (int i = 0; i < trace.Links.Count; i++)
        {
            TraceLink link = trace.Links[i];
            double x = (i + 0.5) * Step;
            if (i > 0)
            {
                svg.Line(x - Step + 15, 24, x - 15, 24, link.Status is TraceStatus.Verified or TraceStatus.None ? "joined" : "apart");
            }

            svg.Open("a", ("href", string.Create(CultureInfo.InvariantCulture, $"#link-{i}")), ("aria-label", $"{link.Title}: {Word(link.Status)}"))
                .Element("circle", ("cx", SvgBuilder.N(x)), ("cy", "24"), ("r", "13"), ("class", "bead " + Tag(link.Status)))
                .Text(x, 28, Sign(link.Status), "sign")
                .Close()
                .Text(x, 60, Short(link.Step), "axis-text centre small");
        }

        return svg.Build();
    }

    /// <summary>A status in a word.</summary>
    public static string Word(TraceStatus status) => status switch
    {
        TraceStatus.Verified => "holds",
        TraceStatus.Failed => "does not hold",
        TraceStatus.Missing => "missing",
        TraceStatus.Unavailable => "not given",
        TraceStatus.Open => "not yet",
        _ => "nothing to show",
    };

    /// <summary>A status as a class of the style sheet.</summary>
    public static string Tag(TraceStatus status) => status switch
    {
        TraceStatus.Verified => "good",
        TraceStatus.Failed => "bad",
        TraceStatus.Missing => "warn",
        _ => "idle",
    };

    private static string Sign(TraceStatus status) => status switch
    {
        TraceStatus.Verified => "✓",
        TraceStatus.Failed => "✕",
        TraceStatus.Missing => "?",
        _ => "·",
    };

    private static string Short(string step) => step.Length <= 12 ? step : step[..11] + "…";
}
