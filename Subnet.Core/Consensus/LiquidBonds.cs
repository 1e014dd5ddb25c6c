using Subnet.Core.Numerics;

namespace Subnet.Core.Consensus;

/// <summary>
/// Bonds that follow their weights at a rate of their own (<c>design/yuma.md</c> 3.11b): <c>(1 - a) * old + max(a * weight, 0)</c>,
/// at most 1.
/// </summary>
public static class LiquidBonds
{
    /// <summary>
    /// The new bonds. They have the entries of the weights, in their order: a bond on a miner for whom the validator has no entry
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
        weights.RowStarts.CopyTo(result.RowStarts, 0);
        Array.Copy(weights.Columns, result.Columns, weights.EntryCount);
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
                result.Values[weights.RowStarts[row] + k] = Next(rates[row][column], weights.ValuesOf(row)[k], old[column]);
            }
        }

        return result;
    }

    /// <summary>One bond.</summary>
    internal static I32F32 Next(I32F32 rate, I32F32 weight, I32F32 old)
    {
        I32F32 gain = rate * weight;
        I32F32 bond = ((I32F32.One - rate) * old) + (gain.Bits > 0 ? gain : I32F32.Zero);
        return bond > I32F32.One ? I32F32.One : bond;
    }
}
