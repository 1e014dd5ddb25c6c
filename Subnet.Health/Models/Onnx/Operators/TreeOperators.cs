namespace Subnet.Health.Models.Onnx.Operators;

/// <summary>Tree ensembles of ai.onnx.ml.</summary>
internal static class TreeOperators
{
    /// <summary>One number for each target.</summary>
    public static Kernel Regressor(NodeContext node)
    {
        PostTransform post = PostTransforms.Read(node);
        int targets = (int)Math.Clamp(node.Integer("n_targets", 1), 1, 1 << 16);
        OnnxTreeEnsemble trees = OnnxTreeEnsemble.Read(node, "target", targets);
        return inputs =>
        {
            Tensor x = Inputs.Require(inputs, 0);
            int rows = Inputs.Table(x).Rows;
            double[] scores = trees.Scores(x);
            float[] result = new float[scores.Length];
            for (int row = 0; row < rows; row++)
            {
                Span<double> own = scores.AsSpan(row * targets, targets);
                PostTransforms.Apply(post, own);
                for (int i = 0; i < targets; i++)
                {
                    result[(row * targets) + i] = (float)own[i];
                }
            }

            return [Inputs.Singles(result, rows, targets)];
        };
    }

    /// <summary>
    /// The label and one score for each class. With two labels of which both have weights ONNX Runtime answers the second
    /// whenever its score is above 0, whatever the first one's is; so does this.
    /// </summary>
    public static Kernel Classifier(NodeContext node)
    {
        PostTransform post = PostTransforms.Read(node);
        ClassLabels labels = ClassLabels.Read(node, "classlabels_int64s");
        OnnxTreeEnsemble trees = OnnxTreeEnsemble.Read(node, "class", labels.Count);
        int width = labels.Count;
        bool binary = width == 2 && trees.OnlyFirstScore;
        bool allPositive = trees.AllPositive;
        return inputs =>
        {
            Tensor x = Inputs.Require(inputs, 0);
            int rows = Inputs.Table(x).Rows;
            double[] scores = trees.Scores(x);
            return Classify(rows, labels, post, binary, allPositive, (row, own) => scores.AsSpan(row * width, width).CopyTo(own));
        };
    }

    /// <summary>Labels and scores from the sums of each row.</summary>
    internal static Tensor[] Classify(
        int rows, ClassLabels labels, PostTransform post, bool binary, bool allPositive, Action<int, double[]> score)
    {
        int width = labels.Count;
        float[] result = new float[Tensor.CountOf([rows, width])];
        int[] chosen = new int[rows];
        double[] own = new double[width];
        for (int row = 0; row < rows; row++)
        {
            score(row, own);
            chosen[row] = binary ? Binary(own, allPositive, post) : width == 2 ? (float)own[1] > 0 ? 1 : 0 : ClassLabels.Largest(own);
            if (!binary)
            {
                PostTransforms.Apply(post, own);
            }

            for (int i = 0; i < width; i++)
            {
                result[(row * width) + i] = (float)own[i];
            }
        }

        return [labels.Choose(chosen), Inputs.Singles(result, rows, width)];
    }

    // One sum for two labels. Weights that are all positive make it a probability, else it is a margin.
    private static int Binary(Span<double> scores, bool allPositive, PostTransform post)
    {
        // The sum is rounded before it is compared, as the runtime's single precision is.
        float s = (float)scores[0];
        (scores[0], scores[1]) = post == PostTransform.Logistic ? (ActivationOperators.Logistic(-s), ActivationOperators.Logistic(s))
            : allPositive ? (1 - s, s)
            : (-s, s);
        return s > (allPositive ? 0.5f : 0) ? 1 : 0;
    }
}
