using System.Text;
using Microsoft.AspNetCore.Components;
using Subnet.Core.Analysis;

namespace Subnet.Health.Web.Charts;

/// <summary>A Lorenz curve against the line of perfect equality; the area between them is half the Gini coefficient.</summary>
internal static class LorenzChart
{
    private const double Size = 260, Left = 36, Bottom = 28, Top = 8;

    /// <summary>Draws the curve.</summary>
    public static MarkupString Draw(string label, IReadOnlyList<LorenzPoint> curve)
    {
        SvgBuilder svg = new(Size, Size, label, "chart square-chart");
        Axis x = new(0, 1, Left, Size - 8), y = new(0, 1, Size - Bottom, Top);
        foreach (double mark in new[] { 0, 0.5, 1 })
        {
            string text = SvgBuilder.N(mark * 100) + " %";
            svg.Line(Left, y.At(mark), Size - 8, y.At(mark), "grid")
                .Text(Left - 4, y.At(mark) + 4, text, "axis-text end small")
                .Text(x.At(mark), Size - 10, text, mark == 1 ? "axis-text end small" : mark == 0 ? "axis-text small" : "axis-text centre small");
        }

        StringBuilder path = new();
        foreach (LorenzPoint point in curve)
        {
            path.Append(path.Length == 0 ? 'M' : 'L').Append(SvgBuilder.N(x.At(point.Owners))).Append(' ').Append(SvgBuilder.N(y.At(point.Holdings)));
        }

        string line = path.ToString();
        return svg.Element("path", ("d", line + "Z"), ("class", "area s1"))
            .Line(x.At(0), y.At(0), x.At(1), y.At(1), "reference")
            .Element("path", ("d", line), ("class", "line s1"))
            .Build();
    }
}
