namespace Subnet.Health.Models.Onnx.Operators;

/// <summary>Operators that move elements and change none.</summary>
internal static class ShapeOperators
{
    /// <summary>The operators of this group.</summary>
    public static IEnumerable<(string Name, Func<NodeContext, Kernel> Create)> All =>
    [
        ("Identity", _ => inputs => [Inputs.Require(inputs, 0)]),
        ("Dropout", Dropout),
        ("Constant", Constant),
        ("Shape", Shape),
        ("Reshape", Reshape),
        ("Flatten", Flatten),
        ("Squeeze", Squeeze),
        ("Unsqueeze", Unsqueeze),
        ("Transpose", Transpose),
        ("Concat", Concat),
        ("Slice", Slice),
        ("Gather", Gather),
        ("GatherElements", GatherElements),
        ("Split", Split),
        ("Expand", _ => inputs =>
        {
            Tensor tensor = Inputs.Require(inputs, 0);
            return [Broadcasting.Expand(tensor, Broadcasting.Shape(tensor.Shape, Lengths(Inputs.Integers(Inputs.Require(inputs, 1)))))];
        }),
    ];

    /// <summary>ExpandDims of com.microsoft: inserts one dimension of length 1.</summary>
    public static Kernel ExpandDims(NodeContext node) => inputs =>
    {
        Tensor tensor = Inputs.Require(inputs, 0);
        long[] axis = Inputs.Integers(Inputs.Require(inputs, 1));
        return axis.Length == 1 ? [Insert(tensor, axis)] : throw new OperatorException("its axis is not one integer");
    };

    private static int[] Lengths(long[] lengths) =>
        Array.ConvertAll(lengths, length => length is >= 0 and <= Tensor.MaxElements ? (int)length : throw new OperatorException($"a length of {length} cannot be"));

    private static Kernel Dropout(NodeContext node)
    {
        node.Ignore("ratio", "seed", "is_test");
        return inputs =>
        {
            Tensor tensor = Inputs.Require(inputs, 0);
            return [tensor, new Tensor<long>(ElementType.Boolean, tensor.Shape, [.. Enumerable.Repeat(1L, tensor.Count)])];
        };
    }

    private static Kernel Constant(NodeContext node)
    {
        Tensor value = node.Tensor("value")
            ?? (node.Has("value_float") ? Inputs.Singles([node.Single("value_float", 0)])
            : node.Has("value_int") ? new Tensor<long>(ElementType.Int64, [], [node.Integer("value_int", 0)])
            : node.Has("value_string") ? new Tensor<string>(ElementType.Text, [], [node.Text("value_string", "")])
            : node.Has("value_floats") ? Inputs.Singles(node.Singles("value_floats"), node.Singles("value_floats").Length)
            : node.Has("value_ints") ? new Tensor<long>(ElementType.Int64, [node.Integers("value_ints").Length], node.Integers("value_ints"))
            : node.Has("value_strings") ? new Tensor<string>(ElementType.Text, [node.Texts("value_strings").Length], node.Texts("value_strings"))
            : throw node.Refuse("it has no value of a supported kind"));
        return _ => [value];
    }

    private static Kernel Shape(NodeContext node)
    {
        long start = node.Integer("start", 0);
        long end = node.Integer("end", long.MaxValue);
        return inputs =>
        {
            int[] shape = Inputs.Require(inputs, 0).Shape;
            int from = (int)Math.Clamp(start < 0 ? start + shape.Length : start, 0, shape.Length);
            int to = (int)Math.Clamp(end < 0 ? end + shape.Length : end, from, shape.Length);
            return [new Tensor<long>(ElementType.Int64, [to - from], Array.ConvertAll(shape[from..to], length => (long)length))];
        };
    }

