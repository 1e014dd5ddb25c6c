using Subnet.Core.Numerics;

namespace Subnet.Core.Consensus;

/// <summary>The bonds an epoch starts from (<c>design/yuma.md</c> 3.10).</summary>
internal static class OldBonds
{
    /// <summary>The first block after which a registered miner's bonds belong to whoever held its uid before.</summary>
    public static ulong OutdatedFrom(EpochInput input) => input.LastMechanismStepBlock != 0
        ? Saturating(input.LastMechanismStepBlock)
        : input.CurrentBlock > input.Tempo ? input.CurrentBlock - input.Tempo : 0;

    /// <summary>
    /// The stored values, 0 to 65535, as raw bits: for shares of columns, where any common scale cancels out.
    /// </summary>
    public static SparseMatrix AsIntegers(EpochInput input) => Convert(input, value => new(value));

    /// <summary>The stored values over 65535.</summary>
    public static SparseMatrix AsFractions(EpochInput input) => Convert(input, value => new((long)(((ulong)value << 32) / ushort.MaxValue)));

    private static SparseMatrix Convert(EpochInput input, Func<ushort, I32F32> convert)
    {
        int n = input.NeuronCount;
        ulong outdated = OutdatedFrom(input);
        SparseMatrix bonds = SparseMatrix.Create(n, n, input.Bonds.EntryCount);
        int next = 0;
        for (int row = 0; row < n; row++)
        {
            ReadOnlySpan<ushort> columns = input.Bonds.ColumnsOf(row);
            ReadOnlySpan<ushort> values = input.Bonds.ValuesOf(row);
            for (int k = 0; k < columns.Length; k++)
            {
                if (input.BlockAtRegistration[columns[k]] < outdated)
                {
                    bonds.Columns[next] = columns[k];
                    bonds.Values[next++] = convert(values[k]);
                }
            }

            bonds.RowStarts[row + 1] = next;
        }

        return bonds;
    }

    private static ulong Saturating(ulong block) => block == ulong.MaxValue ? block : block + 1;
}
