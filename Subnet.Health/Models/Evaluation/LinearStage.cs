namespace Subnet.Health.Models.Evaluation;

/// <summary>
/// link(bias + weights . x), summed in double precision and rounded once. Weights that the file leaves out are not looked
/// at, so that a missing value under one of them does not spoil a dense row; in a sparse row it does, as in training.
/// </summary>
internal sealed class LinearStage : Stage
{
    private readonly Slot[] features;
    private readonly Lane sum;
    private readonly Lane score;
    private readonly float[] weights;
    private readonly float bias;
    private readonly bool exponential;
    private readonly Lane[] unweighted;
    private readonly Lane[] masks;

    /// <summary>A dot product.</summary>
    /// <param name="features">The feature vector.</param>
    /// <param name="weights">As many weights.</param>
    /// <param name="storedSparse">Whether zero weights are absent from the file, and not zeros.</param>
    /// <param name="bias">Constant term.</param>
    /// <param name="exponential">Whether the score is e to the sum.</param>
    /// <param name="sum">A double lane for the sum.</param>
    /// <param name="score">The single lane of the answer.</param>
    public LinearStage(
        Slot[] features, ReadOnlySpan<float> weights, bool storedSparse, float bias, bool exponential, Lane sum, Lane score)
        : base(ReadsOf(features, storedSparse), [score])
    {
        this.features = features;
        this.weights = weights.ToArray();
        this.bias = bias;
        this.exponential = exponential;
        this.sum = sum;
        this.score = score;
        masks = storedSparse ? [.. features.Where(slot => slot.Explicit is not null).Select(slot => slot.Explicit!.Value)] : [];
        Skip = storedSparse ? [.. this.weights.Select(weight => weight == 0)] : new bool[weights.Length];
        unweighted = [.. features.Where((_, j) => Skip[j]).Select(slot => slot.Value)];
    }

    private bool[] Skip { get; }

    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        Span<double> sums = block.Doubles(sum);
        sums.Clear();
        for (int j = 0; j < features.Length; j++)
        {
            if (!Skip[j])
            {
                LaneMath.MultiplyAdd(block.Singles(features[j].Value), weights[j], sums);
            }
        }

        Span<float> y = block.Singles(score);
        for (int i = 0; i < y.Length; i++)
        {
            float s = (float)(sums[i] + bias);
            y[i] = exponential ? (float)Math.Exp(s) : s;
        }

        if (masks.Length > 0 && unweighted.Length > 0)
        {
            SpoilSparseRows(block, y);
        }
    }

    private static IEnumerable<Lane> ReadsOf(Slot[] features, bool storedSparse) =>
        storedSparse ? features.SelectMany(slot => slot.Lanes) : features.Select(slot => slot.Value);

    private void SpoilSparseRows(LaneBlock block, Span<float> y)
    {
        for (int i = 0; i < y.Length; i++)
        {
            if (AnyMissing(block, i) && IsSparse(block, i))
            {
                y[i] = float.NaN;
            }
        }
    }

    private bool AnyMissing(LaneBlock block, int row)
    {
        foreach (Lane lane in unweighted)
        {
            if (float.IsNaN(block.Singles(lane)[row]))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsSparse(LaneBlock block, int row)
    {
        foreach (Lane lane in masks)
        {
            if (block.Singles(lane)[row] == 0)
            {
                return true;
            }
        }

        return false;
    }
}
