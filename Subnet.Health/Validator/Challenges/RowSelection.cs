using Subnet.Health.Models.Rows;

namespace Subnet.Health.Validator.Challenges;

/// <summary>Some rows of a batch as a batch of their own.</summary>
internal static class RowSelection
{
    /// <summary>The rows of these numbers, in this order.</summary>
    public static RowBatch Take(RowBatch rows, IReadOnlyList<int> numbers) => new(numbers.Count, rows.Columns.Select(column => Take(column, numbers)));

    private static RowColumn Take(RowColumn column, IReadOnlyList<int> numbers) => column switch
    {
        RowColumn<float> single => Copy(single, numbers),
        RowColumn<double> wide => Copy(wide, numbers),
        RowColumn<long> integer => Copy(integer, numbers),
        RowColumn<ulong> unsigned => Copy(unsigned, numbers),
        RowColumn<string> text => Copy(text, numbers),
        _ => throw new ArgumentException($"a column of kind {column.Kind} is unknown here", nameof(column)),
    };

    private static RowColumn<T> Copy<T>(RowColumn<T> column, IReadOnlyList<int> numbers)
    {
        T[][] slots = new T[column.Width][];
        for (int slot = 0; slot < slots.Length; slot++)
        {
            ReadOnlySpan<T> values = column.Slot(slot);
            slots[slot] = new T[numbers.Count];
            for (int i = 0; i < numbers.Count; i++)
            {
                slots[slot][i] = values[numbers[i]];
            }
        }

        return new RowColumn<T>(column.Name, column.Kind, slots);
    }
}
