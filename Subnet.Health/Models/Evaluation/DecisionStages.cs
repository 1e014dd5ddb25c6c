using Subnet.Health.Models.Heads;

namespace Subnet.Health.Models.Evaluation;

/// <summary>From a raw score to a probability.</summary>
internal sealed class CalibrationStage(Calibration calibration, Lane score, Lane probability) : Stage([score], [probability])
{
    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        ReadOnlySpan<float> s = block.Singles(score);
        Span<float> p = block.Singles(probability);
        for (int i = 0; i < s.Length; i++)
        {
            p[i] = calibration.Calibrate(s[i]);
        }
    }
}

/// <summary>1 where a value is strictly above a threshold, else 0; NaN gives 0.</summary>
internal sealed class ThresholdStage(float threshold, Lane value, Lane label) : Stage([value], [label])
{
    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        ReadOnlySpan<float> x = block.Singles(value);
        Span<float> y = block.Singles(label);
        for (int i = 0; i < x.Length; i++)
        {
            y[i] = x[i] > threshold ? 1 : 0;
        }
    }
}

/// <summary>
/// The 1-based place of the first of the largest (or smallest) scores; NaN is passed over, and all NaN gives the missing key.
/// </summary>
internal sealed class BestScoreStage(bool smallest, Lane[] scores, Lane label) : Stage(scores, [label])
{
    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        Span<int> best = block.Keys(label);
        best.Clear();
        for (int k = 0; k < scores.Length; k++)
        {
            ReadOnlySpan<float> s = block.Singles(scores[k]);
            for (int i = 0; i < s.Length; i++)
            {
                if (float.IsNaN(s[i]))
                {
                    continue;
                }

                float held = best[i] == 0 ? float.NaN : block.Singles(scores[best[i] - 1])[i];
                if (best[i] == 0 || (smallest ? s[i] < held : s[i] > held))
                {
                    best[i] = k + 1;
                }
            }
        }
    }
}
