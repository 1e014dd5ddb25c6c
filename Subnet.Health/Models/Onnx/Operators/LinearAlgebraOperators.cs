namespace Subnet.Health.Models.Onnx.Operators;

/// <summary>Matrix products, reductions and batch normalisation.</summary>
internal static class LinearAlgebraOperators
{
    /// <summary>The operators of this group.</summary>
    public static IEnumerable<(string Name, Func<NodeContext, Kernel> Create)> All =>
    [
        ("MatMul", MatMul),
        ("Gemm", Gemm),
        ("BatchNormalization", BatchNormalization),
        ("ReduceSum", node => Reduce(node, Sum, axesAreInputsFrom: 13)),
        ("ReduceMean", node => Reduce(node, values => Sum(values) / values.Length, axesAreInputsFrom: 18)),
        ("ReduceMax", node => Reduce(node, values => Pick(values, Math.Max), axesAreInputsFrom: 18)),
        ("ReduceMin", node => Reduce(node, values => Pick(values, Math.Min), axesAreInputsFrom: 18)),
        ("ReduceSumSquare", node => Reduce(node, SumOfSquares, axesAreInputsFrom: 18)),
        ("ReduceL1", node => Reduce(node, values => Fold(values, Math.Abs), axesAreInputsFrom: 18)),
        ("ReduceL2", node => Reduce(node, values => Math.Sqrt(SumOfSquares(values)), axesAreInputsFrom: 18)),
        ("ReduceLogSum", node => Reduce(node, values => Math.Log(Sum(values)), axesAreInputsFrom: 18)),
        ("ReduceLogSumExp", node => Reduce(node, LogSumExp, axesAreInputsFrom: 18)),
        ("ReduceProd", node => Reduce(node, Product, axesAreInputsFrom: 18)),
        ("ArgMax", node => ArgBest(node, (value, best) => value > best)),
        ("ArgMin", node => ArgBest(node, (value, best) => value < best)),
    ];

    private delegate double Reduction(ReadOnlySpan<double> values);

    private static Kernel MatMul(NodeContext node)
    {
        CheckFinite(node, 0, 1);
        return inputs => [Product(Inputs.Require(inputs, 0), Inputs.Require(inputs, 1))];
    }

    private static void CheckFinite(NodeContext node, params int[] inputs)
    {
        if (inputs.Any(input => node.Constant(input) is Tensor<float> weights && !Array.TrueForAll(weights.Data, float.IsFinite)))
        {
            throw node.Refuse("a constant matrix holds a number that is not finite", ModelFormatException.SaveAgain);
        }
    }

    // Either matrix may come as a stack; stacks are stretched to each other, and a vector is a matrix of one row or column.
    private static Tensor Product(Tensor a, Tensor b)
    {
        if (a.Rank == 0 || b.Rank == 0)
        {
            throw new OperatorException("it multiplies matrices, not single numbers");
        }

        int[] left = a.Rank == 1 ? [1, .. a.Shape] : a.Shape;
        int[] right = b.Rank == 1 ? [.. b.Shape, 1] : b.Shape;
        int m = left[^2];
        int k = left[^1];
        int n = right[^1];
        if (right[^2] != k)
        {
            throw new OperatorException($"the shapes [{string.Join(", ", a.Shape)}] and [{string.Join(", ", b.Shape)}] do not multiply");
        }

        int[] stack = Broadcasting.Shape(left[..^2], right[..^2]);
        int count = Tensor.CountOf(stack);
        int[]? lefts = Broadcasting.Positions(left[..^2], stack);
        int[]? rights = Broadcasting.Positions(right[..^2], stack);
        double[] x = Doubles(a);
        double[] y = Doubles(b);
        int[] full = [.. stack, m, n];
        double[] result = new double[Tensor.CountOf(full)];
        for (int s = 0; s < count; s++)
        {
            Multiply(
                x.AsSpan((lefts is null ? s : lefts[s]) * m * k, m * k), y.AsSpan((rights is null ? s : rights[s]) * k * n, k * n), result.AsSpan(s * m * n, m * n), k, n);
        }

        int[] shape = [.. stack, .. a.Rank == 1 ? Array.Empty<int>() : [m], .. b.Rank == 1 ? Array.Empty<int>() : [n]];
        return Like(a, shape, result);
    }

