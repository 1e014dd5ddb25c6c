using Microsoft.ML;
using Microsoft.ML.Transforms;

namespace MlNetOracle;

using Estimator = IEstimator<ITransformer>;
using HotKind = OneHotEncodingEstimator.OutputKind;

/// <summary>One-hot codes of every type and form.</summary>
internal sealed class CategoryPipelines(MLContext context) : PipelineGroup(context)
{
    private static readonly string[] Scalars = ["T", "U", "C", "D", "O", "I32", "I64", "U8", "U64", "I8", "I16", "U16", "U32", "DB"];
    private static readonly string[] Vectors = ["VT", "VN", "VB", "VI", "VD"];

    public override IEnumerable<Pipeline> Pipelines()
    {
        foreach (HotKind kind in (HotKind[])[HotKind.Indicator, HotKind.Bag, HotKind.Binary])
        {
            Estimator Coded(params string[] columns) => Chain(columns.Select(column => (Estimator)T.Categorical.OneHotEncoding(column, column, kind)));
            yield return Binary($"onehot-{kind}", () => Coded(Scalars), () => Cat(Scalars), () => Logistic());
            yield return Binary($"onehot-vectors-{kind}", () => Coded(Vectors), () => Cat(Vectors), () => Logistic());
            yield return Binary(
                $"onehot-then-cdf-{kind}", () => Coded("VT", "VI", "U"), () => Cat("VT", "VI", "U", "D"), () => T.NormalizeMeanVariance("Features", useCdf: true), () => Logistic());
            yield return Binary(
                $"onehot-then-bin-{kind}", () => Coded("VT", "U"), () => Cat("VT", "U", "D"), () => T.NormalizeBinning("Features", fixZero: false), () => Logistic());
            yield return Binary(
                $"onehot-cdf-before-concat-{kind}",
                () => Coded("VT", "U"),
                () => T.NormalizeMeanVariance("VT", useCdf: true),
                () => T.NormalizeBinning("U", fixZero: false),
                () => Cat("VT", "U", "D"),
                () => T.NormalizeMeanVariance("Features", fixZero: false),
                () => T.NormalizeMeanVariance("Features", useCdf: true),
                () => Logistic());
            yield return Binary($"onehot-trees-{kind}", () => Coded("T", "VT", "VB"), () => Cat("T", "VT", "VB", "A"), () => Trees());
        }

        yield return Binary(
            "onehot-of-concatenated",
            () => T.Concatenate("TT", "T", "U", "VT"),
            () => Hot("TT"),
            () => T.Concatenate("II", "I32", "VI"),
            () => T.Concatenate("BB", "O", "VB"),
            () => Single("II", "BB"),
            () => Cat("TT", "II", "BB"),
            () => Logistic());
        yield return Binary(
            "onehot-most-keys",
            () => T.Categorical.OneHotEncoding("U", "U", HotKind.Indicator, maximumNumberOfKeys: 4),
            () => T.Categorical.OneHotEncoding("C", "C", HotKind.Bag, 3, ValueToKeyMappingEstimator.KeyOrdinality.ByValue),
            () => Cat("U", "C"),
            () => Logistic());
        yield return Binary(
            "onehot-given-keys",
            () => T.Categorical.OneHotEncoding("U", "U", HotKind.Indicator, keyData: Context.Data.LoadFromEnumerable((KeyRow[])[new("k3"), new("k1"), new("nobody"), new("k7")])),
            () => Cat("U", "D"),
            () => Logistic());
    }

    private sealed record KeyRow(string Key);
}
