using Microsoft.ML;

namespace MlNetOracle;

/// <summary>Columns and slots copied, dropped, kept and joined.</summary>
internal sealed class ColumnPipelines(MLContext context) : PipelineGroup(context)
{
    public override IEnumerable<Pipeline> Pipelines()
    {
        yield return Binary("slots-by-count", () => SparseFeatures("A"), () => T.Concatenate("Features", "Features", "VN"), () => T.FeatureSelection.SelectFeaturesBasedOnCount("Features", "Features", 36), () => T.ReplaceMissingValues("Features"), () => Logistic());
        yield return Binary("slots-by-information", () => Impute(), () => Hot("T"), () => Cat("T", "A", "B", "C", "D", "V"), () => T.FeatureSelection.SelectFeaturesBasedOnMutualInformation("Features", "Features", "Label", 5), () => Logistic());
        yield return Binary("slots-all-dropped", () => T.FeatureSelection.SelectFeaturesBasedOnCount("Gone", "B", 319), () => Impute(), () => Cat("Gone", "A"), () => Logistic());
        yield return Binary("slots-by-information-trees", () => Cat("A", "B", "C", "V", "VN"), () => T.ReplaceMissingValues("Features"), () => T.FeatureSelection.SelectFeaturesBasedOnMutualInformation("Features", "Features", "Label", 6), () => Trees());
        yield return Binary(
            "columns-kept",
            () => Impute(),
            () => Cat(Numbers),
            () => T.SelectColumns("Features", "Label"),
            () => T.NormalizeMinMax("Features"),
            () => Logistic(),
            () => T.SelectColumns("Score", "PredictedLabel", "Probability"));
        yield return Binary("columns-kept-hidden", () => Impute(), () => Cat(Numbers), () => T.SelectColumns(["Features", "Label"], keepHidden: true), () => T.NormalizeMinMax("Features"), () => Logistic());
        yield return Binary(
            "columns-dropped-and-made-again",
            () => Impute(),
            () => Cat(Numbers),
            () => T.DropColumns("A", "B"),
            () => T.CopyColumns("A", "C"),
            () => T.CopyColumns("F2", "Features"),
            () => Cat("A", "F2"),
            () => T.NormalizeMinMax("Features"),
            () => Logistic());
        yield return Binary(
            "columns-joined-again",
            () => Impute(),
            () => Cat("A"),
            () => T.Concatenate("F1", "V", "B", "VN"),
            () => T.ReplaceMissingValues("F1"),
            () => T.Concatenate("Features", "Features", "F1", "Features"),
            () => T.NormalizeMinMax("Features"),
            () => Logistic());
        yield return Binary("columns-copied-vector-trees", () => T.CopyColumns("Features", "V"), () => Trees());
    }
}
