using Microsoft.ML;
using Microsoft.ML.Transforms;

namespace MlNetOracle;

using Estimator = IEstimator<ITransformer>;
using HotKind = OneHotEncodingEstimator.OutputKind;

/// <summary>Hashed codes: of every type, ordered, of several slots, and of keys.</summary>
internal sealed class HashPipelines(MLContext context) : PipelineGroup(context)
{
    public override IEnumerable<Pipeline> Pipelines()
    {
        foreach (HotKind kind in (HotKind[])[HotKind.Indicator, HotKind.Bag, HotKind.Binary])
        {
            yield return Binary(
                $"hash-onehot-{kind}",
                () => T.Categorical.OneHotHashEncoding("T", "T", kind, 4),
                () => T.Categorical.OneHotHashEncoding("U", "U", kind, 5, 77),
                () => T.Categorical.OneHotHashEncoding("C", "C", kind, 3),
                () => T.Categorical.OneHotHashEncoding("DB", "DB", kind, 3),
                () => T.Categorical.OneHotHashEncoding("O", "O", kind, 3),
                () => Cat("T", "U", "C", "DB", "O"),
                () => Logistic());
            yield return Binary(
                $"hash-onehot-vectors-{kind}",
                () => T.Categorical.OneHotHashEncoding("VT", "VT", kind, 4),
                () => T.Categorical.OneHotHashEncoding("VN", "VN", kind, 4, 5, useOrderedHashing: true),
                () => T.Categorical.OneHotHashEncoding("VB", "VB", kind, 3),
                () => Cat("VT", "VN", "VB"),
                () => Logistic());
            yield return Binary($"hash-with-inverts-{kind}", () => T.Categorical.OneHotHashEncoding("T", "T", kind, 4, maximumNumberOfInverts: 3), () => Cat("T"), () => Logistic());
        }

        yield return Binary(
            "hash-to-key",
            () => T.Conversion.Hash("T", "T", 4, maximumNumberOfInverts: 2),
            () => T.Conversion.Hash("VT", "VT", 3),
            () => T.Conversion.MapKeyToVector("T"),
            () => T.Conversion.MapKeyToVector("VT", outputCountVector: true),
            () => Cat("T", "VT"),
            () => Logistic());
        string[] ordered = ["T", "VT", "VN", "VB", "VD"];
        yield return Binary(
            "hash-ordered",
            () => Chain(ordered.Select(column => (Estimator)T.Conversion.Hash(new HashingEstimator.ColumnOptions(column, column, 5, 9, useOrderedHashing: true)))),
            () => Chain(ordered.Select(column => (Estimator)T.Conversion.MapKeyToVector(column))),
            () => Cat(ordered),
            () => Logistic());
        yield return Binary("hash-of-key", () => T.Conversion.MapValueToKey("U"), () => T.Conversion.Hash("U", "U", 4), () => T.Conversion.MapKeyToVector("U"), () => Cat("U"), () => Logistic());
        yield return Binary("hash-one-bit", () => T.Categorical.OneHotHashEncoding("U", "U", HotKind.Indicator, 1), () => T.Categorical.OneHotHashEncoding("T", "T", HotKind.Bag, 1), () => Cat("U", "T"), () => Logistic());
    }
}
