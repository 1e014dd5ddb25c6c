using System.Diagnostics.CodeAnalysis;

namespace Subnet.Health.Models.Rows;

/// <summary>Rows to predict, column by column. Columns a model does not use may be present and are not looked at.</summary>
internal sealed class RowBatch
{
    private readonly Dictionary<string, RowColumn> columns;

    /// <summary>A batch of columns of equal length and distinct names.</summary>
    /// <exception cref="ArgumentException">Lengths differ or a name is there twice.</exception>
    public RowBatch(int count, params IEnumerable<RowColumn> columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Count = count;
        this.columns = columns.ToDictionary(column => column.Name, StringComparer.Ordinal);
        foreach (RowColumn column in this.columns.Values)
        {
            if (column.Rows != count)
            {
                throw new ArgumentException($"column {column.Name} has {column.Rows} rows, not {count}", nameof(columns));
            }
        }
    }

    /// <summary>Number of rows.</summary>
    public int Count { get; }

    /// <summary>The columns, in no particular order.</summary>
    public IReadOnlyCollection<RowColumn> Columns => columns.Values;

    /// <summary>The column of this name.</summary>
    public bool TryGet(string name, [MaybeNullWhen(false)] out RowColumn column) => columns.TryGetValue(name, out column);

    /// <summary>The column a model declares, checked against its declaration.</summary>
    /// <typeparam name="T">Element type that goes with the kind, see <see cref="RowColumn{T}"/>.</typeparam>
    /// <exception cref="RowFormatException">It is absent, or of another kind or width.</exception>
    public RowColumn<T> Get<T>(ModelColumn declared)
    {
        if (!columns.TryGetValue(declared.Name, out RowColumn? column))
        {
            throw new RowFormatException($"column {declared.Name} is missing from the rows; the model needs it.");
        }

        if (column is not RowColumn<T> typed || column.Kind != declared.Kind || column.Width != declared.Width)
        {
            throw new RowFormatException(
                $"column {declared.Name} holds {column.Kind} x {column.Width}; the model needs {declared.Kind} x {declared.Width}.");
        }

        return typed;
    }
}
