namespace Subnet.Health.Models.Onnx.Operators;

/// <summary>A kernel with support vectors; without any, the kernel is linear and the coefficients stand for themselves.</summary>
internal sealed class SupportVectors
{
    private readonly float[] vectors;
    private readonly int count;
    private readonly int features;
    private readonly Func<double, double, double> kernel;

    private SupportVectors(float[] vectors, int count, int features, Func<double, double, double> kernel)
    {
        this.vectors = vectors;
        this.count = count;
        this.features = features;
        this.kernel = kernel;
    }

    /// <summary>How many coefficients go with them.</summary>
    public int CoefficientCount => count == 0 ? features : count;

    /// <summary>Reads <c>kernel_type</c>, <c>kernel_params</c> (gamma, coef0, degree) and <c>support_vectors</c>.</summary>
    public static SupportVectors Read(NodeContext node, int count, int coefficients)
    {
        float[] parameters = node.Weights("kernel_params");
        (double gamma, double coef0, double degree) = parameters.Length == 3 ? (parameters[0], parameters[1], parameters[2])
            : parameters.Length == 0 ? (0, 0, 0) : throw node.Refuse("kernel_params are not three", ModelFormatException.SaveAgain);
        Func<double, double, double> linear = (dot, _) => dot;
        Func<double, double, double> kernel = node.Word<Func<double, double, double>>(
            "kernel_type",
            linear,
            ("LINEAR", linear),
            ("POLY", (dot, _) => Math.Pow((gamma * dot) + coef0, degree)),
            ("RBF", (_, distance) => Math.Exp(-gamma * distance)),
            ("SIGMOID", (dot, _) => Math.Tanh((gamma * dot) + coef0)));
        float[] vectors = node.Weights("support_vectors");
        if (count == 0 ? vectors.Length > 0 || kernel != linear : vectors.Length == 0 || vectors.Length % count != 0)
        {
            throw node.Refuse($"{vectors.Length} numbers do not make {count} support vectors", ModelFormatException.SaveAgain);
        }

        return new SupportVectors(vectors, count, count == 0 ? coefficients : vectors.Length / count, kernel);
    }

    /// <summary>The sum of the coefficients times the kernel.</summary>
    public double Combine(ReadOnlySpan<float> x, ReadOnlySpan<float> coefficients)
    {
        if (x.Length != features)
        {
            throw new OperatorException($"it has support vectors of {features} features and is given {x.Length}");
        }

        double sum = 0;
        if (count == 0)
        {
            for (int i = 0; i < x.Length; i++)
            {
                sum += (double)coefficients[i] * x[i];
            }

            return sum;
        }

        for (int v = 0; v < count; v++)
        {
            double dot = 0;
            double distance = 0;
            for (int i = 0; i < features; i++)
            {
                double support = vectors[(v * features) + i];
                dot += support * x[i];
                distance += (support - x[i]) * (support - x[i]);
            }

            sum += coefficients[v] * kernel(dot, distance);
        }

        return sum;
    }
}
