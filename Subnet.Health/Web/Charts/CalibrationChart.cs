using System.Globalization;
using Microsoft.AspNetCore.Components;
using Subnet.Health.Validator;

namespace Subnet.Health.Web.Charts;

/// <summary>What was predicted against what came true, with intervals; on the diagonal the model is calibrated.</summary>
internal static class CalibrationChart
{
    private const double Size = 260, Left = 36, Bottom = 28, Top = 8;

    /// <summary>Draws the curve.</summary>
    public static MarkupString Draw(string label, IReadOnlyList<CalibrationBin> bins)
    {
        SvgBuilder svg = new(Size, Size, label, "chart square-chart");
        Axis x = new(0, 1, Left, Size - 8), y = new(0, 1, Size - Bottom, Top);
        foreach (double mark in new[] { 0, 0.25, 0.5, 0.75, 1 })
        {
            svg.Line(Left, y.At(mark), Size - 8, y.At(mark), "grid")
                .Text(Left - 4, y.At(mark) + 4, mark.ToString("0.##", CultureInfo.InvariantCulture), "axis-text end small")
                .Text(x.At(mark), Size - 10, mark.ToString("0.##", CultureInfo.InvariantCulture), mark == 1 ? "axis-text end small" : "axis-text centre small");
        }

        svg.Line(x.At(0), y.At(0), x.At(1), y.At(1), "reference");
        int most = bins.Select(static b => b.Count).DefaultIfEmpty(1).Max();
        foreach (CalibrationBin bin in bins)
        {
            svg.Line(x.At(bin.Predicted), y.At(bin.Low), x.At(bin.Predicted), y.At(bin.High), "whisker")
                .Open("circle", ("cx", SvgBuilder.N(x.At(bin.Predicted))), ("cy", SvgBuilder.N(y.At(bin.Observed))), ("r", SvgBuilder.N(3 + (4 * Math.Sqrt((double)bin.Count / most)))), ("class", "dot s1"))
                .Title(string.Create(CultureInfo.InvariantCulture, $"predicted {bin.Predicted:0.00}, observed {bin.Observed:0.00} of {bin.Count}"))
                .Close();
        }

        return svg.Build();
    }
}
