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

    /// <summary>The label and one score for each class, as <see cref="TreeClassRule"/> makes them of the sums.</summary>
    public static Kernel Classifier(NodeContext node)
    {
        ClassLabels labels = ClassLabels.Read(node, "classlabels_int64s");
        OnnxTreeEnsemble trees = OnnxTreeEnsemble.Read(node, "class", labels.Count);
        TreeClassRule rule = new(labels, PostTransforms.Read(node), trees.OnlyOneScore, trees.AllPositive, BasesOf(node));
        int width = labels.Count;
        return inputs =>
        {
            Tensor x = Inputs.Require(inputs, 0);
            (double[] sums, bool[] has) = trees.Sums(x);
            return rule.Apply(Inputs.Table(x).Rows, (row, ownSums, ownHas) =>
            {
                for (int k = 0; k < width; k++)
                {
                    ownSums[k] = (float)sums[(row * width) + k];
                    ownHas[k] = has[(row * width) + k];
                }
            });
        };
    }

    /// <summary>The base values as they are given.</summary>
    public static float[] BasesOf(NodeContext node) => node.Tensor("base_values_as_tensor")?.ToSingles() ?? node.Singles("base_values");
}
