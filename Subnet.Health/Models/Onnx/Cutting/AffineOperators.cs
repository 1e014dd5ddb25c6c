namespace Subnet.Health.Models.Onnx.Cutting;

/// <summary>Which operators are affine in which inputs, and which hold trained numbers worth hiding.</summary>
internal static class AffineOperators
{
    private const string Ml = "ai.onnx.ml";
    private const string Microsoft = "com.microsoft";

    /// <summary>How much of a model an operator holds: 1 a matrix or trees, 2 a number for each feature, 3 one number; 0 nothing.</summary>
    public static int Weight(OnnxNode node, CutGraph graph)
    {
        if (OperatorSplit.IsLinear(node) || OperatorSplit.IsTrees(node))
        {
            return 1;
        }

        if (graph.Variables(node).Length != 1 || !IsAffine(node, graph, name => graph.Constant(name) is null))
        {
            return 0;
        }

        Tensor[] numbers = [.. node.Inputs.Select(name => name.Length == 0 ? null : graph.Constant(name)).OfType<Tensor>().Where(tensor => tensor is Tensor<float> or Tensor<double>)];
        return (node.Domain, node.Operator) switch
        {
            ("", "MatMul" or "Gemm") => 1,
            ("", "Mul" or "Div") when numbers.Any(tensor => tensor.Shape.Count(length => length > 1) > 1) => 1,
            (Ml, "Scaler") or ("", "BatchNormalization") => 2,
            ("", "Mul" or "Div" or "Add" or "Sub" or "Sum") when numbers.Any(tensor => tensor.Count > 1) => 2,
            ("", "Mul" or "Div" or "Add" or "Sub" or "Sum") when numbers.Length > 0 => 3,
            _ => 0,
        };
    }

    /// <summary>Whether a node's results are affine in some of its inputs, all others being constant.</summary>
    public static bool IsAffine(OnnxNode node, CutGraph graph, Func<string, bool> isVariable)
    {
        bool[] variable = [.. node.Inputs.Select(input => input.Length > 0 && isVariable(input))];
        bool othersConstant = node.Inputs.Select((input, i) => variable[i] || input.Length == 0 || graph.Constant(input) is not null).All(known => known);
        if (!othersConstant || !variable.Any(v => v))
        {
            return false;
        }

        bool firstOnly = variable[0] && variable.Count(v => v) == 1;
        return (node.Domain, node.Operator) switch
        {
            ("", "Identity" or "Neg" or "Squeeze" or "Unsqueeze" or "Reshape" or "Flatten" or "Transpose" or "Slice" or "Split" or "Expand"
                or "ReduceSum" or "ReduceMean" or "Gather" or "BatchNormalization" or "Dropout") => firstOnly,
            ("", "Cast") => firstOnly && node.Attributes.GetValueOrDefault("to")?.Integer is (long)ElementType.Single or (long)ElementType.Double,
            ("", "Add" or "Sub" or "Sum" or "Mean" or "Concat") => true,
            ("", "Mul" or "MatMul") => variable.Count(v => v) == 1,
            ("", "Div" or "Gemm") => firstOnly,
            (Ml, "Scaler" or "ArrayFeatureExtractor") => firstOnly,
            (Ml, "FeatureVectorizer") => true,
            (Microsoft, "ExpandDims") => firstOnly,
            _ => false,
        };
    }
}
