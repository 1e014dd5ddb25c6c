using Microsoft.ML;
using Microsoft.ML.Trainers;

namespace MlNetOracle;

using Estimator = IEstimator<ITransformer>;

/// <summary>Clusters, stacked models, and the kinds that are refused by name.</summary>
internal sealed class OtherPipelines(MLContext context) : PipelineGroup(context)
{
    public override IEnumerable<Pipeline> Pipelines()
    {
        yield return Clustering("clusters", () => ScaledFeatures(), () => KMeans(4));
        yield return Clustering("clusters-onehot", () => SparseFeatures(), () => KMeans(3));
        yield return Clustering("clusters-unscaled", () => Cat("D", "E", "V"), () => T.ReplaceMissingValues("Features"), () => KMeans(3));
        yield return Binary(
            "stacked",
            () => ScaledFeatures(),
            () => R.Trainers.OnlineGradientDescent("Y"),
            () => T.CopyColumns("S1", "Score"),
            () => T.DropColumns("Score"),
            () => T.Concatenate("F2", "S1", "Features"),
            () => B.Trainers.LbfgsLogisticRegression("Label", "F2"));
        yield return Binary("refused-text", () => T.Text.FeaturizeText("Features", "T"), () => Logistic());
        yield return Binary("refused-value-map", () => T.Conversion.MapValue("Q", [KeyValuePair.Create("a", 1f), KeyValuePair.Create("bb", 2f)], "T"), () => Cat("Q", "D"), () => Logistic());
        yield return Binary("refused-projection", () => Features(), () => T.ProjectToPrincipalComponents("Features", "Features", rank: 3), () => Logistic());
        yield return Binary("refused-words", () => T.Text.TokenizeIntoWords("W", "T"), () => T.Conversion.MapValueToKey("W"), () => T.Conversion.MapKeyToVector("W", outputCountVector: true), () => Cat("W"), () => Logistic());
    }

    private Estimator KMeans(int clusters) => Context.Clustering.Trainers.KMeans(new KMeansTrainer.Options { NumberOfClusters = clusters, NumberOfThreads = 1 });
}
