using Subnet.Core.Numerics;

namespace Subnet.Core.Consensus;

/// <summary>Weights cut back to consensus, and what bonds follow (<c>design/yuma.md</c> 3.7 and 3.9).</summary>
internal static class Clipping
{
    /// <summary><c>min(w, C[j])</c>; an entry that consensus takes away altogether is removed, an explicit zero stays.</summary>
    public static SparseMatrix Apply(SparseMatrix weights, ReadOnlySpan<I32F32> consensus)
    {
        SparseMatrix clipped = SparseMatrix.Create(weights.RowCount, weights.ColumnCount, weights.EntryCount);
        Span<ushort> columns = clipped.Columns;
        Span<I32F32> values = clipped.Values;
        int next = 0;
        for (int row = 0; row < weights.RowCount; row++)
        {
            ReadOnlySpan<ushort> rowColumns = weights.ColumnsOf(row);
            ReadOnlySpan<I32F32> rowValues = weights.ValuesOf(row);
            for (int k = 0; k < rowColumns.Length; k++)
            {
                ushort column = rowColumns[k];
                long weight = rowValues[k].Bits, bound = consensus[column].Bits, excess = weight - bound;

                // min(weight, bound) and the decision to keep it, both without a branch: which is less is anybody's guess.
                columns[next] = column;
                values[next] = new(bound + (excess & (excess >> 63)));
                next += (int)((ulong)((-bound) | (weight - 1)) >> 63);
            }

            clipped.RowStarts[row + 1] = next;
        }

        return clipped;
    }

    /// <summary>
    /// The weights that bonds follow: without a penalty the raw ones as they are, with the full one the clipped ones as they are, else
    /// a point between, of which only positive cells are kept in ascending columns.
    /// </summary>
    public static SparseMatrix BondWeights(SparseMatrix weights, SparseMatrix clipped, ushort penalty) => penalty switch
    {
        0 => weights,
        ushort.MaxValue => clipped,
        _ => SparseAlgebra.Interpolate(weights, clipped, I32F32.FromRatio(penalty, ushort.MaxValue)),
    };
}
