namespace Subnet.Core.Consensus;

/// <summary>One validator's stored row: parallel miners and values.</summary>
/// <param name="Columns">Uids, each at most once. Their order means something under liquid alpha.</param>
/// <param name="Values">Fractions of 65535; an explicit zero differs from a missing entry.</param>
public readonly record struct StoredRow(ReadOnlyMemory<ushort> Columns, ReadOnlyMemory<ushort> Values)
{
    /// <summary>A row without entries.</summary>
    public static StoredRow Empty => default;
}

/// <summary>Weights or bonds as a ledger stores them: 16-bit values per (validator, miner), row by row. Immutable.</summary>
public sealed class StoredRows
{
    private readonly int[] rowStarts;
    private readonly ushort[] columns;
    private readonly ushort[] values;

    internal StoredRows(int[] rowStarts, ushort[] columns, ushort[] values)
    {
        this.rowStarts = rowStarts;
        this.columns = columns;
        this.values = values;
    }

    /// <summary>Copies the rows.</summary>
    /// <exception cref="ArgumentException">A row's columns and values differ in number.</exception>
    public StoredRows(IReadOnlyList<StoredRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        rowStarts = new int[rows.Count + 1];
        for (int row = 0; row < rows.Count; row++)
        {
            if (rows[row].Columns.Length != rows[row].Values.Length)
            {
                throw new ArgumentException($"row {row} has {rows[row].Columns.Length} uids and {rows[row].Values.Length} values", nameof(rows));
            }

            rowStarts[row + 1] = rowStarts[row] + rows[row].Columns.Length;
        }

        columns = new ushort[rowStarts[^1]];
        values = new ushort[rowStarts[^1]];
        for (int row = 0; row < rows.Count; row++)
        {
            rows[row].Columns.Span.CopyTo(columns.AsSpan(rowStarts[row]));
            rows[row].Values.Span.CopyTo(values.AsSpan(rowStarts[row]));
        }
    }

    /// <summary>Number of rows.</summary>
    public int RowCount => rowStarts.Length - 1;

    /// <summary>Number of entries of all rows.</summary>
    public int EntryCount => rowStarts[^1];

    /// <summary>Rows without entries.</summary>
    public static StoredRows Empty(int rowCount) => new(new int[rowCount + 1], [], []);

    /// <summary>The uids of a row.</summary>
    public ReadOnlySpan<ushort> ColumnsOf(int row) => columns.AsSpan(rowStarts[row]..rowStarts[row + 1]);

    /// <summary>The values of a row.</summary>
    public ReadOnlySpan<ushort> ValuesOf(int row) => values.AsSpan(rowStarts[row]..rowStarts[row + 1]);

    /// <summary>A row without copying it.</summary>
    public StoredRow this[int row]
    {
        get
        {
            Range range = rowStarts[row]..rowStarts[row + 1];
            return new(columns.AsMemory(range), values.AsMemory(range));
        }
    }

    /// <summary>The value of a cell; 0 where there is no entry.</summary>
    public ushort ValueAt(int row, int column)
    {
        int index = ColumnsOf(row).IndexOf((ushort)column);
        return index < 0 ? (ushort)0 : ValuesOf(row)[index];
    }

    /// <summary>The rows without any entry of one miner, as after a bond reset (<c>design/yuma.md</c> 3.15).</summary>
    public StoredRows WithoutColumn(int column)
    {
        StoredRow[] rows = new StoredRow[RowCount];
        for (int row = 0; row < rows.Length; row++)
        {
            int index = ColumnsOf(row).IndexOf((ushort)column);
            rows[row] = index < 0 ? this[row] : new(Without(ColumnsOf(row), index), Without(ValuesOf(row), index));
        }

        return new(rows);
    }

    /// <summary>Throws where a row cannot belong to a subnet of this many neurons.</summary>
    internal void Validate(int neuronCount, string name)
    {
        if (RowCount != neuronCount)
        {
            throw new ArgumentException($"{name} has {RowCount} rows for {neuronCount} neurons");
        }

        int[] lastRow = new int[neuronCount];
        for (int row = 0; row < RowCount; row++)
        {
            foreach (ushort column in ColumnsOf(row))
            {
                if (column >= neuronCount)
                {
                    throw new ArgumentException($"{name} of uid {row} names uid {column} of {neuronCount} neurons");
                }

                if (lastRow[column] == row + 1)
                {
                    throw new ArgumentException($"{name} of uid {row} names uid {column} twice");
                }

                lastRow[column] = row + 1;
            }
        }
    }

    private static ushort[] Without(ReadOnlySpan<ushort> items, int index) => [.. items[..index], .. items[(index + 1)..]];
}
