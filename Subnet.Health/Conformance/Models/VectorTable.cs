using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace Subnet.Health.Conformance.Models;

/// <summary>A table of expected values: a header and rows of text.</summary>
internal sealed class VectorTable
{
    private readonly Dictionary<string, int> columns = new(StringComparer.Ordinal);
    private readonly List<string[]> rows = [];

    /// <summary>Names of the columns in order.</summary>
    public IReadOnlyCollection<string> Columns => columns.Keys;

    /// <summary>Number of rows.</summary>
    public int Count => rows.Count;

    /// <summary>One field.</summary>
    public string this[int row, string column] => rows[row][columns[column]];

    /// <summary>The first field of a row; a runtime that refused the row says so there.</summary>
    public string First(int row) => rows[row][0];

    /// <summary>Reads a file.</summary>
    /// <exception cref="FormatException">No header, two columns of one name, or a row of another length.</exception>
    public static VectorTable Read(string path)
    {
        using StreamReader text = File.OpenText(path);
        using var parser = new CsvParser(text, new CsvConfiguration(CultureInfo.InvariantCulture) { IgnoreBlankLines = false });
        var table = new VectorTable();
        if (!parser.Read())
        {
            throw new FormatException("the table has no header");
        }

        foreach (string column in parser.Record!)
        {
            if (!table.columns.TryAdd(column, table.columns.Count))
            {
                throw new FormatException($"two columns are named {column}");
            }
        }

        while (parser.Read())
        {
            string[] row = parser.Record!;
            if (row.Length != table.columns.Count && row[0] != ModelCase.RefusedByRuntime)
            {
                throw new FormatException($"row {table.rows.Count} has {row.Length} fields, not {table.columns.Count}");
            }

            table.rows.Add(row);
        }

        return table;
    }
}
