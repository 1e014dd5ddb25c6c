using System.Collections.Immutable;

namespace Subnet.Health.Circuits;

/// <summary>A row that is not encrypted, and why.</summary>
/// <param name="Row">Its place, from 0.</param>
/// <param name="Column">The column or feature at fault.</param>
/// <param name="Reason">What is wrong with it; never the value itself, which is a patient's.</param>
internal sealed record RefusedRow(int Row, string Column, string Reason);

/// <summary>Rows that a card does not admit. Nothing of the whole batch was encrypted or sent.</summary>
internal sealed class RowsRefusedException : Exception
{
    /// <summary>Refuses rows.</summary>
    /// <param name="rows">Every fault of every row, at least one.</param>
    public RowsRefusedException(ImmutableArray<RefusedRow> rows)
        : base(Sentence(rows))
    {
        Rows = rows;
    }

    /// <summary>Every fault.</summary>
    public ImmutableArray<RefusedRow> Rows { get; }

    private static string Sentence(ImmutableArray<RefusedRow> rows)
    {
        const int Shown = 5;
        string list = string.Join("; ", rows.Take(Shown).Select(row => $"row {row.Row + 1}: {row.Column} {row.Reason}"));
        string more = rows.Length > Shown ? $"; and {rows.Length - Shown} more" : "";
        return $"the card does not admit {list}{more}; nothing was sent.";
    }
}
