namespace Subnet.Health.Models.Onnx.Operators;

/// <summary>Functions of one number, and of one row along an axis.</summary>
internal static class ActivationOperators
{
    private const float SeluAlpha = 1.67326319217681884765625f;
    private const float SeluGamma = 1.05070102214813232421875f;

    /// <summary>The operators of this group.</summary>
    public static IEnumerable<(string Name, Func<NodeContext, Kernel> Create)> All =>
    [
        ("Neg", _ => Signed(value => -value, value => -value)),
        ("Abs", _ => Signed(Math.Abs, value => value == long.MinValue ? value : Math.Abs(value))),
        ("Sqrt", _ => Map(Math.Sqrt)),
        ("Exp", _ => Map(Math.Exp)),
        ("Log", _ => Map(Math.Log)),
        ("Reciprocal", _ => Map(value => 1 / value)),
        ("Floor", _ => Map(Math.Floor)),
        ("Ceil", _ => Map(Math.Ceiling)),
        ("Relu", _ => Map(value => Math.Max(value, 0))),
        ("LeakyRelu", LeakyRelu),
        ("Elu", node => Exponential(node.Single("alpha", 1), 1)),
        ("Selu", node => Exponential(node.Single("alpha", SeluAlpha), node.Single("gamma", SeluGamma))),
        ("Sigmoid", _ => Map(Logistic)),
        ("HardSigmoid", HardSigmoid),
        ("Tanh", _ => Map(Math.Tanh)),
        ("Softplus", _ => Map(value => Math.Max(value, 0) + Math.Log(1 + Math.Exp(-Math.Abs(value))))),
        ("Erf", _ => Map(ErrorFunction.Erf)),
        ("Clip", Clip),
        ("Softmax", node => Softmax(node, Normalise)),
        ("LogSoftmax", node => Softmax(node, NormaliseLog)),
    ];

    /// <summary>1 / (1 + e^-x).</summary>
    public static double Logistic(double value) => 1 / (1 + Math.Exp(-value));

    /// <summary>Softmax in place, the largest taken out first.</summary>
    public static void Normalise(Span<double> row)
    {
        double largest = Largest(row);
        double sum = 0;
        for (int i = 0; i < row.Length; i++)
        {
            row[i] = Math.Exp(row[i] - largest);
            sum += row[i];
        }

        for (int i = 0; i < row.Length; i++)
        {
            row[i] /= sum;
        }
    }

    /// <summary>Applies a function of one number to real numbers of either width.</summary>
    public static Kernel Map(Func<double, double> function) => inputs => Inputs.Require(inputs, 0) switch
    {
        Tensor<float> x => [new Tensor<float>(x.Type, x.Shape, Array.ConvertAll(x.Data, value => (float)function(value)))],
        Tensor<double> x => [new Tensor<double>(x.Type, x.Shape, Array.ConvertAll(x.Data, value => function(value)))],
        Tensor other => throw new OperatorTypeException($"it takes real numbers, not {other.Type}"),
    };

    private static Kernel Signed(Func<double, double> number, Func<long, long> integer) => inputs => Inputs.Require(inputs, 0) is Tensor<long> x
        ? [new Tensor<long>(x.Type, x.Shape, Array.ConvertAll(x.Data, value => Integers.Wrap(x.Type, integer(value))))]
        : Map(number)(inputs);

    private static Kernel LeakyRelu(NodeContext node)
    {
        float alpha = node.Single("alpha", 0.01f);
        return Map(value => value < 0 ? alpha * value : value);
    }

    private static Kernel Exponential(float alpha, float gamma) =>
        Map(value => gamma * (value < 0 ? alpha * (Math.Exp(value) - 1) : value));

    private static Kernel HardSigmoid(NodeContext node)
    {
        float alpha = node.Single("alpha", 0.2f);
        float beta = node.Single("beta", 0.5f);
        return Map(value => Math.Clamp((alpha * value) + beta, 0, 1));
    }

