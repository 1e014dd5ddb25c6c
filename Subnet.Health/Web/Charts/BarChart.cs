using Microsoft.AspNetCore.Components;

namespace Subnet.Health.Web.Charts;

/// <summary>One horizontal bar.</summary>
/// <param name="Name">What it is of.</param>
/// <param name="Value">How long.</param>
/// <param name="Text">The value in words.</param>
/// <param name="Other">A second value of the same thing, drawn thin below; null for none.</param>
/// <param name="Link">Where a click leads; null nowhere.</param>
internal sealed record Bar(string Name, double Value, string Text, double? Other = null, string? Link = null);

/// <summary>Horizontal bars with their names and values in words.</summary>
internal static class BarChart
{
    private const double Width = 1120, Row = 26, Names = 150, Values = 150;

    /// <summary>Draws the chart; a bar's length is relative to the longest.</summary>
    public static MarkupString Draw(string label, IReadOnlyList<Bar> bars)
    {
        SvgBuilder svg = new(Width, Math.Max(1, bars.Count) * Row, label, "chart bar-chart", interactive: bars.Any(static b => b.Link is not null));
        double longest = Math.Max(bars.Select(static b => Math.Max(b.Value, b.Other ?? 0)).DefaultIfEmpty().Max(), double.Epsilon);
        double space = Width - Names - Values;
        for (int i = 0; i < bars.Count; i++)
        {
            Bar bar = bars[i];
            double y = i * Row;
            if (bar.Link is not null)
            {
                svg.Open("a", ("href", bar.Link), ("aria-label", $"{bar.Name}: {bar.Text}"));
            }

            svg.Text(Names - 10, y + 17, bar.Name, "axis-text end strong")
                .Rect(Names, y + 5, space, Row - 10, "track")
                .Rect(Names, y + 5, bar.Value / longest * space, bar.Other is null ? Row - 10 : 9, "bar s1");
            if (bar.Other is { } other)
            {
                svg.Rect(Names, y + 15, other / longest * space, 6, "bar s2");
            }

            svg.Text(Width - Values + 10, y + 17, bar.Text, "axis-text");
            if (bar.Link is not null)
            {
                svg.Close();
            }
        }

        return svg.Build();
    }
}
