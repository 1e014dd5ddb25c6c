namespace Subnet.Health.Models.Onnx.Operators;

/// <summary>Numpy's rule for operands of different shapes: dimensions line up from the right, and 1 stretches.</summary>
internal static class Broadcasting
{
    /// <summary>The common shape.</summary>
    /// <exception cref="OperatorException">There is none.</exception>
    public static int[] Shape(int[] a, int[] b)
    {
        int[] shape = new int[Math.Max(a.Length, b.Length)];
        for (int i = 1; i <= shape.Length; i++)
        {
            int m = i <= a.Length ? a[^i] : 1;
            int n = i <= b.Length ? b[^i] : 1;
            shape[^i] = m == n || n == 1 ? m : m == 1 ? n
                : throw new OperatorException($"the shapes [{string.Join(", ", a)}] and [{string.Join(", ", b)}] do not go together");
        }

        Tensor.CountOf(shape);
        return shape;
    }

    /// <summary>For each element of <paramref name="to"/> the flat position in a tensor of shape <paramref name="from"/>; null when they are the same.</summary>
    public static int[]? Positions(int[] from, int[] to)
    {
        if (from.AsSpan().SequenceEqual(to))
        {
            return null;
        }

        int[] strides = new int[to.Length];
        int stride = 1;
        for (int i = 1; i <= from.Length; i++)
        {
            strides[^i] = from[^i] == 1 ? 0 : stride;
            stride *= from[^i];
        }

        return Walk(to, strides, 0);
    }

    /// <summary>The positions that a walk over <paramref name="shape"/> in row-major order visits with these strides.</summary>
    public static int[] Walk(int[] shape, int[] strides, int start)
    {
        int[] positions = new int[Tensor.CountOf(shape)];
        int[] index = new int[shape.Length];
        int at = start;
        for (int i = 0; i < positions.Length; i++)
        {
            positions[i] = at;
            for (int d = shape.Length - 1; d >= 0; d--)
            {
                at += strides[d];
                if (++index[d] < shape[d])
                {
                    break;
                }

                at -= strides[d] * shape[d];
                index[d] = 0;
            }
        }

        return positions;
    }

    /// <summary>Stretches a tensor to a shape.</summary>
    public static Tensor Expand(Tensor tensor, int[] shape) => Positions(tensor.Shape, shape) is { } positions ? tensor.Take(shape, positions) : tensor;

    /// <summary>Applies a function of two operands element by element.</summary>
    public static Tensor<TResult> Apply<T, TResult>(ElementType type, Tensor<T> a, Tensor<T> b, Func<T, T, TResult> function)
    {
        int[] shape = Shape(a.Shape, b.Shape);
        int[]? left = Positions(a.Shape, shape);
        int[]? right = Positions(b.Shape, shape);
        TResult[] result = new TResult[Tensor.CountOf(shape)];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = function(a.Data[left is null ? i : left[i]], b.Data[right is null ? i : right[i]]);
        }

        return new Tensor<TResult>(type, shape, result);
    }
}
