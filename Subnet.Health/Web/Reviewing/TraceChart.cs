using System.Globalization;
using Microsoft.AspNetCore.Components;
using Subnet.Health.Review.Tracing;
using Subnet.Health.Web.Charts;

namespace Subnet.Health.Web.Reviewing;

/// <summary>A trace as a chain of dots, each a link to its evidence below.</summary>
internal static class TraceChart
{
    private const double Step = 100, Row = 78;
    private const int MostInRow = 11;

    /// <summary>Draws the chain, from left to right in rows.</summary>
    public static MarkupString Draw(QueryTrace trace)
    {
        ArgumentNullException.ThrowIfNull(trace);
        int inRow = Math.Clamp(trace.Links.Count, 1, MostInRow), rows = (trace.Links.Count + inRow - 1) / inRow;
        SvgBuilder svg = new(
            inRow * Step, Math.Max(1, rows) * Row, $"Chain of {trace.Links.Count} links, {trace.Links.Count(static l => l.Status == TraceStatus.Verified)} verified", "chart chain", interactive: true);
        for (int i = 0; i < trace.Links.Count; i++)
        {
            TraceLink link = trace.Links[i];
            double x = ((i % inRow) + 0.5) * Step, y = (i / inRow * Row) + 24;
            string join = link.Status is TraceStatus.Verified or TraceStatus.None ? "joined" : "apart";
            if (i % inRow > 0)
            {
                svg.Line(x - Step + 17, y, x - 17, y, join);
            }
            else if (i > 0)
            {
                // The chain goes on in the next row.
                svg.Line(0, y, x - 17, y, join).Line((inRow - 0.5) * Step + 17, y - Row, inRow * Step, y - Row, join);
            }

            svg.Open("a", ("href", string.Create(CultureInfo.InvariantCulture, $"#link-{i}")), ("aria-label", $"{i + 1}, {link.Title}: {Word(link.Status)}"))
                .Element("circle", ("cx", SvgBuilder.N(x)), ("cy", SvgBuilder.N(y)), ("r", "14"), ("class", "bead " + Tag(link.Status)))
                .Text(x, y + 4.5, Sign(link.Status), "sign")
                .Close()
                .Text(x, y + 34, link.Step.Replace('-', ' '), "axis-text centre");
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
}
