using System.Collections.Frozen;

namespace Subnet.Health.Models.Onnx.Operators;

/// <summary>Every operator that can be evaluated.</summary>
internal static class OperatorCatalog
{
    private const string Ml = "ai.onnx.ml";
    private const string Microsoft = "com.microsoft";

    private static readonly FrozenDictionary<(string Domain, string Name), Func<NodeContext, Kernel>> Known = All().ToFrozenDictionary(
        entry => (entry.Domain, entry.Name), entry => entry.Create);

    /// <summary>Makes a node ready to run.</summary>
    /// <exception cref="ModelFormatException">Its operator or one of its attributes is not supported.</exception>
    public static Kernel Create(OnnxNode node, IReadOnlyDictionary<string, long> versions, Func<int, Tensor?> constant)
    {
        // ONNX Runtime's own operators have one version, and its exporters do not always import it.
        if (!versions.TryGetValue(node.Domain, out long version) && node.Domain is not (Microsoft or EndOperators.Domain))
        {
            throw new ModelFormatException(node.Name, node.FullOperator, "the file imports no operator set for it", ModelFormatException.SaveAgain);
        }

        NodeContext context = new(node, version, constant);
        if (!Known.TryGetValue((node.Domain, node.Operator), out Func<NodeContext, Kernel>? create))
        {
            throw context.Refuse("the operator is not supported");
        }

        Kernel kernel = create(context);
        context.CheckAllKnown();
        return kernel;
    }

    private static IEnumerable<(string Domain, string Name, Func<NodeContext, Kernel> Create)> All()
    {
        foreach ((string name, Func<NodeContext, Kernel> create) in ArithmeticOperators.All
            .Concat(ActivationOperators.All).Concat(LinearAlgebraOperators.All).Concat(ShapeOperators.All))
        {
            yield return ("", name, create);
        }

        foreach ((string name, Func<NodeContext, Kernel> create) in FeatureOperators.All.Concat(CategoryOperators.All))
        {
            yield return (Ml, name, create);
        }

        foreach ((string name, Func<NodeContext, Kernel> create) in EndOperators.All)
        {
            yield return (EndOperators.Domain, name, create);
        }

        yield return ("", "Cast", ConversionOperators.Cast);
        yield return (Ml, "LinearRegressor", LinearOperators.Regressor);
        yield return (Ml, "LinearClassifier", LinearOperators.Classifier);
        yield return (Ml, "SVMRegressor", LinearOperators.SupportVectorRegressor);
        yield return (Ml, "SVMClassifier", LinearOperators.SupportVectorClassifier);
        yield return (Ml, "TreeEnsembleRegressor", TreeOperators.Regressor);
        yield return (Ml, "TreeEnsembleClassifier", TreeOperators.Classifier);
        yield return (Microsoft, "MurmurHash3", ConversionOperators.MurmurHash3);
        yield return (Microsoft, "ExpandDims", ShapeOperators.ExpandDims);
    }
}
