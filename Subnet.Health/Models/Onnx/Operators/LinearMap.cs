namespace Subnet.Health.Models.Onnx.Operators;

/// <summary>scores = C x + b, summed in double precision.</summary>
/// <param name="coefficients">Row-major, scores x features.</param>
/// <param name="intercepts">One for each score.</param>
/// <param name="scores">Number of scores.</param>
internal sealed class LinearMap(float[] coefficients, float[] intercepts, int scores)
{
    private readonly int features = coefficients.Length / scores;

    /// <summary>Row-major, scores x features.</summary>
    public IReadOnlyList<float> Coefficients => coefficients;

    /// <summary>One for each score.</summary>
    public IReadOnlyList<float> Intercepts => intercepts;

    /// <summary>Reads <c>coefficients</c> and <c>intercepts</c>.</summary>
    public static LinearMap Read(NodeContext node, int scores)
    {
        float[] coefficients = node.Weights("coefficients");
        float[] intercepts = node.Weights("intercepts");
        if (coefficients.Length == 0 || coefficients.Length % scores != 0 || (intercepts.Length != 0 && intercepts.Length != scores))
        {
            throw node.Refuse(
                $"{coefficients.Length} coefficients and {intercepts.Length} intercepts do not make {scores} scores", ModelFormatException.SaveAgain);
        }

        return new LinearMap(coefficients, intercepts.Length == 0 ? new float[scores] : intercepts, scores);
    }

    /// <summary>The scores of one row.</summary>
    public void Apply(ReadOnlySpan<float> x, Span<double> to)
    {
        if (x.Length != features)
        {
            throw new OperatorException($"it has {features} coefficients for each score and is given {x.Length} features");
        }

        for (int s = 0; s < scores; s++)
        {
            double sum = intercepts[s];
            ReadOnlySpan<float> row = coefficients.AsSpan(s * features, features);
            for (int i = 0; i < row.Length; i++)
            {
                sum += (double)row[i] * x[i];
            }

            to[s] = sum;
        }
    }
}
