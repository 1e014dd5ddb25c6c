using Microsoft.ML;
using Microsoft.ML.Trainers;
using Microsoft.ML.Trainers.LightGbm;

namespace MlNetOracle;

/// <summary>LightGBM's trees for each task, with each rule for missing values, zeros and categories.</summary>
internal sealed class LightGbmPipelines(MLContext context) : PipelineGroup(context)
{
    public override IEnumerable<Pipeline> Pipelines()
    {
        foreach (bool handle in (bool[])[true, false])
        {
            foreach (bool zero in (bool[])[true, false])
            {
                foreach (bool categories in (bool[])[true, false])
                {
                    string tag = (handle ? "-missing" : "") + (zero ? "-zero-is-missing" : "") + (categories ? "-categorical" : "");
                    yield return Binary(
                        $"lightgbm-binary{tag}",
                        () => Hot("U", "T"),
                        () => Cat("A", "B", "C", "VN", "V", "U", "T"),
                        () => B.Trainers.LightGbm(new LightGbmBinaryTrainer.Options
                        {
                            NumberOfThreads = 1, NumberOfIterations = 10, NumberOfLeaves = 8, MinimumExampleCountPerLeaf = 5, Seed = 1,
                            HandleMissingValue = handle, UseZeroAsMissingValue = zero, UseCategoricalSplit = categories, MinimumExampleCountPerGroup = 5,
                        }));
                    yield return Regression(
                        $"lightgbm-regression{tag}",
                        () => Hot("U"),
                        () => Cat("A", "B", "C", "VN", "V", "U"),
                        () => R.Trainers.LightGbm(new LightGbmRegressionTrainer.Options
                        {
                            LabelColumnName = "Y", NumberOfThreads = 1, NumberOfIterations = 10, NumberOfLeaves = 8, MinimumExampleCountPerLeaf = 5, Seed = 1,
                            HandleMissingValue = handle, UseZeroAsMissingValue = zero, UseCategoricalSplit = categories,
                        }));
                }
            }
        }

        foreach (bool softmax in (bool[])[true, false])
        {
            foreach (string label in (string[])["M", "MF", "MI"])
            {
                yield return Multiclass(
                    $"lightgbm-classes{(softmax ? "-softmax" : "")}-{label}",
                    () => T.Conversion.MapValueToKey("L", label),
                    () => Cat("A", "B", "C", "VN", "V"),
                    () => M.Trainers.LightGbm(new LightGbmMulticlassTrainer.Options
                    {
                        LabelColumnName = "L", NumberOfThreads = 1, NumberOfIterations = 6, NumberOfLeaves = 5, UseSoftmax = softmax, MinimumExampleCountPerLeaf = 5, Seed = 1,
                    }),
                    () => Back());
            }
        }

        yield return Regression(
            "lightgbm-ranking",
            () => T.Conversion.MapValueToKey("GK", "G"),
            () => Cat("A", "B", "C", "V"),
            () => Context.Ranking.Trainers.LightGbm(new LightGbmRankingTrainer.Options { LabelColumnName = "Rel", RowGroupColumnName = "GK", NumberOfThreads = 1, NumberOfIterations = 6, NumberOfLeaves = 8, Seed = 1 }));
        yield return Boosted("dart", new DartBooster.Options { TreeDropFraction = 0.3 });
        yield return Boosted("goss", new GossBooster.Options());
        yield return Boosted("gradient-regularised", new GradientBooster.Options { MaximumTreeDepth = 3, L1Regularization = 0.2, L2Regularization = 2, SubsampleFraction = 0.7, SubsampleFrequency = 1 });
    }

    private Pipeline Boosted(string name, BoosterParameterBase.OptionsBase booster) => Binary(
        $"lightgbm-{name}",
        () => Cat("A", "B", "C", "VN", "V"),
        () => B.Trainers.LightGbm(new LightGbmBinaryTrainer.Options { NumberOfThreads = 1, NumberOfIterations = 10, NumberOfLeaves = 8, MinimumExampleCountPerLeaf = 5, Seed = 1, Booster = booster, Sigmoid = 0.7 }));
}
