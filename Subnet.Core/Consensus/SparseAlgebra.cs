using Subnet.Core.Numerics;

namespace Subnet.Core.Consensus;

/// <summary>
/// The small algebra of the epoch. Sums are exact: each product is floored before it is added, so their order does not matter.
/// </summary>
public static class SparseAlgebra
{
    /// <summary>Divides each value by the sum, rounded down; leaves them where the sum is 0.</summary>
    internal static void NormaliseInPlace(Span<I32F32> values)
    {
        I32F32 sum = Sum(values);
        if (sum.Bits == 0)
        {
            return;
        }

        foreach (ref I32F32 value in values)
        {
            value = I32F32.SafeDivide(value, sum);
        }
    }

    /// <summary>The sum, without saturation.</summary>
    internal static I32F32 Sum(ReadOnlySpan<I32F32> values)
    {
        long sum = 0;
        foreach (I32F32 value in values)
        {
            sum = unchecked(sum + value.Bits);
        }

        return new(sum);
    }

    /// <summary>Sum of each column.</summary>
    internal static I32F32[] ColumnSums(SparseMatrix matrix)
    {
        I32F32[] sums = new I32F32[matrix.ColumnCount];
        ReadOnlySpan<ushort> columns = matrix.Columns.AsSpan(0, matrix.EntryCount);
        ReadOnlySpan<I32F32> values = matrix.Values.AsSpan(0, columns.Length);
        for (int k = 0; k < columns.Length; k++)
        {
            ref I32F32 sum = ref sums[columns[k]];
            sum = new(unchecked(sum.Bits + values[k].Bits));
        }

        return sums;
    }

    /// <summary>Sum of each row.</summary>
    internal static I32F32[] RowSums(SparseMatrix matrix)
    {
        I32F32[] sums = new I32F32[matrix.RowCount];
        for (int row = 0; row < sums.Length; row++)
        {
            sums[row] = Sum(matrix.ValuesOf(row));
        }

        return sums;
    }

    /// <summary>Largest entry of each column; 0 where there is none.</summary>
    internal static I32F32[] ColumnMaxima(SparseMatrix matrix)
    {
        I32F32[] maxima = new I32F32[matrix.ColumnCount];
        ReadOnlySpan<ushort> columns = matrix.Columns.AsSpan(0, matrix.EntryCount);
        ReadOnlySpan<I32F32> values = matrix.Values.AsSpan(0, columns.Length);
        for (int k = 0; k < columns.Length; k++)
        {
            ref I32F32 maximum = ref maxima[columns[k]];
            maximum = new(Math.Max(maximum.Bits, values[k].Bits));
        }

        return maxima;
    }

    /// <summary><c>matrix[i][j] * factors[i]</c>, entry by entry.</summary>
    internal static SparseMatrix ScaleRows(SparseMatrix matrix, ReadOnlySpan<I32F32> factors)
    {
        SparseMatrix result = matrix.Copy();
        for (int row = 0; row < result.RowCount; row++)
        {
            I32F32 factor = factors[row];
            foreach (ref I32F32 value in result.Values.AsSpan(result.RowStarts[row]..result.RowStarts[row + 1]))
            {
                value *= factor;
            }
        }

        return result;
    }

    /// <summary>Divides each entry by its column's sum; leaves columns whose sum is 0.</summary>
    internal static void NormaliseColumnsInPlace(SparseMatrix matrix, ReadOnlySpan<I32F32> sums)
    {
        ReadOnlySpan<ushort> columns = matrix.Columns.AsSpan(0, matrix.EntryCount);
        Span<I32F32> values = matrix.Values.AsSpan(0, columns.Length);
        for (int k = 0; k < columns.Length; k++)
        {
            I32F32 sum = sums[columns[k]];
            if (sum.Bits != 0)
            {
                values[k] = I32F32.SafeDivide(values[k], sum);
            }
        }
    }

    /// <summary><c>sum_i vector[i] * matrix[i][j]</c> for every column j, each product floored.</summary>
    internal static I32F32[] WeightedColumnSums(ReadOnlySpan<I32F32> vector, SparseMatrix matrix)
    {
        I32F32[] sums = new I32F32[matrix.ColumnCount];
        for (int row = 0; row < matrix.RowCount; row++)
        {
            I32F32 factor = vector[row];
            if (factor.Bits == 0)
            {
                continue;
            }

            ReadOnlySpan<ushort> columns = matrix.ColumnsOf(row);
            ReadOnlySpan<I32F32> values = matrix.ValuesOf(row);
            for (int k = 0; k < columns.Length; k++)
            {
                sums[columns[k]] += factor * values[k];
            }
        }

        return sums;
    }

