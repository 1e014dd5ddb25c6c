namespace Subnet.Health.Models.Onnx.Operators;

/// <summary>Linear models and support vector machines of ai.onnx.ml.</summary>
internal static class LinearOperators
{
    /// <summary>Y = X C^T + b, then the transform.</summary>
    public static Kernel Regressor(NodeContext node)
    {
        PostTransform post = PostTransforms.Read(node);
        int targets = (int)Math.Clamp(node.Integer("targets", 1), 1, Tensor.MaxElements);
        LinearMap map = LinearMap.Read(node, targets);
        return inputs =>
        {
            (float[] x, int rows, int columns) = Inputs.Table(Inputs.Require(inputs, 0));
            float[] result = new float[Tensor.CountOf([rows, targets])];
            double[] scores = new double[targets];
            for (int row = 0; row < rows; row++)
            {
                map.Apply(x.AsSpan(row * columns, columns), scores);
                PostTransforms.Apply(post, scores);
                Write(scores, result.AsSpan(row * targets));
            }

            return [Inputs.Singles(result, rows, targets)];
        };
    }

    /// <summary>The label with the largest score, and the scores. One score for two labels gets a column for the other.</summary>
    public static Kernel Classifier(NodeContext node)
    {
        PostTransform post = PostTransforms.Read(node);
        node.Ignore("multi_class");
        ClassLabels labels = ClassLabels.Read(node, "classlabels_ints");
        int scoreCount = Math.Max(node.Singles("intercepts").Length, 1);
        bool single = scoreCount == 1 && labels.Count == 2;
        if (!single && scoreCount != labels.Count)
        {
            scoreCount = labels.Count;
        }

        LinearMap map = LinearMap.Read(node, scoreCount);
        return inputs =>
        {
            (float[] x, int rows, int columns) = Inputs.Table(Inputs.Require(inputs, 0));
            return Classify(rows, labels, post, single, (row, scores) => map.Apply(x.AsSpan(row * columns, columns), scores));
        };
    }

    /// <summary>A support vector machine for regression.</summary>
    public static Kernel SupportVectorRegressor(NodeContext node)
    {
        PostTransform post = PostTransforms.Read(node);
        bool oneClass = node.Integer("one_class", 0) != 0;
        int vectors = (int)Math.Clamp(node.Integer("n_supports", 0), 0, Tensor.MaxElements);
        float[] coefficients = node.Weights("coefficients");
        float[] rho = node.Weights("rho");
        SupportVectors support = SupportVectors.Read(node, vectors, coefficients.Length);
        if (rho.Length != 1 || coefficients.Length != support.CoefficientCount)
        {
            throw node.Refuse("its coefficients, support vectors and rho do not go together", ModelFormatException.SaveAgain);
        }

        return inputs =>
        {
            (float[] x, int rows, int columns) = Inputs.Table(Inputs.Require(inputs, 0));
            float[] result = new float[rows];
            for (int row = 0; row < rows; row++)
            {
                double score = support.Combine(x.AsSpan(row * columns, columns), coefficients) + rho[0];
                double[] scores = [oneClass ? score > 0 ? 1 : -1 : score];
                PostTransforms.Apply(post, scores);
                result[row] = (float)scores[0];
            }

            return [Inputs.Singles(result, rows, 1)];
        };
    }

    /// <summary>A linear support vector machine without support vectors: a linear classifier by another name.</summary>
    public static Kernel SupportVectorClassifier(NodeContext node)
    {
        PostTransform post = PostTransforms.Read(node);
        ClassLabels labels = ClassLabels.Read(node, "classlabels_ints");
        if (node.Integers("vectors_per_class").Length > 0 || node.Singles("support_vectors").Length > 0
            || node.Singles("prob_a").Length > 0 || node.Singles("prob_b").Length > 0 || node.Text("kernel_type", "LINEAR") != "LINEAR")
        {
            throw node.Refuse("a support vector classifier with kernel, support vectors or probabilities is not supported", "train a linear one");
        }

        node.Ignore("kernel_params");
        float[] coefficients = node.Weights("coefficients");
        float[] rho = node.Weights("rho");
        int count = labels.Count;
        if (rho.Length is 0 || coefficients.Length % count != 0)
        {
            throw node.Refuse("its coefficients and rho do not go together", ModelFormatException.SaveAgain);
        }

        LinearMap map = new(coefficients, [.. Enumerable.Repeat(rho[0], count)], count);
        return inputs =>
        {
            (float[] x, int rows, int columns) = Inputs.Table(Inputs.Require(inputs, 0));
            return Classify(rows, labels, post, single: false, (row, scores) => map.Apply(x.AsSpan(row * columns, columns), scores));
        };
    }

    /// <summary>Labels and scores from the sums of each row; a single sum for two labels gets a column for the other.</summary>
    internal static Tensor[] Classify(int rows, ClassLabels labels, PostTransform post, bool single, Action<int, double[]> score)
    {
        int width = labels.Count;
        float[] result = new float[Tensor.CountOf([rows, width])];
        int[] chosen = new int[rows];
        double[] scores = new double[single ? 1 : width];
        double[] pair = new double[2];
        for (int row = 0; row < rows; row++)
        {
            score(row, scores);
            chosen[row] = single ? scores[0] > 0 ? 1 : 0 : ClassLabels.Largest(scores);
            if (single)
            {
                pair[1] = post switch
                {
                    PostTransform.Logistic => ActivationOperators.Logistic(scores[0]),
                    PostTransform.Probit => ErrorFunction.Probit(scores[0]),
                    _ => scores[0],
                };
                pair[0] = 1 - pair[1];
                Write(pair, result.AsSpan(row * width));
            }
            else
            {
                PostTransforms.Apply(post, scores);
                Write(scores, result.AsSpan(row * width));
            }
        }

        return [labels.Choose(chosen), Inputs.Singles(result, rows, width)];
    }

    private static void Write(ReadOnlySpan<double> scores, Span<float> to)
    {
        for (int i = 0; i < scores.Length; i++)
        {
            to[i] = (float)scores[i];
        }
    }
}
