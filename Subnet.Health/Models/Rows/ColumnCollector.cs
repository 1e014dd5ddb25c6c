using System.Globalization;
using CsvHelper;

namespace Subnet.Health.Models.Rows;

/// <summary>Gathers the fields of one input column while a table is read.</summary>
internal abstract class ColumnCollector
{
    /// <summary>The collector for a column whose slots are these fields of each record.</summary>
    public static ColumnCollector For(ModelColumn column, int[] fields) => column.Kind switch
    {
        ColumnKind.Single => new Typed<float>(column, fields, ParseSingle),
        ColumnKind.Double => new Typed<double>(column, fields, ParseDouble),
        ColumnKind.Integer => new Typed<long>(column, fields, ParseInteger),
        ColumnKind.Unsigned => new Typed<ulong>(column, fields, ParseUnsigned),
        ColumnKind.Boolean => new Typed<float>(column, fields, ParseBoolean),
        ColumnKind.Text => new Typed<string>(column, fields, static field => field),
        _ => throw new ArgumentOutOfRangeException(nameof(column)),
    };

    /// <summary>Takes this column's fields of the parser's current record.</summary>
    public abstract void Add(CsvParser record, int row);

    /// <summary>The column of all records.</summary>
    public abstract RowColumn ToColumn();

    private static float ParseSingle(string field) =>
        field.Length == 0 ? float.NaN : float.Parse(field, NumberStyles.Float, CultureInfo.InvariantCulture);

    private static double ParseDouble(string field) =>
        field.Length == 0 ? double.NaN : double.Parse(field, NumberStyles.Float, CultureInfo.InvariantCulture);

    // Integers and truth values have no missing value in a saved model's type system: an empty field is 0 there, as here.
    private static long ParseInteger(string field) =>
        field.Length == 0 ? 0 : long.Parse(field, NumberStyles.AllowLeadingSign | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);

    private static ulong ParseUnsigned(string field) =>
        field.Length == 0 ? 0 : ulong.Parse(field, NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);

    private static float ParseBoolean(string field) => field.Trim().ToUpperInvariant() switch
    {
        "1" or "TRUE" or "YES" or "Y" or "T" => 1,
        "0" or "FALSE" or "NO" or "N" or "F" or "" => 0,
        _ => throw new FormatException(),
    };

    private sealed class Typed<T>(ModelColumn column, int[] fields, Func<string, T> parse) : ColumnCollector
    {
        private readonly List<T>[] slots = [.. fields.Select(_ => new List<T>())];

        public override void Add(CsvParser record, int row)
        {
            for (int slot = 0; slot < fields.Length; slot++)
            {
                string field = record[fields[slot]];
                try
                {
                    slots[slot].Add(parse(field));
                }
                catch (Exception fault) when (fault is FormatException or OverflowException)
                {
                    // The value itself stays out of the message: it may be a patient's.
                    throw new RowFormatException(
                        $"row {row + 1}, column {column.Name}: the field is not of type {column.Kind}; correct it or leave it empty.", fault);
                }
            }
        }

        public override RowColumn ToColumn() => new RowColumn<T>(column.Name, column.Kind, [.. slots.Select(slot => slot.ToArray())]);
    }
}
