using System.Globalization;
using Microsoft.AspNetCore.Components;

namespace Subnet.Health.Web.Charts;

/// <summary>A cell that has a value.</summary>
/// <param name="Row">Row in the window, from 0.</param>
/// <param name="Column">Column in the window, from 0.</param>
/// <param name="Value">0 to 1.</param>
/// <param name="Marked">Whether its corner is marked.</param>
/// <param name="Words">What it says to a pointer that rests on it and to a screen reader.</param>
internal readonly record struct HeatCell(int Row, int Column, double Value, bool Marked, string Words);

/// <summary>
/// A matrix as colours. Each cell that has a value is a link; one of them takes part in the tab order and the arrow keys move on from it. At most
/// <see cref="MaxCells"/> cells are drawn: larger matrices are shown in windows.
/// </summary>
internal static class HeatMap
{
    /// <summary>Cells of one drawing at most.</summary>
    public const int MaxCells = 10_000;

    private const double Left = 46, Top = 22;

    /// <summary>Draws a matrix.</summary>
    /// <param name="label">What it shows, for a screen reader.</param>
    /// <param name="rows">Names of the rows.</param>
    /// <param name="columns">Names of the columns.</param>
    /// <param name="cells">The cells with a value.</param>
    /// <param name="scale">The value of the darkest colour.</param>
    /// <param name="link">Where a cell leads.</param>
    /// <param name="chosen">The cell that is chosen, or null.</param>
    public static MarkupString Draw(
        string label, IReadOnlyList<string> rows, IReadOnlyList<string> columns, IReadOnlyList<HeatCell> cells, double scale, Func<HeatCell, string> link, (int Row, int Column)? chosen)
    {
        double size = Math.Clamp(1080.0 / Math.Max(1, columns.Count), 7, 60);
        double width = Left + (columns.Count * size) + 2, height = Top + (rows.Count * size) + 2;
        SvgBuilder svg = new(width, height, label, "chart heat", interactive: true);
        svg.Rect(Left, Top, columns.Count * size, rows.Count * size, "backdrop");
        Names(svg, rows, columns, size);
        bool isFirst = true;
        foreach (HeatCell cell in cells)
        {
            bool isChosen = chosen == (cell.Row, cell.Column);
            bool takesTab = chosen is null ? isFirst : isChosen;
            isFirst = false;
            double x = Left + (cell.Column * size), y = Top + (cell.Row * size);
            svg.Open(
                "a",
                ("href", link(cell)),
                ("aria-label", cell.Words),
                ("data-r", Number(cell.Row)),
                ("data-c", Number(cell.Column)),
                ("tabindex", takesTab ? "0" : "-1"),
                ("class", isChosen ? "chosen" : "cell"));
            svg.Rect(x, y, size, size, Shade(cell.Value, scale));
            if (cell.Marked)
            {
                double corner = Math.Max(3, size * 0.42);
                svg.Element("path", ("d", $"M{N(x + size - corner)} {N(y)}H{N(x + size)}V{N(y + corner)}Z"), ("class", "clip"));
            }

            svg.Close();
        }

        return svg.Build();
    }

    /// <summary>The colour class of a value: nine steps, evenly in the square root, so that small weights can be told apart.</summary>
    public static string Shade(double value, double scale) =>
        "q" + Number(value <= 0 || scale <= 0 ? 0 : Math.Clamp((int)Math.Ceiling(Math.Sqrt(value / scale) * 9), 1, 9));

    private static void Names(SvgBuilder svg, IReadOnlyList<string> rows, IReadOnlyList<string> columns, double size)
    {
        int every = (int)Math.Ceiling(26 / size), everyRow = (int)Math.Ceiling(12 / size);
        for (int r = 0; r < rows.Count; r += everyRow)
        {
            svg.Text(Left - 6, Top + ((r + 0.5) * size) + 4, rows[r], "axis-text end small");
        }

        for (int c = 0; c < columns.Count; c += every)
        {
            svg.Text(Left + ((c + 0.5) * size), Top - 7, columns[c], "axis-text centre small");
        }
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string N(double value) => SvgBuilder.N(value);
}
