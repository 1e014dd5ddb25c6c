namespace Subnet.Health.Models.Evaluation;

/// <summary>To single precision, to nearest, ties to even. Text that is not a number becomes NaN.</summary>
internal sealed class ConvertStage(ColumnKind kind, Lane[] from, Lane[] to) : Stage(from, to)
{
    /// <inheritdoc/>
    public override PlanStep Describe() => new PlanStep("convert").Lanes("from", from).Lanes("to", to).Word("kind", kind.ToString());

    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        for (int j = 0; j < from.Length; j++)
        {
            Span<float> y = block.Singles(to[j]);
            for (int i = 0; i < y.Length; i++)
            {
                y[i] = kind switch
                {
                    ColumnKind.Double => (float)block.Doubles(from[j])[i],
                    ColumnKind.Integer => block.Integers(from[j])[i],
                    ColumnKind.Unsigned => (ulong)block.Integers(from[j])[i],
                    ColumnKind.Text => TextNumber.Parse(block.Texts(from[j])[i]),
                    _ => block.Singles(from[j])[i],
                };
            }
        }
    }
}
