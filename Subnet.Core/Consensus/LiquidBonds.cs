using Subnet.Core.Numerics;

namespace Subnet.Core.Consensus;

/// <summary>
/// Bonds that follow their weights at a rate of their own (<c>design/yuma.md</c> 3.11b): <c>(1 - a) * old + max(a * weight, 0)</c>,
/// at most 1.
/// </summary>
public static class LiquidBonds
{
    /// <summary>
    /// The new bonds, positive ones only, in the order of the weights: a bond on a miner for whom the validator has no entry
    /// at all is lost, whereas an explicit zero weight lets it decay.
    /// </summary>
    /// <param name="weights">Weights for bonds.</param>
    /// <param name="bonds">Old bonds.</param>
    /// <param name="rates">Per row a rate for each column.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static SparseMatrix MovingAverage(SparseMatrix weights, SparseMatrix bonds, IReadOnlyList<I32F32[]> rates)
    {
        if (bonds.RowCount != weights.RowCount || bonds.ColumnCount != weights.ColumnCount
            || rates.Count != weights.RowCount || rates.Any(r => r.Length != weights.ColumnCount))
        {
            throw new ArgumentException("weights, bonds and rates have different shapes", nameof(weights));
        }

        SparseMatrix result = SparseMatrix.Create(weights.RowCount, weights.ColumnCount, weights.EntryCount);
        int next = 0;
        I32F32[] old = new I32F32[weights.ColumnCount];
        for (int row = 0; row < weights.RowCount; row++)
        {
            Array.Clear(old);
            ReadOnlySpan<ushort> bondColumns = bonds.ColumnsOf(row);
            for (int k = 0; k < bondColumns.Length; k++)
            {
                old[bondColumns[k]] = bonds.ValuesOf(row)[k];
            }

            ReadOnlySpan<ushort> columns = weights.ColumnsOf(row);
            for (int k = 0; k < columns.Length; k++)
            {
                ushort column = columns[k];
                Append(result, ref next, column, Next(rates[row][column], weights.ValuesOf(row)[k], old[column]));
            }

            result.RowStarts[row + 1] = next;
        }

        return result;
    }

    /// <summary>The new bonds, each pair at the rate of its own distance from consensus.</summary>
    /// <param name="weights">Weights for bonds.</param>
    /// <param name="bonds">Old bonds.</param>
    /// <param name="consensus">Consensus of each miner.</param>
    /// <param name="rule">The rate rule.</param>
    /// <param name="trace">Keeps the rates, if given.</param>
    internal static SparseMatrix MovingAverage(
        SparseMatrix weights, SparseMatrix bonds, ReadOnlySpan<I32F32> consensus, LiquidAlpha rule, EpochTrace? trace)
    {
        SparseMatrix result = SparseMatrix.Create(weights.RowCount, weights.ColumnCount, weights.EntryCount);
        int next = 0;
        I32F32[] rates = new I32F32[weights.EntryCount];

        // Old bonds of the current row by column: as they are, and as the reference's forward cursor reads them.
        I32F32[] old = new I32F32[weights.ColumnCount];
        I32F32[] oldRead = new I32F32[weights.ColumnCount];
        for (int row = 0; row < weights.RowCount; row++)
        {
            ReadOnlySpan<ushort> columns = weights.ColumnsOf(row);
            if (columns.IsEmpty)
            {
                result.RowStarts[row + 1] = next;
                continue;
            }

            ReadOnlySpan<ushort> bondColumns = bonds.ColumnsOf(row);
            Scatter(bondColumns, bonds.ValuesOf(row), old, oldRead);
            int start = weights.RowStarts[row], highest = -1;
            for (int k = 0; k < columns.Length; k++)
            {
                ushort column = columns[k];
                I32F32 weight = weights.Values[start + k];
                I32F32 weightRead = column > highest ? weight : I32F32.Zero;
                highest = Math.Max(highest, column);
                I32F32 rate = rule.Rate(consensus[column], weightRead, oldRead[column]);
                rates[start + k] = rate;
                Append(result, ref next, column, Next(rate, weight, old[column]));
            }

            result.RowStarts[row + 1] = next;

            foreach (ushort column in bondColumns)
            {
                old[column] = oldRead[column] = I32F32.Zero;
            }
        }

        trace?.Rates = rates;
        return result;
    }

    private static void Append(SparseMatrix matrix, ref int next, ushort column, I32F32 bond)
    {
        if (bond.Bits > 0)
        {
            matrix.Columns[next] = column;
            matrix.Values[next++] = bond;
        }
    }

    /// <summary>
    /// An entry behind a larger column has passed the reference's cursor when its turn comes, and is read as 0.
    /// </summary>
    private static void Scatter(ReadOnlySpan<ushort> columns, ReadOnlySpan<I32F32> values, Span<I32F32> all, Span<I32F32> read)
    {
        int highest = -1;
        for (int k = 0; k < columns.Length; k++)
        {
            ushort column = columns[k];
            all[column] = values[k];
            read[column] = column > highest ? values[k] : I32F32.Zero;
            highest = Math.Max(highest, column);
        }
    }

    /// <summary>One bond.</summary>
    internal static I32F32 Next(I32F32 rate, I32F32 weight, I32F32 old)
    {
        I32F32 gain = rate * weight;
        I32F32 bond = ((I32F32.One - rate) * old) + (gain.Bits > 0 ? gain : I32F32.Zero);
        return bond > I32F32.One ? I32F32.One : bond;
    }
}
