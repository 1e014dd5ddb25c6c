using Subnet.Health.Models;
using Subnet.Health.Models.Rows;

namespace Subnet.Health.Validator.Challenges;

/// <summary>
/// Rows whose outcomes a validator knows, read anew for the columns of each card. They are scored and never shown to anyone; which of them a miner was asked is
/// remembered (<see cref="LabelledRowHistory"/>).
/// </summary>
internal sealed class LabelledRows
{
    private readonly string table;
    private readonly ModelColumn label;

    /// <param name="table">A table of comma separated values with a header; the column <paramref name="labelColumn"/> has 1 or 0.</param>
    /// <param name="labelColumn">The outcome's column.</param>
    /// <exception cref="RowFormatException">No such column, or an outcome that is neither.</exception>
    public LabelledRows(string table, string labelColumn = "label")
    {
        ArgumentNullException.ThrowIfNull(table);
        this.table = table;
        label = new ModelColumn(labelColumn, ColumnKind.Boolean, 1, IsVector: false);
        RowBatch rows = Read([label]);
        Outcomes = [.. rows.Get<float>(label).Slot(0).ToArray().Select(value => value > 0)];
    }

    /// <summary>The outcomes, row by row.</summary>
    public IReadOnlyList<bool> Outcomes { get; }

    /// <summary>Number of rows.</summary>
    public int Count => Outcomes.Count;

    /// <summary>Share of rows with the outcome.</summary>
    public double BaseRate => Outcomes.Count(outcome => outcome) / (double)Math.Max(1, Count);

    /// <summary>All rows with the columns that a card asks for.</summary>
    /// <exception cref="RowFormatException">A column is missing or holds something of another type.</exception>
    public RowBatch For(IEnumerable<ModelColumn> columns) => Read(columns.Append(label with { IsUsed = false }));

    private RowBatch Read(IEnumerable<ModelColumn> columns)
    {
        using StringReader reader = new(table);
        return RowFileReader.Read(reader, new ModelSchema(ModelTask.Binary, [.. columns], [], []));
    }
}
