namespace Subnet.Health.Models.Evaluation;

/// <summary>y = (x - offset) * scale for each slot; NaN stays NaN.</summary>
internal sealed class AffineStage(Lane[] from, Lane[] to, float[] scales, float[] offsets) : Stage(from, to)
{
    /// <inheritdoc/>
    public override PlanStep Describe() => new PlanStep("affine").Lanes("from", from).Lanes("to", to).Singles("scale", scales).Singles("offset", offsets);

    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        for (int j = 0; j < from.Length; j++)
        {
            LaneMath.Affine(block.Singles(from[j]), offsets[j], scales[j], block.Singles(to[j]));
        }
    }
}

/// <summary>
/// The normal distribution function of (x or ln x), by the closed form that the trainer uses. What is not finite becomes 0,
/// as does every slot whose deviation is 0 and every implicit zero of a sparse row.
/// </summary>
internal sealed class CdfStage(Slot[] from, Lane[] to, bool useLogarithm, float[] means, float[] deviations)
    : Stage(from.SelectMany(slot => slot.Lanes), to)
{
    /// <inheritdoc/>
    public override PlanStep Describe() => new PlanStep("distribution").Slots(from).Lanes("to", to)
        .Flag("logarithm", useLogarithm).Singles("mean", means).Singles("deviation", deviations);

    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        for (int j = 0; j < from.Length; j++)
        {
            ReadOnlySpan<float> x = block.Singles(from[j].Value);
            Span<float> y = block.Singles(to[j]);
            if (deviations[j] <= float.Epsilon)
            {
                y.Clear();
                continue;
            }

            for (int i = 0; i < x.Length; i++)
            {
                float v = useLogarithm ? (float)Math.Log(x[i]) : x[i];
                y[i] = float.IsFinite(v) ? Cdf(v, means[j], deviations[j]) : 0;
            }

            if (from[j].Explicit is Lane mask)
            {
                ReadOnlySpan<float> present = block.Singles(mask);
                for (int i = 0; i < y.Length; i++)
                {
                    y[i] = present[i] == 0 ? 0 : y[i];
                }
            }
        }
    }

    private static float Cdf(float v, float mean, float deviation)
    {
        const float a = 0.147f;
        float z = (v - mean) / deviation;
        float q = z * z / 2;
        float aq = a * q;
        return (float)(0.5 + (0.5 * Math.Sign(z) * Math.Sqrt(1 - Math.Exp(-q * ((4 / Math.PI) + aq) / (1 + aq)))));
    }
}

/// <summary>
/// The number of the bin over the largest one, minus that of 0 when zero is kept at zero; NaN stays NaN. Without keeping
/// zero, implicit zeros of a sparse row stay 0.
/// </summary>
internal sealed class BinStage(Slot[] from, Lane[] to, float[][] upperBounds, bool keepZero)
    : Stage(from.SelectMany(slot => slot.Lanes), to)
{
    private readonly float[] offsets =
        [.. upperBounds.Select(bounds => keepZero ? Bin(0, bounds) / (float)Math.Max(1, bounds.Length - 1) : 0)];

    /// <inheritdoc/>
    public override PlanStep Describe() => new PlanStep("bins").Slots(from).Lanes("to", to).Flag("keep_zero", keepZero)
        .Integers("count", [.. upperBounds.Select(bounds => (long)bounds.Length)]).Singles("bound", [.. upperBounds.SelectMany(bounds => bounds)]);

    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        for (int j = 0; j < from.Length; j++)
        {
            float[] bounds = upperBounds[j];
            float denominator = Math.Max(1, bounds.Length - 1);
            ReadOnlySpan<float> x = block.Singles(from[j].Value);
            Span<float> y = block.Singles(to[j]);
            for (int i = 0; i < x.Length; i++)
            {
                y[i] = float.IsNaN(x[i]) ? float.NaN : (Bin(x[i], bounds) / denominator) - offsets[j];
            }

            if (!keepZero && from[j].Explicit is Lane mask)
            {
                ReadOnlySpan<float> present = block.Singles(mask);
                for (int i = 0; i < y.Length; i++)
                {
                    y[i] = present[i] == 0 ? 0 : y[i];
                }
            }
        }
    }

    private static int Bin(float x, float[] bounds)
    {
        int low = 0;
        int high = bounds.Length - 1;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (bounds[middle] >= x)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }
}

/// <summary>NaN becomes the value of its slot; all else is kept.</summary>
internal sealed class ReplaceMissingStage(Lane[] from, Lane[] to, float[] values) : Stage(from, to)
{
    /// <inheritdoc/>
    public override PlanStep Describe() => new PlanStep("replace_missing").Lanes("from", from).Lanes("to", to).Singles("value", values);

    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        for (int j = 0; j < from.Length; j++)
        {
            ReadOnlySpan<float> x = block.Singles(from[j]);
            Span<float> y = block.Singles(to[j]);
            for (int i = 0; i < x.Length; i++)
            {
                y[i] = float.IsNaN(x[i]) ? values[j] : x[i];
            }
        }
    }
}

