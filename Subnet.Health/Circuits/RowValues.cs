using Subnet.Health.Models;
using Subnet.Health.Models.Rows;

namespace Subnet.Health.Circuits;

/// <summary>Single values of a batch, whatever the type of their column.</summary>
internal static class RowValues
{
    /// <summary>The numbers of one slot, row by row; NaN for a missing one and for texts.</summary>
    public static IEnumerable<double> Numbers(RowBatch rows, ModelColumn column, int slot)
    {
        for (int row = 0; row < rows.Count; row++)
        {
            yield return Number(rows, column, slot, row);
        }
    }

    /// <summary>One number; NaN for a missing one and for texts.</summary>
    public static double Number(RowBatch rows, ModelColumn column, int slot, int row) => column.Kind switch
    {
        ColumnKind.Single or ColumnKind.Boolean => rows.Get<float>(column).Slot(slot)[row],
        ColumnKind.Double => rows.Get<double>(column).Slot(slot)[row],
        ColumnKind.Integer => rows.Get<long>(column).Slot(slot)[row],
        ColumnKind.Unsigned => rows.Get<ulong>(column).Slot(slot)[row],
        _ => double.NaN,
    };

    /// <summary>Whether a value is missing.</summary>
    public static bool IsMissing(RowBatch rows, ModelColumn column, int slot, int row) =>
        column.Kind == ColumnKind.Text ? rows.Get<string>(column).Slot(slot)[row].Length == 0 : double.IsNaN(Number(rows, column, slot, row));

    /// <summary>The first row alone.</summary>
    public static RowBatch First(RowBatch rows, IEnumerable<ModelColumn> columns) => new(1, columns.Select(column => Take(rows, column, -1)));

    /// <summary>The first row alone, one value of it missing.</summary>
    public static RowBatch FirstWithout(RowBatch rows, IEnumerable<ModelColumn> columns, ModelColumn without, int slot) =>
        new(1, columns.Select(column => Take(rows, column, column.Name == without.Name ? slot : -1)));

    private static RowColumn Take(RowBatch rows, ModelColumn column, int missing) => column.Kind switch
    {
        ColumnKind.Single or ColumnKind.Boolean => new RowColumn<float>(column.Name, column.Kind, Slots(rows.Get<float>(column), missing, float.NaN)),
        ColumnKind.Double => new RowColumn<double>(column.Name, column.Kind, Slots(rows.Get<double>(column), missing, double.NaN)),
        ColumnKind.Integer => new RowColumn<long>(column.Name, column.Kind, Slots(rows.Get<long>(column), -1, 0)),
        ColumnKind.Unsigned => new RowColumn<ulong>(column.Name, column.Kind, Slots(rows.Get<ulong>(column), -1, 0UL)),
        _ => new RowColumn<string>(column.Name, column.Kind, Slots(rows.Get<string>(column), missing, "")),
    };

    private static T[][] Slots<T>(RowColumn<T> column, int missing, T value) =>
        [.. Enumerable.Range(0, column.Width).Select(slot => new[] { slot == missing ? value : column.Slot(slot)[0] })];
}
