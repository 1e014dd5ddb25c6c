using Microsoft.ML;
using Microsoft.ML.Transforms;

namespace MlNetOracle;

using Replace = MissingValueReplacingEstimator.ReplacementMode;

/// <summary>Missing values replaced, by each rule and of each type, and told of.</summary>
internal sealed class ImputationPipelines(MLContext context) : PipelineGroup(context)
{
    public override IEnumerable<Pipeline> Pipelines()
    {
        foreach (Replace mode in Enum.GetValues<Replace>())
        {
            yield return Binary($"impute-{mode}", () => Impute(mode), () => Cat(Numbers), () => T.NormalizeMinMax("Features"), () => Logistic());
            yield return Binary(
                $"impute-slots-{mode}",
                () => T.ReplaceMissingValues("VN", "VN", mode, imputeBySlot: true),
                () => T.ReplaceMissingValues("DB", "DB", mode),
                () => T.ReplaceMissingValues("VD", "VD", mode, imputeBySlot: true),
                () => Single("DB", "VD"),
                () => Cat("VN", "DB", "VD"),
                () => T.NormalizeMeanVariance("Features"),
                () => Logistic());
            yield return Binary(
                $"impute-vector-{mode}",
                () => T.ReplaceMissingValues("VN", "VN", mode, imputeBySlot: false),
                () => T.ReplaceMissingValues("VD", "VD", mode, imputeBySlot: false),
                () => Single("VD"),
                () => Cat("VN", "VD"),
                () => Logistic());
        }

        yield return Binary(
            "indicator-vector",
            () => T.IndicateMissingValues("Ind", "VN"),
            () => T.IndicateMissingValues("IndD", "VD"),
            () => T.IndicateMissingValues("IndA", "A"),
            () => Single("Ind", "IndD", "IndA"),
            () => T.ReplaceMissingValues("VN"),
            () => Impute(),
            () => Cat("Ind", "IndD", "IndA", "VN", "A"),
            () => Logistic());
        yield return Binary(
            "indicator-as-key",
            () => T.IndicateMissingValues("Ind", "VN"),
            () => T.IndicateMissingValues("IndA", "A"),
            () => Hot("Ind", "IndA"),
            () => Cat("Ind", "IndA"),
            () => Logistic());
        yield return Binary("missing-reaches-linear", () => Cat("E", "D", "V"), () => Logistic(0));
        yield return Binary("missing-reaches-linear-sparse", () => Cat("E", "D", "V"), () => Logistic(3));
        yield return Binary("missing-reaches-linear-onehot", () => SparseFeatures("E"), () => Logistic(3));
        yield return Binary("linear-sparse-weights", () => ScaledFeatures(), () => Logistic(3));
    }
}
