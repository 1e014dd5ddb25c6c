namespace Subnet.Health.Models.Onnx.Operators;

/// <summary>Preparation of features in ai.onnx.ml.</summary>
internal static class FeatureOperators
{
    /// <summary>The operators of this group.</summary>
    public static IEnumerable<(string Name, Func<NodeContext, Kernel> Create)> All =>
    [
        ("Scaler", Scaler),
        ("Normalizer", Normalizer),
        ("Imputer", Imputer),
        ("Binarizer", Binarizer),
        ("FeatureVectorizer", FeatureVectorizer),
        ("ArrayFeatureExtractor", _ => ArrayFeatureExtractor),
        ("ZipMap", ZipMap),
    ];

    // (x - offset) * scale, in single precision as the runtime does.
    private static Kernel Scaler(NodeContext node)
    {
        float[] offset = node.Weights("offset");
        float[] scale = node.Weights("scale");
        return inputs =>
        {
            Tensor tensor = Inputs.Require(inputs, 0);
            (float[] x, _, int columns) = Inputs.Table(tensor);
            CheckWidth(offset.Length, columns, "offset");
            CheckWidth(scale.Length, columns, "scale");
            float[] result = new float[x.Length];
            for (int i = 0; i < x.Length; i++)
            {
                int column = i % columns;
                result[i] = (x[i] - offset[offset.Length == 1 ? 0 : column]) * scale[scale.Length == 1 ? 0 : column];
            }

            return [Inputs.Singles(result, tensor.Shape)];
        };
    }

    private static void CheckWidth(int length, int columns, string name)
    {
        if (length != 1 && length != columns)
        {
            throw new OperatorException($"{name} has {length} values for {columns} features");
        }
    }

    private static Kernel Normalizer(NodeContext node)
    {
        Func<float, double, double> accumulate = node.Word<Func<float, double, double>>(
            "norm",
            (value, norm) => Math.Max(value, norm),
            ("MAX", (value, norm) => Math.Max(value, norm)),
            ("L1", (value, norm) => norm + Math.Abs(value)),
            ("L2", (value, norm) => norm + ((double)value * value)));
        string kind = node.Text("norm", "MAX");
        return inputs =>
        {
            Tensor tensor = Inputs.Require(inputs, 0);
            (float[] x, int rows, int columns) = Inputs.Table(tensor);
            float[] result = new float[x.Length];
            for (int row = 0; row < rows; row++)
            {
                ReadOnlySpan<float> values = x.AsSpan(row * columns, columns);
                double norm = kind == "MAX" ? double.NegativeInfinity : 0;
                foreach (float value in values)
                {
                    norm = accumulate(value, norm);
                }

                norm = kind == "L2" ? Math.Sqrt(norm) : norm;
                for (int i = 0; i < columns; i++)
                {
                    result[(row * columns) + i] = norm == 0 ? values[i] : (float)(values[i] / norm);
                }
            }

            return [Inputs.Singles(result, tensor.Shape)];
        };
    }

    private static Kernel Imputer(NodeContext node)
    {
        float[] singles = node.Weights("imputed_value_floats");
        float replaced = node.Single("replaced_value_float", 0);
        long[] integers = node.Integers("imputed_value_int64s");
        long replacedInteger = node.Integer("replaced_value_int64", 0);
        if (singles.Length == 0 == (integers.Length == 0))
        {
            throw node.Refuse("it has no imputed values, or values of both types", ModelFormatException.SaveAgain);
        }

        return inputs =>
        {
            Tensor tensor = Inputs.Require(inputs, 0);
            int columns = tensor.Rank == 0 ? 1 : tensor.Shape[^1];
            if (tensor is Tensor<long> whole && integers.Length > 0)
            {
                CheckWidth(integers.Length, columns, "imputed_value_int64s");
                return [new Tensor<long>(whole.Type, whole.Shape, [.. whole.Data.Select((v, i) => v == replacedInteger ? integers[integers.Length == 1 ? 0 : i % columns] : v)])];
            }

            if (tensor is Tensor<double> wide && singles.Length > 0)
            {
                CheckWidth(singles.Length, columns, "imputed_value_floats");
                return [new Tensor<double>(
                    wide.Type, wide.Shape, [.. wide.Data.Select((v, i) => v.Equals((double)replaced) || v == replaced ? singles[singles.Length == 1 ? 0 : i % columns] : v)])];
            }

            CheckWidth(singles.Length, columns, "imputed_value_floats");
            float[] result = [.. Inputs.As<float>(tensor).Data];
            for (int i = 0; i < result.Length; i++)
            {
                if (result[i] == replaced || (float.IsNaN(replaced) && float.IsNaN(result[i])))
                {
                    result[i] = singles[singles.Length == 1 ? 0 : i % columns];
                }
            }

            return [Inputs.Singles(result, tensor.Shape)];
        };
    }

    // ONNX Runtime stops at NaN; here it is not above the threshold, as ML.NET says.
    private static Kernel Binarizer(NodeContext node)
    {
        float threshold = node.Single("threshold", 0);
        return inputs =>
        {
            Tensor tensor = Inputs.Require(inputs, 0);
            return [Inputs.Singles(Array.ConvertAll(tensor.ToSingles(), value => value > threshold ? 1f : 0f), tensor.Shape)];
        };
    }

    private static Kernel FeatureVectorizer(NodeContext node)
    {
        long[] widths = node.Integers("inputdimensions");
        return inputs =>
        {
            (float[] Data, int Rows, int Columns)[] parts = [.. inputs.Select((_, i) => Inputs.Table(Inputs.Require(inputs, i)))];
            int rows = parts.Length > 0 ? parts[0].Rows : 0;
            if (parts.Any(part => part.Rows != rows) || (widths.Length > 0 && widths.Length != parts.Length))
            {
                throw new OperatorException("its inputs differ in rows, or inputdimensions in number");
            }

            int[] columns = [.. parts.Select((part, i) => widths.Length == 0 ? part.Columns : (int)Math.Clamp(widths[i], 0, Tensor.MaxElements))];
            int total = (int)Math.Min(columns.Sum(width => (long)width), int.MaxValue);
            float[] result = new float[Tensor.CountOf([rows, total])];
            int at = 0;
            for (int p = 0; p < parts.Length; p++)
            {
                int width = Math.Min(parts[p].Columns, columns[p]);
                for (int row = 0; row < rows; row++)
                {
                    parts[p].Data.AsSpan(row * parts[p].Columns, width).CopyTo(result.AsSpan((row * total) + at));
                }

                at += columns[p];
            }

            return [Inputs.Singles(result, rows, total)];
        };
    }

    private static Tensor[] ArrayFeatureExtractor(Tensor?[] inputs)
    {
        Tensor tensor = Inputs.Require(inputs, 0);
        long[] indices = Inputs.Integers(Inputs.Require(inputs, 1));
        int[] shape = tensor.Rank <= 1 ? [1, indices.Length] : [.. tensor.Shape[..^1], indices.Length];
        Tensor table = tensor.Rank == 0 ? tensor.WithShape([1]) : tensor;
        return [ShapeOperators.Pick(table, indices, table.Rank - 1, shape)];
    }

    // The map of class to score; the scores alone carry what it says.
    private static Kernel ZipMap(NodeContext node)
    {
        node.Ignore("classlabels_int64s", "classlabels_strings");
        return inputs => [Inputs.Require(inputs, 0)];
    }
}
