using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace Subnet.Health.Models.Rows;

/// <summary>
/// Reads rows for a model from a table of comma separated values with a header. A scalar column is found by its name; a
/// vector column by <c>Name.0</c>, <c>Name.1</c>, ..., or, when it is the only one not found so, by the remaining columns of
/// the table in their order. An empty field is a missing value. Memory is bounded by <see cref="RowFileLimits"/>.
/// </summary>
internal static class RowFileReader
{
    /// <summary>Reads a whole table.</summary>
    /// <param name="text">The table.</param>
    /// <param name="schema">What the model needs; unused columns are left out of the batch.</param>
    /// <param name="mapping">Table columns of an input column where the rule above does not hold; may be null.</param>
    /// <param name="limits">Bounds; null for the defaults.</param>
    /// <exception cref="RowFormatException">A column is missing, a field is not of its type, or a bound is passed.</exception>
    public static RowBatch Read(
        TextReader text,
        ModelSchema schema,
        IReadOnlyDictionary<string, IReadOnlyList<string>>? mapping = null,
        RowFileLimits? limits = null)
    {
        limits ??= RowFileLimits.Default;
        var configuration = new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            MaxFieldSize = limits.MaxFieldCharacters,
            BadDataFound = null,

            // Of a table of one column an empty line is a row whose value is missing.
            IgnoreBlankLines = false,
        };
        using var parser = new CsvParser(text, configuration, leaveOpen: true);
        try
        {
            if (!parser.Read())
            {
                throw new RowFormatException("the table is empty; it needs a header line with the names of the columns.");
            }

            string[] header = parser.Record!;
            List<ColumnCollector> collectors = Bind(schema, header, mapping);
            int rows = 0;
            while (parser.Read())
            {
                if (header.Length > 1 && parser.Count <= 1 && string.IsNullOrEmpty(parser.RawRecord.Trim('\r', '\n')))
                {
                    continue;
                }

                if (parser.Count != header.Length)
                {
                    throw new RowFormatException(
                        $"row {rows + 1} has {parser.Count} fields where the header has {header.Length}; give every row one field for each column.");
                }

                if (rows == limits.MaxRows)
                {
                    throw new RowFormatException($"the table has more than {limits.MaxRows} rows; split it.");
                }

                foreach (ColumnCollector collector in collectors)
                {
                    collector.Add(parser, rows);
                }

                rows++;
            }

            return new RowBatch(rows, collectors.Select(collector => collector.ToColumn()));
        }
        catch (CsvHelperException fault)
        {
            throw new RowFormatException($"line {parser.RawRow} of the table cannot be read: {fault.Message.Split('\n')[0].TrimEnd('.', '\r')}.", fault);
        }
    }

    private static List<ColumnCollector> Bind(
        ModelSchema schema,
        string[] header,
        IReadOnlyDictionary<string, IReadOnlyList<string>>? mapping)
    {
        var positions = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < header.Length; i++)
        {
            if (!positions.TryAdd(header[i], i))
            {
                throw new RowFormatException($"the table has two columns named {header[i]}; rename one.");
            }
        }

        var collectors = new List<ColumnCollector>();
        var unmatched = new List<ModelColumn>();
        var taken = new HashSet<int>();
        foreach (ModelColumn column in schema.Inputs)
        {
            int[]? found = Find(column, positions, mapping);
            if (found is not null)
            {
                taken.UnionWith(found);
            }

            if (!column.IsUsed)
            {
                continue;
            }

            if (found is null)
            {
                unmatched.Add(column);
            }
            else
            {
                collectors.Add(ColumnCollector.For(column, found));
            }
        }

        if (unmatched is [{ IsVector: true } vector])
        {
            int[] rest = [.. Enumerable.Range(0, header.Length).Where(i => !taken.Contains(i))];
            if (rest.Length == vector.Width)
            {
                collectors.Add(ColumnCollector.For(vector, rest));
                unmatched.Clear();
            }
        }

        if (unmatched.Count > 0)
        {
            ModelColumn first = unmatched[0];
            string wanted = first.IsVector ? $"{first.Name}.0 to {first.Name}.{first.Width - 1}" : first.Name;
            throw new RowFormatException($"the table has no column {wanted}; the model needs {string.Join(", ", unmatched.Select(c => c.Name))}.");
        }

        return collectors;
    }

    private static int[]? Find(
        ModelColumn column,
        Dictionary<string, int> positions,
        IReadOnlyDictionary<string, IReadOnlyList<string>>? mapping)
    {
        string[] names = mapping is not null && mapping.TryGetValue(column.Name, out IReadOnlyList<string>? mapped)
            ? [.. mapped]
            : column.IsVector
                ? [.. Enumerable.Range(0, column.Width).Select(slot => $"{column.Name}.{slot}")]
                : [column.Name];
        if (names.Length != column.Width)
        {
            throw new RowFormatException($"{names.Length} table columns are mapped to {column.Name}; the model needs {column.Width}.");
        }

        int[] found = new int[names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            if (!positions.TryGetValue(names[i], out found[i]))
            {
                return null;
            }
        }

        return found;
    }
}
