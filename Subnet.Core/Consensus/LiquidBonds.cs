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
        if (rates.Count != weights.RowCount || rates.Any(r => r.Length != weights.ColumnCount))
        {
            throw new ArgumentException("weights and rates have different shapes", nameof(rates));
        }

        I32F32[] entryRates = new I32F32[weights.EntryCount];
        for (int row = 0, k = 0; row < weights.RowCount; row++)
        {
            foreach (ushort column in weights.ColumnsOf(row))
            {
                entryRates[k++] = rates[row][column];
            }
        }

        return MovingAverage(weights, bonds, entryRates);
    }

    /// <summary>The new bonds at a rate for each entry of the weights.</summary>
    internal static SparseMatrix MovingAverage(SparseMatrix weights, SparseMatrix bonds, ReadOnlySpan<I32F32> rates)
    {
        if (bonds.RowCount != weights.RowCount || bonds.ColumnCount != weights.ColumnCount)
        {
            throw new ArgumentException("weights and bonds have different shapes", nameof(bonds));
        }

        SparseMatrix result = SparseMatrix.Create(weights.RowCount, weights.ColumnCount, weights.EntryCount);
        I32F32[] old = new I32F32[weights.ColumnCount];
        int next = 0;
        for (int row = 0; row < weights.RowCount; row++)
        {
            ReadOnlySpan<ushort> columns = weights.ColumnsOf(row), bondColumns = bonds.ColumnsOf(row);
            ReadOnlySpan<I32F32> values = weights.ValuesOf(row), bondValues = bonds.ValuesOf(row);
            ReadOnlySpan<I32F32> rowRates = rates.Slice(weights.RowStarts[row], columns.Length);
            for (int k = 0; k < bondColumns.Length; k++)
            {
                old[bondColumns[k]] = bondValues[k];
            }

            for (int k = 0; k < columns.Length; k++)
            {
                I32F32 gain = rowRates[k] * values[k];
                I32F32 kept = (I32F32.One - rowRates[k]) * old[columns[k]];
                long bond = Math.Min((kept + new I32F32(Math.Max(gain.Bits, 0))).Bits, I32F32.One.Bits);
                result.Columns[next] = columns[k];
                result.Values[next] = new(bond);
                next += bond > 0 ? 1 : 0;
            }

            result.RowStarts[row + 1] = next;
            foreach (ushort column in bondColumns)
            {
                old[column] = I32F32.Zero;
            }
        }

        return result;
    }

    /// <summary>The rate of each entry of the weights.</summary>
    /// <param name="weights">Weights for bonds.</param>
    /// <param name="bonds">Old bonds.</param>
    /// <param name="consensus">Consensus of each miner.</param>
    /// <param name="rule">The rate rule.</param>
    /// <remarks>
    /// The reference reads both rows with a cursor that only moves forward: an entry behind a larger column has been passed when its
    /// turn comes, and counts as 0 for the rate.
    /// </remarks>
    internal static I32F32[] Rates(SparseMatrix weights, SparseMatrix bonds, ReadOnlySpan<I32F32> consensus, LiquidAlpha rule)
    {
        I32F32[] rates = new I32F32[weights.EntryCount];
        I32F32[] old = new I32F32[weights.ColumnCount];
        for (int row = 0; row < weights.RowCount; row++)
        {
            ReadOnlySpan<ushort> columns = weights.ColumnsOf(row), bondColumns = bonds.ColumnsOf(row);
            ReadOnlySpan<I32F32> values = weights.ValuesOf(row), bondValues = bonds.ValuesOf(row);
            Span<I32F32> rowRates = rates.AsSpan(weights.RowStarts[row], columns.Length);
            int highest = -1;
            for (int k = 0; k < bondColumns.Length; k++)
            {
                ushort column = bondColumns[k];
                old[column] = column > highest ? bondValues[k] : I32F32.Zero;
                highest = Math.Max(highest, column);
            }

            highest = -1;
            for (int k = 0; k < columns.Length; k++)
            {
                ushort column = columns[k];
                I32F32 weight = column > highest ? values[k] : I32F32.Zero;
                highest = Math.Max(highest, column);
                rowRates[k] = LiquidAlpha.Distance(consensus[column], weight, old[column]);
            }

            rule.RatesInPlace(rowRates);
            foreach (ushort column in bondColumns)
            {
                old[column] = I32F32.Zero;
            }
        }

        return rates;
    }
}
