using Microsoft.ML;
using Microsoft.ML.Trainers;
using Microsoft.ML.Trainers.FastTree;

namespace MlNetOracle;

using Estimator = IEstimator<ITransformer>;

/// <summary>Boosted trees, forests and additive models of FastTree, for each task.</summary>
internal sealed class TreePipelines(MLContext context) : PipelineGroup(context)
{
    private static readonly string[] Missing = ["A", "B", "C", "VN"];

    public override IEnumerable<Pipeline> Pipelines()
    {
        yield return Binary("trees-missing", () => Cat("A", "B", "C", "D", "VN"), () => Trees());
        yield return Binary("trees-categorical", () => Hot("T", "U"), () => Cat("A", "B", "T", "U"), () => Boosted(options => options.CategoricalSplit = true));
        yield return Binary(
            "trees-categorical-many",
            () => Hot("T", "U", "VT"),
            () => Cat("T", "U", "VT", "C"),
            () => Boosted(options => (options.CategoricalSplit, options.MinimumExampleCountPerLeaf, options.NumberOfLeaves) = (true, 2, 14)));
        yield return Binary("trees-stumps", () => Cat("A", "B"), () => Boosted(options => options.NumberOfLeaves = 2));
        yield return Binary("trees-deep", () => Cat("A", "B", "C", "VN", "V"), () => Boosted(options => (options.NumberOfLeaves, options.MinimumExampleCountPerLeaf, options.NumberOfTrees) = (40, 1, 8)));
        yield return Binary("trees-shrunk", () => Cat(Missing), () => Boosted(options => (options.LearningRate, options.Shrinkage, options.DropoutRate) = (0.4, 0.5, 0.3)));
        yield return Binary("trees-few-bins", () => Cat(Missing), () => Boosted(options => (options.MaximumBinCountPerFeature, options.FeatureFraction) = (8, 0.5)));
        yield return Binary("trees-unbalanced", () => Cat(Missing), () => Boosted(options => (options.UnbalancedSets, options.BestStepRankingRegressionTrees) = (true, true)));
        yield return Binary("forest", () => Cat(Missing), () => B.Trainers.FastForest(ForestOptions()));
        yield return Binary(
            "forest-categorical",
            () => Hot("U", "T"),
            () => Cat("A", "B", "U", "T"),
            () =>
            {
                FastForestBinaryTrainer.Options options = ForestOptions();
                (options.CategoricalSplit, options.MinimumExampleCountPerLeaf) = (true, 3);
                return B.Trainers.FastForest(options);
            });
        yield return Regression("trees-regression", () => Cat(Missing), () => R.Trainers.FastTree(new FastTreeRegressionTrainer.Options { LabelColumnName = "Y", NumberOfTrees = 15, NumberOfThreads = 1, NumberOfLeaves = 7 }));
        yield return Regression("forest-regression", () => Cat(Missing), () => R.Trainers.FastForest(new FastForestRegressionTrainer.Options { LabelColumnName = "Y", NumberOfTrees = 15, NumberOfThreads = 1, NumberOfLeaves = 7 }));
        yield return Regression("trees-tweedie", () => Cat(Missing), () => R.Trainers.FastTreeTweedie(new FastTreeTweedieTrainer.Options { LabelColumnName = "Count", NumberOfTrees = 15, NumberOfThreads = 1, NumberOfLeaves = 7 }));
        yield return Regression("gam-regression", () => Cat(Missing), () => R.Trainers.Gam(new GamRegressionTrainer.Options { LabelColumnName = "Y", NumberOfIterations = 40, NumberOfThreads = 1, MaximumBinCountPerFeature = 24 }));
        yield return Regression(
            "trees-ranking",
            () => T.Conversion.MapValueToKey("GK", "G"),
            () => Cat("A", "B", "C", "V"),
            () => Context.Ranking.Trainers.FastTree(new FastTreeRankingTrainer.Options { LabelColumnName = "Rel", RowGroupColumnName = "GK", NumberOfThreads = 1, NumberOfTrees = 10, NumberOfLeaves = 8 }));
    }

    private Estimator Boosted(Action<FastTreeBinaryTrainer.Options> change)
    {
        FastTreeBinaryTrainer.Options options = TreeOptions();
        change(options);
        return B.Trainers.FastTree(options);
    }
}