    private static Kernel Reshape(NodeContext node)
    {
        bool zeroIsZero = node.Integer("allowzero", 0) != 0;
        long[]? attribute = node.Version < 5 ? node.Integers("shape") : null;
        return inputs =>
        {
            Tensor tensor = Inputs.Require(inputs, 0);
            long[] wanted = attribute ?? Inputs.Integers(Inputs.Require(inputs, 1));
            int[] shape = new int[wanted.Length];
            int inferred = -1;
            long known = 1;
            for (int d = 0; d < shape.Length; d++)
            {
                if (wanted[d] == -1 && inferred < 0)
                {
                    inferred = d;
                    continue;
                }

                shape[d] = wanted[d] == 0 && !zeroIsZero && d < tensor.Rank ? tensor.Shape[d] : Lengths([wanted[d]])[0];
                known = Math.Min(known * shape[d], int.MaxValue);
            }

            if (inferred >= 0)
            {
                shape[inferred] = known > 0 && tensor.Count % known == 0 ? (int)(tensor.Count / known) : tensor.Count == 0 ? 0
                    : throw new OperatorException($"{tensor.Count} elements do not fill the shape [{string.Join(", ", wanted)}]");
            }

            return [tensor.WithShape(shape)];
        };
    }

    private static Kernel Flatten(NodeContext node)
    {
        long axis = node.Integer("axis", 1);
        return inputs =>
        {
            Tensor tensor = Inputs.Require(inputs, 0);
            int at = axis == tensor.Rank ? tensor.Rank : Inputs.Axis(axis, tensor.Rank);
            int first = Tensor.CountOf(tensor.Shape.AsSpan(0, at));
            return [tensor.WithShape([first, first == 0 ? 0 : tensor.Count / first])];
        };
    }

    private static Kernel Squeeze(NodeContext node)
    {
        long[]? attribute = node.Version < 13 ? node.Integers("axes") : null;
        return inputs =>
        {
            Tensor tensor = Inputs.Require(inputs, 0);
            long[] axes = attribute ?? (Inputs.Optional(inputs, 1) is { } list ? Inputs.Integers(list) : []);
            HashSet<int> dropped = axes.Length > 0
                ? [.. axes.Select(axis => Inputs.Axis(axis, tensor.Rank))]
                : [.. Enumerable.Range(0, tensor.Rank).Where(d => tensor.Shape[d] == 1)];
            if (dropped.Any(d => tensor.Shape[d] != 1))
            {
                throw new OperatorException("it drops a dimension that is not of length 1");
            }

            return [tensor.WithShape([.. tensor.Shape.Where((_, d) => !dropped.Contains(d))])];
        };
    }

    private static Kernel Unsqueeze(NodeContext node)
    {
        long[]? attribute = node.Version < 13 ? node.Integers("axes") : null;
        return inputs => [Insert(Inputs.Require(inputs, 0), attribute ?? Inputs.Integers(Inputs.Require(inputs, 1)))];
    }

    private static Tensor Insert(Tensor tensor, long[] axes)
    {
        int rank = tensor.Rank + axes.Length;
        HashSet<int> inserted = [.. axes.Select(axis => Inputs.Axis(axis, rank))];
        if (inserted.Count != axes.Length)
        {
            throw new OperatorException("it inserts a dimension twice");
        }

        int next = 0;
        return tensor.WithShape([.. Enumerable.Range(0, rank).Select(d => inserted.Contains(d) ? 1 : tensor.Shape[next++])]);
    }

    private static Kernel Transpose(NodeContext node)
    {
        long[] order = node.Integers("perm");
        return inputs =>
        {
            Tensor tensor = Inputs.Require(inputs, 0);
            int[] from = order.Length == 0
                ? [.. Enumerable.Range(0, tensor.Rank).Reverse()]
                : [.. order.Select(axis => Inputs.Axis(axis, tensor.Rank))];
            if (from.Length != tensor.Rank || from.Distinct().Count() != from.Length)
            {
                throw new OperatorException($"its order [{string.Join(", ", order)}] is not one of {tensor.Rank} dimensions");
            }

            int[] strides = LinearAlgebraOperators.Strides(tensor.Shape);
            int[] shape = [.. from.Select(d => tensor.Shape[d])];
            return [tensor.Take(shape, Broadcasting.Walk(shape, [.. from.Select(d => strides[d])], 0))];
        };
    }