    private static void Multiply(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> result, int k, int n)
    {
        for (int i = 0; n > 0 && i < result.Length / n; i++)
        {
            Span<double> row = result.Slice(i * n, n);
            for (int p = 0; p < k; p++)
            {
                double factor = x[(i * k) + p];
                ReadOnlySpan<double> other = y.Slice(p * n, n);
                for (int j = 0; j < n; j++)
                {
                    row[j] += factor * other[j];
                }
            }
        }
    }

    private static Kernel Gemm(NodeContext node)
    {
        double alpha = node.Single("alpha", 1);
        double beta = node.Single("beta", 1);
        bool transposeA = node.Integer("transA", 0) != 0;
        bool transposeB = node.Integer("transB", 0) != 0;
        CheckFinite(node, 0, 1, 2);
        return inputs =>
        {
            Tensor a = Matrix(Inputs.Require(inputs, 0), transposeA);
            Tensor product = Product(a, Matrix(Inputs.Require(inputs, 1), transposeB));
            double[] result = Array.ConvertAll(Doubles(product), value => alpha * value);
            if (Inputs.Optional(inputs, 2) is { } added)
            {
                double[] c = Doubles(added);
                int[]? positions = Broadcasting.Positions(added.Shape, Broadcasting.Shape(added.Shape, product.Shape));
                for (int i = 0; i < result.Length; i++)
                {
                    result[i] += beta * c[positions is null ? i : positions[i]];
                }
            }

            return [Like(a, product.Shape, result)];
        };
    }

    private static Tensor Matrix(Tensor tensor, bool transpose)
    {
        if (tensor.Rank != 2)
        {
            throw new OperatorException($"it takes matrices, not {tensor.Rank} dimensions");
        }

        return transpose ? tensor.Take([tensor.Shape[1], tensor.Shape[0]], Broadcasting.Walk([tensor.Shape[1], tensor.Shape[0]], [1, tensor.Shape[1]], 0)) : tensor;
    }

    private static Kernel BatchNormalization(NodeContext node)
    {
        double epsilon = node.Single("epsilon", 1e-5f);
        node.Ignore("momentum", "spatial");
        if (node.Integer("training_mode", 0) != 0)
        {
            throw node.Refuse("it is in training mode", "export the model for inference");
        }

        return inputs =>
        {
            Tensor x = Inputs.Require(inputs, 0);
            double[][] parameters = [.. Enumerable.Range(1, 4).Select(i => Doubles(Inputs.Require(inputs, i)))];
            int channels = x.Rank > 1 ? x.Shape[1] : 1;
            if (parameters.Any(list => list.Length != channels))
            {
                throw new OperatorException($"its parameters are not one for each of {channels} channels");
            }

            int inner = x.Rank > 1 && x.Shape[0] > 0 && channels > 0 ? x.Count / x.Shape[0] / channels : 1;
            double[] data = Doubles(x);
            double[] result = new double[data.Length];
            for (int i = 0; i < data.Length; i++)
            {
                int c = i / inner % channels;
                result[i] = (parameters[0][c] * (data[i] - parameters[2][c]) / Math.Sqrt(parameters[3][c] + epsilon)) + parameters[1][c];
            }

            return [Like(x, x.Shape, result)];
        };
    }

    private static Kernel Reduce(NodeContext node, Reduction reduce, int axesAreInputsFrom)
    {
        bool keep = node.Integer("keepdims", 1) != 0;
        bool isInput = node.Version >= axesAreInputsFrom;
        bool emptyIsAll = !isInput || node.Integer("noop_with_empty_axes", 0) == 0;
        long[] attribute = isInput ? [] : node.Integers("axes");
        return inputs =>
        {
            Tensor tensor = Inputs.Require(inputs, 0);
            long[] axes = isInput ? Inputs.Optional(inputs, 1) is { } list ? Inputs.Integers(list) : [] : attribute;
            if (axes.Length == 0 && !emptyIsAll)
            {
                return [tensor];
            }

            bool[] reduced = new bool[tensor.Rank];
            foreach (long axis in axes)
            {
                reduced[Inputs.Axis(axis, tensor.Rank)] = true;
            }

            if (axes.Length == 0)
            {
                Array.Fill(reduced, true);
            }

            return [Reduce(tensor, reduced, keep, reduce)];
        };
    }

