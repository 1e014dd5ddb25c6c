namespace Subnet.Health.Models.Rows;

/// <summary>One input column of a batch, stored slot by slot: <c>slots[j][i]</c> is slot j of row i.</summary>
internal abstract class RowColumn
{
    private protected RowColumn(string name, ColumnKind kind, int width)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        Name = name;
        Kind = kind;
        Width = width;
    }

    /// <summary>Name in the model's schema.</summary>
    public string Name { get; }

    /// <summary>Type of each slot.</summary>
    public ColumnKind Kind { get; }

    /// <summary>Number of slots.</summary>
    public int Width { get; }

    /// <summary>Number of rows.</summary>
    public abstract int Rows { get; }
}

/// <summary>A column of one element type.</summary>
/// <typeparam name="T">
/// float for <see cref="ColumnKind.Single"/> and <see cref="ColumnKind.Boolean"/>, double, long, ulong or string for the others.
/// </typeparam>
internal sealed class RowColumn<T> : RowColumn
{
    private readonly T[][] slots;

    /// <summary>Wraps the slots, each of the same length; they are not copied.</summary>
    /// <exception cref="ArgumentException">The element type is not that of the kind, or the lengths differ.</exception>
    public RowColumn(string name, ColumnKind kind, params T[][] slots)
        : base(name, kind, slots.Length)
    {
        if (typeof(T) != ElementType(kind))
        {
            throw new ArgumentException($"a column of kind {kind} holds {ElementType(kind).Name}, not {typeof(T).Name}", nameof(kind));
        }

        if (slots.Any(slot => slot.Length != slots[0].Length))
        {
            throw new ArgumentException("all slots of a column have the same number of rows", nameof(slots));
        }

        this.slots = slots;
    }

    /// <inheritdoc/>
    public override int Rows => slots[0].Length;

    /// <summary>The values of one slot, row by row.</summary>
    public ReadOnlySpan<T> Slot(int slot) => slots[slot];

    private static Type ElementType(ColumnKind kind) => kind switch
    {
        ColumnKind.Single or ColumnKind.Boolean => typeof(float),
        ColumnKind.Double => typeof(double),
        ColumnKind.Integer => typeof(long),
        ColumnKind.Unsigned => typeof(ulong),
        ColumnKind.Text => typeof(string),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