    private static Kernel Concat(NodeContext node)
    {
        long axis = node.Integer("axis", node.Version < 4 ? 1 : long.MinValue);
        return inputs =>
        {
            Tensor[] parts = [.. inputs.Select((_, i) => Inputs.Require(inputs, i))];
            int at = Inputs.Axis(axis, Inputs.Require(inputs, 0).Rank);
            return parts[0] switch
            {
                Tensor<float> => [Concat(parts.Select(Inputs.As<float>).ToArray(), at)],
                Tensor<double> => [Concat(parts.Select(Inputs.As<double>).ToArray(), at)],
                Tensor<long> => [Concat(parts.Select(Inputs.As<long>).ToArray(), at)],
                _ => [Concat(parts.Select(Inputs.As<string>).ToArray(), at)],
            };
        };
    }

    private static Tensor<T> Concat<T>(Tensor<T>[] parts, int axis)
    {
        Tensor<T> first = parts[0];
        if (parts.Any(part => part.Rank != first.Rank || part.Type != first.Type
            || part.Shape.Where((length, d) => d != axis && length != first.Shape[d]).Any()))
        {
            throw new OperatorException("its inputs differ in more than the joined dimension");
        }

        int[] shape = [.. first.Shape];
        shape[axis] = (int)Math.Min(parts.Sum(part => (long)part.Shape[axis]), int.MaxValue);
        T[] data = new T[Tensor.CountOf(shape)];
        int outer = Tensor.CountOf(shape.AsSpan(0, axis));
        int width = outer == 0 ? 0 : data.Length / outer;
        int at = 0;
        foreach (Tensor<T> part in parts)
        {
            int length = outer == 0 ? 0 : part.Count / outer;
            for (int i = 0; i < outer; i++)
            {
                part.Data.AsSpan(i * length, length).CopyTo(data.AsSpan((i * width) + at));
            }

            at += length;
        }

        return new Tensor<T>(first.Type, shape, data);
    }

    private static Kernel Slice(NodeContext node)
    {
        bool fromInputs = node.Version >= 10;
        long[] starts = fromInputs ? [] : node.Integers("starts");
        long[] ends = fromInputs ? [] : node.Integers("ends");
        long[] axes = fromInputs ? [] : node.Integers("axes");
        return inputs => fromInputs
            ? [Slice(
                Inputs.Require(inputs, 0),
                Inputs.Integers(Inputs.Require(inputs, 1)),
                Inputs.Integers(Inputs.Require(inputs, 2)),
                Inputs.Optional(inputs, 3) is { } list ? Inputs.Integers(list) : [],
                Inputs.Optional(inputs, 4) is { } steps ? Inputs.Integers(steps) : [])]
            : [Slice(Inputs.Require(inputs, 0), starts, ends, axes, [])];
    }

    private static Tensor Slice(Tensor tensor, long[] starts, long[] ends, long[] axes, long[] steps)
    {
        if (ends.Length != starts.Length || (axes.Length > 0 && axes.Length != starts.Length) || (steps.Length > 0 && steps.Length != starts.Length))
        {
            throw new OperatorException("its starts, ends, axes and steps differ in number");
        }

        int[] shape = [.. tensor.Shape];
        int[] strides = LinearAlgebraOperators.Strides(tensor.Shape);
        int origin = 0;
        for (int i = 0; i < starts.Length; i++)
        {
            int axis = Inputs.Axis(axes.Length > 0 ? axes[i] : i, tensor.Rank);
            long length = tensor.Shape[axis];
            long step = steps.Length > 0 ? steps[i] : 1;
            if (step == 0 || Math.Abs(step) > int.MaxValue)
            {
                throw new OperatorException($"a step of {step} cannot be");
            }

            long start = Math.Clamp(starts[i] < 0 ? starts[i] + length : starts[i], 0, step > 0 ? length : length - 1);
            long end = Math.Clamp(ends[i] < 0 ? ends[i] + length : ends[i], step > 0 ? 0 : -1, length);
            long count = step > 0 ? (end - start + step - 1) / step : (start - end - step - 1) / -step;
            shape[axis] = (int)Math.Max(count, 0);
            origin += (int)start * strides[axis];
            strides[axis] = (int)Math.Clamp(strides[axis] * step, -Tensor.MaxElements, Tensor.MaxElements);
        }

        return tensor.Take(shape, Broadcasting.Walk(shape, strides, origin));
    }

