using System.Globalization;
using Microsoft.AspNetCore.Components;
using Subnet.Health.Review.Entries;
using Subnet.Health.Web.Charts;

namespace Subnet.Health.Web.Reviewing;

/// <summary>Entries as dots, a row for each log, over time; the colour is the kind of event.</summary>
internal static class TimelineChart
{
    private const double Width = 900, Left = 150, Row = 44;

    private static readonly string[] Kinds = ["query", "result", "score", "consent", "review", ""];

    /// <summary>What the colours s1, s2, ... mean.</summary>
    public static IReadOnlyList<string> Legend { get; } = ["query", "result", "plan, verdict, score", "consent", "review", "other"];

    /// <summary>Draws the chart.</summary>
    public static MarkupString Draw(TimelineModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        double height = (Math.Max(1, model.Logs.Count) * Row) + 34;
        SvgBuilder svg = new(Width, height, $"{model.Points.Count} entries of {model.Logs.Count} logs over time", "chart timeline");
        (EntryView Entry, DateTimeOffset Time)[] points =
        [
            .. model.Points.Select(static e => (Entry: e, IsTime: EntryTime.TryParse(e.Time, out DateTimeOffset time), Time: time)).Where(static p => p.IsTime).Select(static p => (p.Entry, p.Time)),
        ];
        for (int i = 0; i < model.Logs.Count; i++)
        {
            double y = (i + 0.5) * Row;
            svg.Line(Left, y, Width - 12, y, "grid").Text(Left - 10, y + 4, model.Logs[i].Name, "axis-text end strong");
        }

        if (points.Length == 0)
        {
            return svg.Build();
        }

        DateTimeOffset first = points.Min(static p => p.Time), last = points.Max(static p => p.Time);
        Axis x = new(0, (last - first).TotalSeconds, Left + 8, Width - 20);
        foreach ((EntryView entry, DateTimeOffset time) in points)
        {
            int row = model.Logs.ToList().IndexOf(entry.Log);
            int kind = Array.FindIndex(Kinds, k => entry.Type.StartsWith(k, StringComparison.Ordinal));
            svg.Open("circle", ("cx", SvgBuilder.N(x.At((time - first).TotalSeconds))), ("cy", SvgBuilder.N((row + 0.5) * Row)), ("r", "4.5"), ("class", string.Create(CultureInfo.InvariantCulture, $"dot s{kind + 1}")))
                .Title($"{entry.Type} {entry.Time}")
                .Close();
        }

        return svg.Text(Left, height - 8, EntryTime.Format(first), "axis-text").Text(Width - 12, height - 8, EntryTime.Format(last), "axis-text end").Build();
    }
}
