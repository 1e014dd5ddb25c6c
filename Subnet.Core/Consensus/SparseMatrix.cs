using Subnet.Core.Numerics;

namespace Subnet.Core.Consensus;

/// <summary>
/// Numbers per (validator, miner), row by row. The order of a row's entries and explicit zeros are kept, for both mean something
/// under liquid alpha. Immutable outside this project.
/// </summary>
public sealed class SparseMatrix
{
    private SparseMatrix(int rowCount, int columnCount, int capacity)
    {
        RowStarts = new int[rowCount + 1];
        ColumnCount = columnCount;
        Columns = GC.AllocateUninitializedArray<ushort>(capacity);
        Values = GC.AllocateUninitializedArray<I32F32>(capacity);
    }

    /// <summary>Number of rows.</summary>
    public int RowCount => RowStarts.Length - 1;

    /// <summary>Number of columns; every entry's column is below it.</summary>
    public int ColumnCount { get; }

    /// <summary>Number of entries, explicit zeros included.</summary>
    public int EntryCount => RowStarts[^1];

    /// <summary>Where each row starts, and the end of the last.</summary>
    internal int[] RowStarts { get; }

    /// <summary>Column of each entry; longer than there are entries.</summary>
    internal ushort[] Columns { get; }

    /// <summary>Value of each entry; longer than there are entries.</summary>
    internal I32F32[] Values { get; }

    /// <summary>The columns of a row's entries.</summary>
    public ReadOnlySpan<ushort> ColumnsOf(int row) => Columns.AsSpan(RowStarts[row]..RowStarts[row + 1]);

    /// <summary>The values of a row's entries.</summary>
    public ReadOnlySpan<I32F32> ValuesOf(int row) => Values.AsSpan(RowStarts[row]..RowStarts[row + 1]);

    /// <summary>The entry of a cell, or 0 where there is none.</summary>
    public I32F32 ValueAt(int row, int column)
    {
        int index = ColumnsOf(row).IndexOf((ushort)column);
        return index < 0 ? I32F32.Zero : ValuesOf(row)[index];
    }

    /// <summary>The matrix with these entries.</summary>
    /// <param name="rows">Per row its entries, in order.</param>
    /// <param name="columnCount">At most 65536.</param>
    /// <exception cref="ArgumentException">A column is out of range.</exception>
    public static SparseMatrix FromRows(IReadOnlyList<IReadOnlyList<KeyValuePair<int, I32F32>>> rows, int columnCount)
    {
        SparseMatrix matrix = Create(rows.Count, columnCount, rows.Sum(r => r.Count));
        int next = 0;
        for (int row = 0; row < rows.Count; row++)
        {
            foreach ((int column, I32F32 value) in rows[row])
            {
                if ((uint)column >= (uint)columnCount)
                {
                    throw new ArgumentException($"row {row} has an entry in column {column} of {columnCount}", nameof(rows));
                }

                matrix.Columns[next] = (ushort)column;
                matrix.Values[next++] = value;
            }

            matrix.RowStarts[row + 1] = next;
        }

        return matrix;
    }

    /// <summary>A matrix to be filled: entries first, then the row starts.</summary>
    internal static SparseMatrix Create(int rowCount, int columnCount, int capacity) => new(rowCount, columnCount, capacity);

    /// <summary>A copy to be changed in place.</summary>
    internal SparseMatrix Copy()
    {
        SparseMatrix result = Create(RowCount, ColumnCount, EntryCount);
        RowStarts.CopyTo(result.RowStarts, 0);
        Array.Copy(Columns, result.Columns, EntryCount);
        Array.Copy(Values, result.Values, EntryCount);
        return result;
    }

    /// <summary>Whether a row's columns ascend.</summary>
    internal static bool IsSorted(ReadOnlySpan<ushort> columns)
    {
        for (int i = 1; i < columns.Length; i++)
        {
            if (columns[i] <= columns[i - 1])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The same matrix with ascending columns in each row; itself where they are already.</summary>
    internal SparseMatrix Sorted()
    {
        bool sorted = true;
        for (int row = 0; row < RowCount && sorted; row++)
        {
            sorted = IsSorted(ColumnsOf(row));
        }

        if (sorted)
        {
            return this;
        }

        SparseMatrix result = Copy();
        for (int row = 0; row < RowCount; row++)
        {
            int start = RowStarts[row], length = RowStarts[row + 1] - start;
            Array.Sort(result.Columns, result.Values, start, length);
        }

        return result;
    }
}
