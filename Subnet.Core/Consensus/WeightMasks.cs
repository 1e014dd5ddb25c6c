using Subnet.Core.Numerics;

namespace Subnet.Core.Consensus;

/// <summary>Which weights count (<c>design/yuma.md</c> 3.5).</summary>
internal static class WeightMasks
{
    /// <summary>The weights that count, each row normalised.</summary>
    /// <param name="input">The epoch.</param>
    /// <param name="permits">Permits held before it, the owner's included.</param>
    public static SparseMatrix Apply(EpochInput input, ReadOnlySpan<bool> permits)
    {
        int n = input.NeuronCount;
        SparseMatrix weights = SparseMatrix.Create(n, n, input.Weights.EntryCount);
        Span<ushort> columns = weights.Columns;
        Span<I32F32> values = weights.Values;
        ReadOnlySpan<ulong> registration = input.BlockAtRegistration.AsSpan();
        int next = 0;
        for (int row = 0; row < n; row++)
        {
            if (permits[row])
            {
                int start = next, diagonal = row == input.OwnerUid ? -1 : row;
                ulong outdated = OutdatedFrom(input, row);
                ReadOnlySpan<ushort> rowColumns = input.Weights.ColumnsOf(row);
                ReadOnlySpan<ushort> rowValues = input.Weights.ValuesOf(row);
                ulong sum = 0;
                for (int k = 0; k < rowColumns.Length; k++)
                {
                    ushort column = rowColumns[k];
                    if (column != diagonal && registration[column] < outdated)
                    {
                        columns[next] = column;
                        values[next++] = new(rowValues[k]);
                        sum += rowValues[k];
                    }
                }

                Normalise(values[start..next], sum);
            }

            weights.RowStarts[row + 1] = next;
        }

        return weights;
    }

    /// <summary>
    /// A miner registered in this block or later is newer than the validator's weights: they were set, or committed, for whoever
    /// held the uid before.
    /// </summary>
    public static ulong OutdatedFrom(EpochInput input, int validator)
    {
        ulong bound = input.LastUpdate[validator];
        return input.CommitRevealEnabled && input.EarliestCommitBlock[validator] is { } commit && commit < bound ? commit + 1 : bound;
    }

    /// <summary>Integers over their sum; the scale of both cancels out.</summary>
    private static void Normalise(Span<I32F32> values, ulong sum)
    {
        if (sum != 0)
        {
            foreach (ref I32F32 value in values)
            {
                value = new((long)(((ulong)value.Bits << 32) / sum));
            }
        }
    }
}