    private static Tensor Reduce(Tensor tensor, bool[] reduced, bool keep, Reduction reduce)
    {
        int[] strides = Strides(tensor.Shape);
        int[] outer = [.. Enumerable.Range(0, tensor.Rank).Where(d => !reduced[d])];
        int[] inner = [.. Enumerable.Range(0, tensor.Rank).Where(d => reduced[d])];
        int[] starts = Broadcasting.Walk([.. outer.Select(d => tensor.Shape[d])], [.. outer.Select(d => strides[d])], 0);
        int[] offsets = Broadcasting.Walk([.. inner.Select(d => tensor.Shape[d])], [.. inner.Select(d => strides[d])], 0);
        double[] data = Doubles(tensor);
        double[] values = new double[offsets.Length];
        double[] result = new double[starts.Length];
        for (int i = 0; i < starts.Length; i++)
        {
            for (int j = 0; j < offsets.Length; j++)
            {
                values[j] = data[starts[i] + offsets[j]];
            }

            result[i] = reduce(values);
        }

        int[] shape = keep
            ? [.. Enumerable.Range(0, tensor.Rank).Select(d => reduced[d] ? 1 : tensor.Shape[d])]
            : [.. outer.Select(d => tensor.Shape[d])];
        return Like(tensor, shape, result);
    }

    private static Kernel ArgBest(NodeContext node, Func<double, double, bool> better)
    {
        long axis = node.Integer("axis", 0);
        bool keep = node.Integer("keepdims", 1) != 0;
        bool last = node.Integer("select_last_index", 0) != 0;
        return inputs =>
        {
            Tensor tensor = Inputs.Require(inputs, 0);
            bool[] reduced = new bool[tensor.Rank];
            reduced[Inputs.Axis(axis, tensor.Rank)] = true;
            double[] best = Doubles(Reduce(tensor, reduced, keep, values =>
            {
                int at = 0;
                for (int i = 1; i < values.Length; i++)
                {
                    if (better(values[i], values[at]) || (last && values[i] == values[at]))
                    {
                        at = i;
                    }
                }

                return at;
            }));
            int[] shape = [.. tensor.Shape.Select((length, d) => reduced[d] ? 1 : length).Where((_, d) => keep || !reduced[d])];
            return [new Tensor<long>(ElementType.Int64, shape, Array.ConvertAll(best, value => (long)value))];
        };
    }

    /// <summary>The strides of a row-major tensor.</summary>
    internal static int[] Strides(int[] shape)
    {
        int[] strides = new int[shape.Length];
        int stride = 1;
        for (int d = shape.Length - 1; d >= 0; d--)
        {
            strides[d] = stride;
            stride *= shape[d];
        }

        return strides;
    }

    private static double Sum(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values)
        {
            sum += value;
        }

        return sum;
    }

    private static double SumOfSquares(ReadOnlySpan<double> values) => Fold(values, value => value * value);

    private static double Fold(ReadOnlySpan<double> values, Func<double, double> of)
    {
        double sum = 0;
        foreach (double value in values)
        {
            sum += of(value);
        }

        return sum;
    }

    private static double Product(ReadOnlySpan<double> values)
    {
        double product = 1;
        foreach (double value in values)
        {
            product *= value;
        }

        return product;
    }

    // The largest is taken out, so that what is summed is at most 1 each.
    private static double LogSumExp(ReadOnlySpan<double> values)
    {
        double largest = Pick(values, Math.Max);
        return double.IsInfinity(largest) ? largest : largest + Math.Log(Fold(values, value => Math.Exp(value - largest)));
    }

    private static double Pick(ReadOnlySpan<double> values, Func<double, double, double> choose)
    {
        if (values.IsEmpty)
        {
            throw new OperatorException("it reduces an empty dimension");
        }

        double best = values[0];
        foreach (double value in values)
        {
            best = choose(best, value);
        }

        return best;
    }

    // Products and sums are kept in double precision and rounded once.
    private static double[] Doubles(Tensor tensor) => tensor switch
    {
        Tensor<float> x => Array.ConvertAll(x.Data, value => (double)value),
        Tensor<double> x => x.Data,
        Tensor<long> x => Array.ConvertAll(x.Data, value => (double)value),
        _ => throw new OperatorException("it takes numbers and is given text"),
    };

    private static Tensor Like(Tensor model, int[] shape, double[] data) => model switch
    {
        Tensor<double> => new Tensor<double>(ElementType.Double, shape, data),
        Tensor<long> => new Tensor<long>(model.Type, shape, Array.ConvertAll(data, value => Integers.Wrap(model.Type, Integers.Truncate(value)))),
        _ => Inputs.Singles(Array.ConvertAll(data, value => (float)value), shape),
    };
}
