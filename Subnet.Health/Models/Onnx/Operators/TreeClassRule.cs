namespace Subnet.Health.Models.Onnx.Operators;

/// <summary>
/// What ONNX Runtime makes of the sums of a TreeEnsembleClassifier. The standard says little of two classes and of base values
/// there; the runtime tells apart whether a class was given a weight at all, and so does this.
/// </summary>
/// <param name="labels">The classes.</param>
/// <param name="post">What is done to the scores at the end.</param>
/// <param name="oneClass">Whether all weights of the ensemble belong to one class.</param>
/// <param name="allPositive">Whether none of them is negative.</param>
/// <param name="bases">Base values as given: none, one, or one for each class.</param>
internal sealed class TreeClassRule(ClassLabels labels, PostTransform post, bool oneClass, bool allPositive, float[] bases)
{
    private readonly bool binary = oneClass && labels.Count == 2;

    /// <summary>Labels and scores of all rows.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="read">Fills in the sums of a row without base values, and which classes had a weight.</param>
    public Tensor[] Apply(int rows, Action<int, float[], bool[]> read)
    {
        int width = labels.Count;
        float[] result = new float[Tensor.CountOf([rows, width])];
        int[] chosen = new int[rows];
        float[] sums = new float[width];
        bool[] has = new bool[width];
        for (int row = 0; row < rows; row++)
        {
            read(row, sums, has);
            chosen[row] = width == 2 ? Two(sums, has) : Many(sums, has);
            sums.CopyTo(result.AsSpan(row * width));
        }

        return [binary || width != 2 ? labels.Choose(chosen) : labels.ChooseTextOrPlace(chosen), Inputs.Singles(result, rows, width)];
    }

    // A class without a weight or a base is never chosen, however low the others are.
    private int Many(float[] sums, bool[] has)
    {
        for (int k = 0; k < bases.Length; k++)
        {
            sums[k] = has[k] ? sums[k] + bases[k] : bases[k];
            has[k] = true;
        }

        int best = -1;
        for (int k = 0; k < sums.Length; k++)
        {
            best = has[k] && (best < 0 || sums[k] > sums[best]) ? k : best;
        }

        Transform(sums, has);
        return Math.Max(best, 0);
    }

    private int Two(float[] sums, bool[] has)
    {
        if (bases.Length == 2 && has[1])
        {
            sums[1] = bases[1] + sums[0];
            sums[0] = -sums[1];
        }
        else if (bases.Length > 0)
        {
            sums[0] += bases[0];
        }

        float decisive = has[1] ? sums[1] : has[0] ? sums[0] : 0;
        int label = decisive > (binary && allPositive ? 0.5f : 0) ? 1 : 0;
        if (has[1] || bases.Length == 2)
        {
            Transform(sums, has);
        }
        else
        {
            One(sums, has[0] ? sums[0] : 0);
        }

        return label;
    }

    // One sum for two classes: of weights that are all positive it is a probability, else a margin.
    private void One(float[] scores, float sum)
    {
        (scores[0], scores[1]) = post switch
        {
            PostTransform.Probit => ((float)ErrorFunction.Probit(sum), 0),
            _ when !binary && bases.Length > 0 => (sum, 0),
            _ when binary && allPositive && post != PostTransform.Logistic => (1 - sum, sum),
            PostTransform.Logistic => ((float)ActivationOperators.Logistic(-sum), (float)ActivationOperators.Logistic(sum)),
            _ => (-sum, sum),
        };
    }

    private void Transform(float[] sums, bool[] has)
    {
        double[] scores = new double[sums.Length];
        for (int k = 0; k < scores.Length; k++)
        {
            scores[k] = has[k] ? sums[k] : 0;
        }

        PostTransforms.Apply(post, scores);
        for (int k = 0; k < scores.Length; k++)
        {
            sums[k] = (float)scores[k];
        }
    }
}