/// <summary>The same for double precision.</summary>
internal sealed class ReplaceMissingDoubleStage(Lane[] from, Lane[] to, double[] values) : Stage(from, to)
{
    /// <inheritdoc/>
    public override PlanStep Describe() => new PlanStep("replace_missing_double").Lanes("from", from).Lanes("to", to).Doubles("value", values);

    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        for (int j = 0; j < from.Length; j++)
        {
            ReadOnlySpan<double> x = block.Doubles(from[j]);
            Span<double> y = block.Doubles(to[j]);
            for (int i = 0; i < x.Length; i++)
            {
                y[i] = double.IsNaN(x[i]) ? values[j] : x[i];
            }
        }
    }
}

/// <summary>1 where a single or double precision number is NaN, else 0.</summary>
internal sealed class MissingIndicatorStage(Lane[] from, Lane[] to) : Stage(from, to)
{
    /// <inheritdoc/>
    public override PlanStep Describe() => new PlanStep("missing").Lanes("from", from).Lanes("to", to);

    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        for (int j = 0; j < from.Length; j++)
        {
            Span<float> y = block.Singles(to[j]);
            for (int i = 0; i < y.Length; i++)
            {
                bool missing = from[j].Kind == LaneKind.Single
                    ? float.IsNaN(block.Singles(from[j])[i])
                    : double.IsNaN(block.Doubles(from[j])[i]);
                y[i] = missing ? 1 : 0;
            }
        }
    }
}

/// <summary>
/// Divides each row by its norm, centred first where asked. A factor below 1e-8 becomes 1 and a norm of 0 leaves the scale
/// alone. The other norms than the standard deviation, when centred, run over the explicit entries of a sparse row only.
/// Squares are rounded to single precision, in which those of very small values are 0. Centring by anything but 0 makes
/// every entry explicit, which <paramref name="masks"/> say where there are any.
/// </summary>
internal sealed class RowNormStage(Slot[] from, Lane[] to, Lane[] masks, bool subtractMean, RowNorm norm, float scale)
    : Stage(from.SelectMany(slot => slot.Lanes), [.. to, .. masks])
{
    private const float SmallestFactor = 1e-8f;

    /// <inheritdoc/>
    public override PlanStep Describe() => new PlanStep("row_norm").Slots(from).Lanes("to", to)
        .Lanes("masks", masks).Flag("centred", subtractMean).Word("norm", norm.ToString()).Singles("scale", [scale]);

    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        for (int i = 0; i < block.Rows; i++)
        {
            double sum = 0;
            int entries = 0;
            foreach (Slot slot in from)
            {
                if (slot.IsExplicit(block, i))
                {
                    sum += block.Singles(slot.Value)[i];
                    entries++;
                }
            }

            float mean = subtractMean && entries > 0 ? (float)(sum / from.Length) : 0;
            float centre = norm == RowNorm.StandardDeviation && entries > 0 ? (float)(sum / from.Length) : mean;
            float divisor = Norm(block, i, centre);
            float factor = divisor > 0 ? scale / divisor : scale;
            if (factor < SmallestFactor)
            {
                factor = 1;
            }

            for (int j = 0; j < from.Length; j++)
            {
                block.Singles(to[j])[i] = entries == 0 ? 0 : (block.Singles(from[j].Value)[i] - mean) * factor;
            }

            for (int j = 0; j < masks.Length; j++)
            {
                block.Singles(masks[j])[i] = mean != 0 || from[j].IsExplicit(block, i) ? 1 : 0;
            }
        }
    }

    private float Norm(LaneBlock block, int row, float centre)
    {
        double total = 0;
        foreach (Slot slot in from)
        {
            if (norm != RowNorm.StandardDeviation && !slot.IsExplicit(block, row))
            {
                continue;
            }

            float d = block.Singles(slot.Value)[row] - centre;
            total = norm switch
            {
                RowNorm.L1 => total + Math.Abs(d),
                RowNorm.Infinity => Math.Max(total, Math.Abs(d)),
                _ => total + (d * d),
            };
        }

        return norm switch
        {
            RowNorm.L2 => (float)Math.Sqrt(total),
            RowNorm.StandardDeviation => (float)Math.Sqrt(total / from.Length),
            _ => (float)total,
        };
    }
}

/// <summary>What a row is divided by.</summary>
internal enum RowNorm
{
    /// <summary>Root of the sum of squares.</summary>
    L2,

    /// <summary>Root of the mean square around the mean.</summary>
    StandardDeviation,

    /// <summary>Sum of absolute values.</summary>
    L1,

    /// <summary>Largest absolute value.</summary>
    Infinity,
}
