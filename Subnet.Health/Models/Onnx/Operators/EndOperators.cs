namespace Subnet.Health.Models.Onnx.Operators;

/// <summary>
/// What classifiers and regressors of ai.onnx.ml do after their sums, as operators of their own: where a model is cut, the sums
/// are private and this is public. The domain is ours; files that name it are refused.
/// </summary>
internal static class EndOperators
{
    /// <summary>The domain of these operators.</summary>
    public const string Domain = "subnet";

    /// <summary>The operators of this group.</summary>
    public static IEnumerable<(string Name, Func<NodeContext, Kernel> Create)> All =>
    [
        ("PostTransform", Post),
        ("LinearClassifierEnd", LinearClassifier),
        ("TreeClassifierEnd", TreeClassifier),
        ("Sign", Sign),
    ];

    private static Kernel Post(NodeContext node)
    {
        PostTransform post = PostTransforms.Read(node);
        return inputs => [Rows(Inputs.Require(inputs, 0), row => PostTransforms.Apply(post, row))];
    }

    private static Kernel LinearClassifier(NodeContext node)
    {
        PostTransform post = PostTransforms.Read(node);
        ClassLabels labels = ClassLabels.Read(node, "classlabels_ints");
        return inputs =>
        {
            (float[] data, int rows, int columns) = Inputs.Table(Inputs.Require(inputs, 0));
            bool single = columns == 1 && labels.Count == 2;
            return single || columns == labels.Count
                ? LinearOperators.Classify(rows, labels, post, single, (row, scores) => Copy(data.AsSpan(row * columns, columns), scores))
                : throw new OperatorException($"it has {labels.Count} labels and is given {columns} scores");
        };
    }

    private static Kernel TreeClassifier(NodeContext node)
    {
        ClassLabels labels = ClassLabels.Read(node, "classlabels_int64s");
        bool first = node.Integer("first_only", 0) != 0;
        bool[] scored = Array.ConvertAll(node.Integers("scored"), value => value != 0);
        long[] counted = node.Integers("counted");
        int targets = first ? 1 : labels.Count;
        TreeClassRule rule = new(
            labels, PostTransforms.Read(node), node.Integer("one_class", 0) != 0, node.Integer("all_positive", 0) != 0, node.Singles("base_values"));
        if (scored.Length != labels.Count || Array.Exists(counted, k => k < 0 || k >= labels.Count))
        {
            throw node.Refuse($"it says of {scored.Length} of {labels.Count} classes whether they have weights", ModelFormatException.SaveAgain);
        }

        return inputs =>
        {
            (float[] data, int rows, int columns) = Inputs.Table(Inputs.Require(inputs, 0));
            if (columns != targets + counted.Length)
            {
                throw new OperatorException($"it has {labels.Count} labels and is given {columns} scores");
            }

            return rule.Apply(rows, (row, sums, has) =>
            {
                Array.Clear(sums);
                data.AsSpan(row * columns, targets).CopyTo(sums);
                scored.CopyTo(has, 0);
                for (int j = 0; j < counted.Length; j++)
                {
                    // A count: rounding to integers leaves it near a whole number.
                    has[counted[j]] = data[(row * columns) + targets + j] > 0.5f;
                }
            });
        };
    }

    private static Kernel Sign(NodeContext node) => inputs => [Rows(Inputs.Require(inputs, 0), row =>
    {
        foreach (ref double value in row)
        {
            value = value > 0 ? 1 : -1;
        }
    })];

    private delegate void RowFunction(Span<double> row);

    private static Tensor Rows(Tensor tensor, RowFunction function)
    {
        (float[] data, int rows, int columns) = Inputs.Table(tensor);
        double[] row = new double[columns];
        float[] result = new float[data.Length];
        for (int start = 0; start < rows * columns; start += columns)
        {
            Copy(data.AsSpan(start, columns), row);
            function(row);
            for (int i = 0; i < columns; i++)
            {
                result[start + i] = (float)row[i];
            }
        }

        return Inputs.Singles(result, rows, columns);
    }

    private static void Copy(ReadOnlySpan<float> from, Span<double> to)
    {
        for (int i = 0; i < from.Length; i++)
        {
            to[i] = from[i];
        }
    }
}
