using Subnet.Health.Models.Rows;

namespace Subnet.Health.Models.Evaluation;

/// <summary>Copies the slots of an input column into their lanes.</summary>
internal sealed class InputStage(int input, ModelColumn column, Lane[] lanes) : Stage([], lanes)
{
    /// <summary>Position of the input column.</summary>
    public int Input => input;

    /// <inheritdoc/>
    public override PlanStep Describe() => new PlanStep("input").Integers("input", [input]).Lanes("to", lanes);

    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        RowColumn source = block.Inputs[input];
        for (int slot = 0; slot < lanes.Length; slot++)
        {
            switch (column.Kind)
            {
                case ColumnKind.Single or ColumnKind.Boolean:
                    Part<float>(source, slot, block).CopyTo(block.Singles(lanes[slot]));
                    break;
                case ColumnKind.Double:
                    Part<double>(source, slot, block).CopyTo(block.Doubles(lanes[slot]));
                    break;
                case ColumnKind.Integer:
                    Part<long>(source, slot, block).CopyTo(block.Integers(lanes[slot]));
                    break;
                case ColumnKind.Unsigned:
                    System.Runtime.InteropServices.MemoryMarshal.Cast<ulong, long>(Part<ulong>(source, slot, block)).CopyTo(block.Integers(lanes[slot]));
                    break;
                default:
                    Part<string>(source, slot, block).CopyTo(block.Texts(lanes[slot]));
                    break;
            }
        }
    }

    private static ReadOnlySpan<T> Part<T>(RowColumn source, int slot, LaneBlock block) =>
        ((RowColumn<T>)source).Slot(slot).Slice(block.Start, block.Rows);
}