    /// <summary><c>sum_j matrix[i][j] * vector[j]</c> for every row i, each product floored.</summary>
    internal static I32F32[] WeightedRowSums(SparseMatrix matrix, ReadOnlySpan<I32F32> vector)
    {
        I32F32[] sums = new I32F32[matrix.RowCount];
        for (int row = 0; row < sums.Length; row++)
        {
            ReadOnlySpan<ushort> columns = matrix.ColumnsOf(row);
            ReadOnlySpan<I32F32> values = matrix.ValuesOf(row);
            I32F32 sum = I32F32.Zero;
            for (int k = 0; k < columns.Length; k++)
            {
                sum += values[k] * vector[columns[k]];
            }

            sums[row] = sum;
        }

        return sums;
    }

    /// <summary>
    /// <c>sum_j share[i][j] * vector[j]</c> for every row i, where the share is the entry over its column's sum; both floored.
    /// </summary>
    internal static I32F32[] WeightedRowSumsOfShares(SparseMatrix matrix, ReadOnlySpan<I32F32> columnSums, ReadOnlySpan<I32F32> vector)
    {
        I32F32[] sums = new I32F32[matrix.RowCount];
        for (int row = 0; row < sums.Length; row++)
        {
            ReadOnlySpan<ushort> columns = matrix.ColumnsOf(row);
            ReadOnlySpan<I32F32> values = matrix.ValuesOf(row);
            I32F32 sum = I32F32.Zero;
            for (int k = 0; k < columns.Length; k++)
            {
                ushort column = columns[k];
                if (vector[column].Bits != 0)
                {
                    sum += I32F32.SafeDivide(values[k], columnSums[column]) * vector[column];
                }
            }

            sums[row] = sum;
        }

        return sums;
    }

    /// <summary><c>a + ratio * (b - a)</c> cell by cell; only positive cells are kept, in ascending columns.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static SparseMatrix Interpolate(SparseMatrix a, SparseMatrix b, I32F32 ratio) =>
        Combine(a, b, new Interpolation(ratio));

    /// <summary>
    /// <c>rate * fresh + (1 - rate) * old</c> cell by cell; only positive cells are kept, in ascending columns.
    /// </summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static SparseMatrix MovingAverage(SparseMatrix fresh, SparseMatrix old, I32F32 rate) =>
        Combine(fresh, old, new Average(rate, I32F32.One - rate));

    private static SparseMatrix Combine<TOperation>(SparseMatrix a, SparseMatrix b, TOperation operation)
        where TOperation : struct, ICellOperation
    {
        if (a.RowCount != b.RowCount || a.ColumnCount != b.ColumnCount)
        {
            throw new ArgumentException("the matrices have different shapes", nameof(b));
        }

        a = a.Sorted();
        b = b.Sorted();
        SparseMatrix result = SparseMatrix.Create(a.RowCount, a.ColumnCount, a.EntryCount + b.EntryCount);
        int next = 0;
        for (int row = 0; row < a.RowCount; row++)
        {
            ReadOnlySpan<ushort> aColumns = a.ColumnsOf(row), bColumns = b.ColumnsOf(row);
            ReadOnlySpan<I32F32> aValues = a.ValuesOf(row), bValues = b.ValuesOf(row);
            int i = 0, j = 0;
            while (i < aColumns.Length || j < bColumns.Length)
            {
                int aColumn = i < aColumns.Length ? aColumns[i] : int.MaxValue;
                int bColumn = j < bColumns.Length ? bColumns[j] : int.MaxValue;
                int column = Math.Min(aColumn, bColumn);
                I32F32 left = aColumn == column ? aValues[i++] : I32F32.Zero;
                I32F32 right = bColumn == column ? bValues[j++] : I32F32.Zero;
                I32F32 value = operation.Apply(left, right);
                if (value.Bits > 0)
                {
                    result.Columns[next] = (ushort)column;
                    result.Values[next++] = value;
                }
            }

            result.RowStarts[row + 1] = next;
        }

        return result;
    }

    /// <summary>What happens to one cell; a struct, so that the walk over the rows is compiled with it inside.</summary>
    private interface ICellOperation
    {
        I32F32 Apply(I32F32 left, I32F32 right);
    }

    private readonly struct Interpolation(I32F32 ratio) : ICellOperation
    {
        public I32F32 Apply(I32F32 left, I32F32 right) => left + (ratio * (right - left));
    }

    private readonly struct Average(I32F32 rate, I32F32 rest) : ICellOperation
    {
        public I32F32 Apply(I32F32 left, I32F32 right) => (rate * left) + (rest * right);
    }
}
