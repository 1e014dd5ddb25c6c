using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Components;

namespace Subnet.Health.Web.Charts;

/// <summary>One line of a chart.</summary>
/// <param name="Name">Shown in the legend.</param>
/// <param name="Points">Points from left to right.</param>
internal sealed record LineSeries(string Name, IReadOnlyList<(double X, double Y)> Points);

/// <summary>Lines, or areas stacked on each other, over two axes.</summary>
internal static class LineChart
{
    private const double Width = 1120, Height = 280, Left = 58, Right = 12, Top = 12, Bottom = 30;

    /// <summary>Draws the chart.</summary>
    /// <param name="label">What it shows, for a screen reader; the numbers stand in a table beside it.</param>
    /// <param name="series">The lines; stacked ones share their x values.</param>
    /// <param name="stacked">Whether each stands on the ones before.</param>
    /// <param name="yText">Writes a value of the y axis.</param>
    /// <param name="xText">Writes a value of the x axis.</param>
    /// <param name="yMaximum">Top of the y axis where it is fixed.</param>
    public static MarkupString Draw(
        string label, IReadOnlyList<LineSeries> series, bool stacked, Func<double, string> yText, Func<double, string> xText, double? yMaximum = null)
    {
        SvgBuilder svg = new(Width, Height, label, "chart line-chart");
        (double X, double Y)[] all = [.. series.SelectMany(static s => s.Points)];
        if (all.Length == 0)
        {
            return svg.Text(Width / 2, Height / 2, "nothing yet", "axis-text centre").Build();
        }

        double top = yMaximum ?? (stacked ? Enumerable.Range(0, series[0].Points.Count).Max(i => series.Sum(s => s.Points[i].Y)) : all.Max(static p => p.Y));
        Axis x = new(all.Min(static p => p.X), all.Max(static p => p.X), Left, Width - Right), y = new(0, top, Height - Bottom, Top);
        foreach (double mark in y.Marks())
        {
            svg.Line(Left, y.At(mark), Width - Right, y.At(mark), "grid").Text(Left - 8, y.At(mark) + 4, yText(mark), "axis-text end");
        }

        foreach (double mark in x.Marks())
        {
            svg.Text(x.At(mark), Height - 10, xText(mark), "axis-text centre");
        }

        double[] floor = new double[series[0].Points.Count];
        for (int i = 0; i < series.Count; i++)
        {
            DrawSeries(svg, series[i].Points, i, x, y, stacked ? floor : null);
        }

        return svg.Build();
    }

    private static void DrawSeries(SvgBuilder svg, IReadOnlyList<(double X, double Y)> points, int number, Axis x, Axis y, double[]? floor)
    {
        StringBuilder path = new();
        for (int i = 0; i < points.Count; i++)
        {
            path.Append(i == 0 ? 'M' : 'L').Append(SvgBuilder.N(x.At(points[i].X))).Append(' ').Append(SvgBuilder.N(y.At(points[i].Y + (floor?[i] ?? 0))));
        }

        string line = path.ToString();
        if (floor is not null)
        {
            for (int i = points.Count - 1; i >= 0; i--)
            {
                path.Append('L').Append(SvgBuilder.N(x.At(points[i].X))).Append(' ').Append(SvgBuilder.N(y.At(floor[i])));
                floor[i] += points[i].Y;
            }

            svg.Element("path", ("d", path.Append('Z').ToString()), ("class", Style("area", number)));
        }

        svg.Element("path", ("d", line), ("class", Style("line", number)));
        if (points.Count == 1)
        {
            svg.Element("circle", ("cx", SvgBuilder.N(x.At(points[0].X))), ("cy", SvgBuilder.N(y.At(points[0].Y + (floor?[0] ?? 0) - (floor is null ? 0 : points[0].Y)))), ("r", "3"), ("class", Style("dot", number)));
        }
    }

    private static string Style(string kind, int number) => string.Create(CultureInfo.InvariantCulture, $"{kind} s{(number % 6) + 1}");
}
