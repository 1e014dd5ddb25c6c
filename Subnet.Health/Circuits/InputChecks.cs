using System.Collections.Immutable;
using Subnet.Health.Models;
using Subnet.Health.Models.Rows;

namespace Subnet.Health.Circuits;

/// <summary>What a clinic checks of its rows before anything is encrypted: that nothing required is missing and everything is in the card's range.</summary>
internal static class InputChecks
{
    /// <summary>Every fault of every row.</summary>
    public static ImmutableArray<RefusedRow>.Builder Refusals(RowBatch rows, ImmutableArray<CardInput> inputs)
    {
        var refused = ImmutableArray.CreateBuilder<RefusedRow>();
        foreach (CardInput input in inputs)
        {
            CheckInput(rows, input, refused);
        }

        return refused;
    }

    private static void CheckInput(RowBatch rows, CardInput input, ImmutableArray<RefusedRow>.Builder refused)
    {
        for (int slot = 0; slot < input.Slots.Length; slot++)
        {
            CardSlot wanted = input.Slots[slot];
            for (int row = 0; row < rows.Count; row++)
            {
                if (RowValues.IsMissing(rows, input.Column, slot, row))
                {
                    if (wanted.Missing == MissingRule.Refused)
                    {
                        refused.Add(new RefusedRow(row, input.NameOf(slot), "is missing, and the model needs it"));
                    }
                }
                else if (wanted is { Lowest: double lowest, Highest: double highest } && input.Column.Kind != ColumnKind.Text
                    && RowValues.Number(rows, input.Column, slot, row) is double value && !(value >= lowest && value <= highest))
                {
                    refused.Add(new RefusedRow(row, input.NameOf(slot), $"lies outside the card's range {lowest:G6} to {highest:G6}"));
                }
            }
        }
    }
}
