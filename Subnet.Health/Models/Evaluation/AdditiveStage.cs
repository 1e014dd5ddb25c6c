using Subnet.Health.Models.Heads;

namespace Subnet.Health.Models.Evaluation;

/// <summary>Intercept plus one effect for each shape function, summed in double precision and rounded once.</summary>
internal sealed class AdditiveStage(AdditiveHead head, Lane[] features, Lane sum, Lane score) : Stage(features, [score])
{
    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        Span<double> sums = block.Doubles(sum);
        sums.Fill(head.Intercept);
        foreach (ShapeFunction shape in head.Shapes)
        {
            ReadOnlySpan<float> x = block.Singles(features[shape.Feature]);
            for (int i = 0; i < x.Length; i++)
            {
                sums[i] += shape.Effects[shape.Bin(x[i])];
            }
        }

        Span<float> y = block.Singles(score);
        for (int i = 0; i < y.Length; i++)
        {
            y[i] = (float)sums[i];
        }
    }
}
