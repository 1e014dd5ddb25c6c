namespace Subnet.Health.Models.Evaluation;

/// <summary>
/// e^s over the sum of all of them, the largest score taken out first. NaN is left out of the sum and stays NaN; beside an
/// infinite score the finite ones are 0 and it is NaN itself.
/// </summary>
internal sealed class SoftmaxStage(Lane[] from, Lane[] to) : Stage(from, to)
{
    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        for (int i = 0; i < block.Rows; i++)
        {
            float largest = float.NegativeInfinity;
            foreach (Lane lane in from)
            {
                float score = block.Singles(lane)[i];
                largest = score > largest ? score : largest;
            }

            double total = 0;
            foreach (Lane lane in from)
            {
                double share = Math.Exp(block.Singles(lane)[i] - largest);
                total += double.IsNaN(share) ? 0 : share;
            }

            total = float.IsFinite(largest) ? total : 1;
            for (int k = 0; k < from.Length; k++)
            {
                block.Singles(to[k])[i] = (float)(Math.Exp(block.Singles(from[k])[i] - largest) / total);
            }
        }
    }
}

/// <summary>e^s over the sum of all of them, nothing taken out: above 709 in double precision the shares are NaN.</summary>
internal sealed class ExponentialShareStage(Lane[] from, Lane[] to) : Stage(from, to)
{
    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        for (int i = 0; i < block.Rows; i++)
        {
            double total = 0;
            foreach (Lane lane in from)
            {
                total += Math.Exp(block.Singles(lane)[i]);
            }

            for (int k = 0; k < from.Length; k++)
            {
                block.Singles(to[k])[i] = (float)(Math.Exp(block.Singles(from[k])[i]) / total);
            }
        }
    }
}

/// <summary>Negatives to 0, then each over the sum of all if that is above 0.</summary>
internal sealed class NormaliseStage(Lane[] from, Lane[] to) : Stage(from, to)
{
    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        for (int i = 0; i < block.Rows; i++)
        {
            float total = 0;
            foreach (Lane lane in from)
            {
                float value = block.Singles(lane)[i];
                total += value < 0 ? 0 : value;
            }

            for (int k = 0; k < from.Length; k++)
            {
                float value = block.Singles(from[k])[i];
                value = value < 0 ? 0 : value;
                block.Singles(to[k])[i] = total > 0 ? value / total : value;
            }
        }
    }
}

/// <summary>1 / (1 + e^-s) of each score by itself.</summary>
internal sealed class LogisticStage(Lane[] from, Lane[] to) : Stage(from, to)
{
    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        for (int k = 0; k < from.Length; k++)
        {
            ReadOnlySpan<float> s = block.Singles(from[k]);
            Span<float> y = block.Singles(to[k]);
            for (int i = 0; i < s.Length; i++)
            {
                y[i] = (float)(1 / (1 + Math.Exp(-(double)s[i])));
            }
        }
    }
}