    private static Kernel Gather(NodeContext node)
    {
        long axis = node.Integer("axis", 0);
        return inputs =>
        {
            Tensor tensor = Inputs.Require(inputs, 0);
            Tensor<long> indices = Inputs.As<long>(Inputs.Require(inputs, 1));
            int at = Inputs.Axis(axis, tensor.Rank);
            return [Pick(tensor, indices.Data, at, [.. tensor.Shape[..at], .. indices.Shape, .. tensor.Shape[(at + 1)..]])];
        };
    }

    /// <summary>The elements at these indices of an axis.</summary>
    internal static Tensor Pick(Tensor tensor, long[] indices, int axis, int[] shape)
    {
        int[] positions = new int[Tensor.CountOf(shape)];
        int outer = Tensor.CountOf(tensor.Shape.AsSpan(0, axis));
        int inner = Tensor.CountOf(tensor.Shape.AsSpan(axis + 1));
        int next = 0;
        for (int o = 0; o < outer; o++)
        {
            foreach (long index in indices)
            {
                int at = Index(index, tensor.Shape[axis]);
                for (int i = 0; i < inner; i++)
                {
                    positions[next++] = (((o * tensor.Shape[axis]) + at) * inner) + i;
                }
            }
        }

        return tensor.Take(shape, positions);
    }

    private static int Index(long index, int length) => index >= -length && index < length
        ? (int)(index < 0 ? index + length : index)
        : throw new OperatorException($"index {index} is outside a dimension of {length}");

    private static Kernel GatherElements(NodeContext node)
    {
        long axis = node.Integer("axis", 0);
        return inputs =>
        {
            Tensor tensor = Inputs.Require(inputs, 0);
            Tensor<long> indices = Inputs.As<long>(Inputs.Require(inputs, 1));
            int at = Inputs.Axis(axis, tensor.Rank);
            if (indices.Rank != tensor.Rank || indices.Shape.Where((length, d) => d != at && length > tensor.Shape[d]).Any())
            {
                throw new OperatorException("its indices do not lie in its input");
            }

            int[] strides = LinearAlgebraOperators.Strides(tensor.Shape);
            int along = strides[at];
            strides[at] = 0;
            int[] positions = Broadcasting.Walk(indices.Shape, strides, 0);
            for (int i = 0; i < positions.Length; i++)
            {
                positions[i] += along * Index(indices.Data[i], tensor.Shape[at]);
            }

            return [tensor.Take(indices.Shape, positions)];
        };
    }

    private static Kernel Split(NodeContext node)
    {
        long axis = node.Integer("axis", 0);
        long[]? attribute = node.Version < 13 ? node.Integers("split") : null;
        long wanted = node.Integer("num_outputs", node.OutputCount);
        return inputs =>
        {
            Tensor tensor = Inputs.Require(inputs, 0);
            int at = Inputs.Axis(axis, tensor.Rank);
            long[] lengths = attribute ?? (Inputs.Optional(inputs, 1) is { } list ? Inputs.Integers(list) : []);
            if (lengths.Length == 0 && wanted > 0)
            {
                long each = (tensor.Shape[at] + wanted - 1) / wanted;
                lengths = [.. Enumerable.Range(0, (int)wanted).Select(i => Math.Clamp(tensor.Shape[at] - (i * each), 0, each))];
            }

            if (lengths.Length < node.OutputCount || lengths.Any(length => length < 0) || lengths.Sum() != tensor.Shape[at])
            {
                throw new OperatorException($"its parts [{string.Join(", ", lengths)}] do not make up {tensor.Shape[at]}");
            }

            long start = 0;
            return [.. lengths.Select(length =>
            {
                long from = start;
                start += length;
                return Slice(tensor, [from], [from + length], [at], []);
            })];
        };
    }
}
