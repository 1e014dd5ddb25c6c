using Microsoft.ML;
using Microsoft.ML.Trainers;

namespace MlNetOracle;

/// <summary>Linear models of a number.</summary>
internal sealed class RegressionPipelines(MLContext context) : PipelineGroup(context)
{
    public override IEnumerable<Pipeline> Pipelines()
    {
        yield return Regression("regression-sdca", () => ScaledFeatures(), () => R.Trainers.Sdca(new SdcaRegressionTrainer.Options { LabelColumnName = "Y", NumberOfThreads = 1 }));
        yield return Regression("regression-sdca-sparse", () => ScaledFeatures(), () => R.Trainers.Sdca(new SdcaRegressionTrainer.Options { LabelColumnName = "Y", NumberOfThreads = 1, L1Regularization = 0.5f }));
        yield return Regression("regression-descent", () => ScaledFeatures(), () => R.Trainers.OnlineGradientDescent("Y"));
        yield return Regression("regression-descent-averaged", () => ScaledFeatures(), () => R.Trainers.OnlineGradientDescent(new OnlineGradientDescentTrainer.Options { LabelColumnName = "Y", RecencyGain = 0.1f, LazyUpdate = false }));
        yield return Regression("regression-poisson", () => ScaledFeatures(), () => R.Trainers.LbfgsPoissonRegression(new LbfgsPoissonRegressionTrainer.Options { LabelColumnName = "Count", NumberOfThreads = 1 }));
        yield return Regression("regression-poisson-sparse-missing", () => Cat("E", "D", "V"), () => R.Trainers.LbfgsPoissonRegression(new LbfgsPoissonRegressionTrainer.Options { LabelColumnName = "Count", NumberOfThreads = 1, L1Regularization = 4 }));
        yield return Regression("regression-score-copied", () => ScaledFeatures(), () => R.Trainers.OnlineGradientDescent("Y"), () => T.CopyColumns("Predicted", "Score"));
    }
}