    private static Kernel Clip(NodeContext node)
    {
        if (node.Version < 11)
        {
            float low = node.Single("min", float.MinValue);
            float high = node.Single("max", float.MaxValue);
            return Map(value => Math.Min(Math.Max(value, low), high));
        }

        return inputs =>
        {
            Tensor? low = Inputs.Optional(inputs, 1);
            Tensor? high = Inputs.Optional(inputs, 2);
            return Inputs.Require(inputs, 0) is Tensor<long> x
                ? [new Tensor<long>(x.Type, x.Shape, Array.ConvertAll(x.Data, v => Math.Min(Math.Max(v, Bound(low, long.MinValue)), Bound(high, long.MaxValue))))]
                : ClipReal(inputs, low, high);
        };
    }

    private static Tensor[] ClipReal(Tensor?[] inputs, Tensor? low, Tensor? high)
    {
        double from = low is null ? double.NegativeInfinity : Scalar(low);
        double to = high is null ? double.PositiveInfinity : Scalar(high);
        return Map(value => Math.Min(Math.Max(value, from), to))(inputs);
    }

    private static double Scalar(Tensor tensor) => tensor switch
    {
        Tensor<double> { Count: 1 } x => x.Data[0],
        Tensor<float> { Count: 1 } x => x.Data[0],
        _ => throw new OperatorException("a bound is not one real number"),
    };

    private static long Bound(Tensor? tensor, long otherwise) => tensor switch
    {
        null => otherwise,
        Tensor<long> { Count: 1 } x => x.Data[0],
        _ => throw new OperatorException("a bound is not one integer"),
    };

    private delegate void RowFunction(Span<double> row);

    // Before version 13 everything from the axis on is one row; from 13 on the axis alone is.
    private static Kernel Softmax(NodeContext node, RowFunction function)
    {
        bool flatten = node.Version < 13;
        long axis = node.Integer("axis", flatten ? 1 : -1);
        return inputs =>
        {
            Tensor tensor = Inputs.Require(inputs, 0);
            int at = flatten && axis == tensor.Rank ? tensor.Rank : Inputs.Axis(axis, tensor.Rank);
            int length = 1;
            int inner = 1;
            for (int d = at; d < tensor.Rank; d++)
            {
                if (flatten || d == at)
                {
                    length *= tensor.Shape[d];
                }
                else
                {
                    inner *= tensor.Shape[d];
                }
            }

            double[] data = tensor switch
            {
                Tensor<float> x => Array.ConvertAll(x.Data, value => (double)value),
                Tensor<double> x => [.. x.Data],
                _ => throw new OperatorTypeException($"it takes real numbers, not {tensor.Type}"),
            };
            double[] row = new double[length];
            for (int start = 0; length > 0 && start < data.Length; start += length * inner)
            {
                for (int offset = start; offset < start + inner; offset++)
                {
                    for (int i = 0; i < length; i++)
                    {
                        row[i] = data[offset + (i * inner)];
                    }

                    function(row);
                    for (int i = 0; i < length; i++)
                    {
                        data[offset + (i * inner)] = row[i];
                    }
                }
            }

            return tensor is Tensor<double>
                ? [new Tensor<double>(ElementType.Double, tensor.Shape, data)]
                : [Inputs.Singles(Array.ConvertAll(data, value => (float)value), tensor.Shape)];
        };
    }

    private static void NormaliseLog(Span<double> row)
    {
        double largest = Largest(row);
        double sum = 0;
        foreach (double value in row)
        {
            sum += Math.Exp(value - largest);
        }

        double log = largest + Math.Log(sum);
        for (int i = 0; i < row.Length; i++)
        {
            row[i] -= log;
        }
    }

    private static double Largest(ReadOnlySpan<double> row)
    {
        double largest = double.NegativeInfinity;
        foreach (double value in row)
        {
            largest = Math.Max(largest, value);
        }

        return largest;
    }
}
