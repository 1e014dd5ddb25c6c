namespace Subnet.Health.Models.Onnx.Operators;

/// <summary>What ai.onnx.ml operators do to their scores at the end.</summary>
internal enum PostTransform
{
    None,
    Softmax,
    Logistic,
    SoftmaxZero,
    Probit,
}

/// <summary>The transforms.</summary>
internal static class PostTransforms
{
    /// <summary>The attribute of that name.</summary>
    public static PostTransform Read(NodeContext node) => node.Word(
        "post_transform",
        PostTransform.None,
        ("NONE", PostTransform.None),
        ("SOFTMAX", PostTransform.Softmax),
        ("LOGISTIC", PostTransform.Logistic),
        ("SOFTMAX_ZERO", PostTransform.SoftmaxZero),
        ("PROBIT", PostTransform.Probit));

    /// <summary>
    /// Transforms the scores of one row in place. A row of one score keeps it, but for PROBIT: so ONNX Runtime does.
    /// </summary>
    public static void Apply(PostTransform transform, Span<double> scores)
    {
        switch (transform)
        {
            case PostTransform.Softmax when scores.Length > 1:
                ActivationOperators.Normalise(scores);
                break;
            case PostTransform.SoftmaxZero when scores.Length > 1:
                SoftmaxZero(scores);
                break;
            case PostTransform.Logistic when scores.Length > 1:
                foreach (ref double score in scores)
                {
                    score = ActivationOperators.Logistic(score);
                }

                break;
            case PostTransform.Probit:
                foreach (ref double score in scores)
                {
                    score = ErrorFunction.Probit(score);
                }

                break;
        }
    }

    // Softmax in which a score of exactly zero stays zero and takes no part in the sum; of zeros alone nothing is left to share.
    private static void SoftmaxZero(Span<double> scores)
    {
        const double Zero = 1e-7;
        double largest = double.NegativeInfinity;
        foreach (double score in scores)
        {
            largest = Math.Max(largest, score);
        }

        double sum = 0;
        foreach (ref double score in scores)
        {
            bool counts = score is > Zero or < -Zero;
            score = counts ? Math.Exp(score - largest) : score * Math.Exp(-largest);
            sum += counts ? score : 0;
        }

        foreach (ref double score in scores)
        {
            score /= sum;
        }
    }
}
