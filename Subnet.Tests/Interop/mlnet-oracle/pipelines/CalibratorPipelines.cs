using Microsoft.ML;
using Microsoft.ML.Trainers;
using Microsoft.ML.Trainers.FastTree;

namespace MlNetOracle;

using Estimator = IEstimator<ITransformer>;

/// <summary>Every calibrator after several scores, as a step of its own.</summary>
internal sealed class CalibratorPipelines(MLContext context) : PipelineGroup(context)
{
    public override IEnumerable<Pipeline> Pipelines()
    {
        (string Name, Func<Estimator> Make)[] calibrators =
        [
            ("platt", () => B.Calibrators.Platt()),
            ("isotonic", () => B.Calibrators.Isotonic()),
            ("naive", () => B.Calibrators.Naive()),
            ("fixed-platt", () => B.Calibrators.Platt(slope: -0.7, offset: 0.2)),
        ];
        foreach ((string name, Func<Estimator> calibrator) in calibrators)
        {
            yield return Binary($"calibrated-{name}-perceptron", () => ScaledFeatures(), () => B.Trainers.AveragedPerceptron(), calibrator);
            yield return Binary($"calibrated-{name}-forest", () => Cat("A", "B", "C", "VN"), () => B.Trainers.FastForest(ForestOptions()), calibrator);
            yield return Binary($"calibrated-{name}-deep-svm", () => ScaledFeatures(), () => B.Trainers.LdSvm(new LdSvmTrainer.Options { NumberOfIterations = 800 }), calibrator);
            yield return Binary($"calibrated-{name}-logistic", () => ScaledFeatures(), () => Logistic(), calibrator);
            yield return Binary($"calibrated-{name}-svm", () => ScaledFeatures(), () => B.Trainers.LinearSvm(), calibrator);
        }
    }
}
