using Microsoft.ML;
using Microsoft.ML.Trainers;
using Microsoft.ML.Trainers.FastTree;

namespace MlNetOracle;

/// <summary>Every trainer of a yes or no that is not of trees.</summary>
internal sealed class BinaryPipelines(MLContext context) : PipelineGroup(context)
{
    public override IEnumerable<Pipeline> Pipelines()
    {
        yield return Binary("binary-lbfgs", () => ScaledFeatures(), () => Logistic());
        yield return Binary("binary-sgd", () => ScaledFeatures(), () => B.Trainers.SgdCalibrated(new SgdCalibratedTrainer.Options { NumberOfThreads = 1 }));
        yield return Binary("binary-sgd-uncalibrated", () => ScaledFeatures(), () => B.Trainers.SgdNonCalibrated(new SgdNonCalibratedTrainer.Options { NumberOfThreads = 1 }));
        yield return Binary("binary-sgd-smooth-hinge", () => ScaledFeatures(), () => B.Trainers.SgdNonCalibrated(new SgdNonCalibratedTrainer.Options { NumberOfThreads = 1, LossFunction = new SmoothedHingeLoss() }));
        yield return Binary("binary-sdca", () => ScaledFeatures(), () => B.Trainers.SdcaLogisticRegression(new SdcaLogisticRegressionBinaryTrainer.Options { NumberOfThreads = 1 }));
        yield return Binary("binary-sdca-hinge", () => ScaledFeatures(), () => B.Trainers.SdcaNonCalibrated(new SdcaNonCalibratedBinaryTrainer.Options { NumberOfThreads = 1, LossFunction = new HingeLoss() }));
        yield return Binary("binary-sdca-sparse", () => ScaledFeatures(), () => B.Trainers.SdcaLogisticRegression(new SdcaLogisticRegressionBinaryTrainer.Options { NumberOfThreads = 1, L1Regularization = 0.4f }));
        yield return Binary("binary-perceptron", () => ScaledFeatures(), () => B.Trainers.AveragedPerceptron());
        yield return Binary("binary-svm", () => ScaledFeatures(), () => B.Trainers.LinearSvm());
        yield return Binary("binary-prior", () => ScaledFeatures(), () => B.Trainers.Prior());
        foreach (int depth in (int[])[1, 3])
        {
            foreach (bool bias in (bool[])[true, false])
            {
                yield return Binary(
                    $"binary-deep-svm-{depth}{(bias ? "" : "-no-bias")}",
                    () => ScaledFeatures(),
                    () => B.Trainers.LdSvm(new LdSvmTrainer.Options { TreeDepth = depth, UseBias = bias, NumberOfIterations = 800 }));
            }
        }

        yield return Binary("binary-gam-missing", () => Cat("A", "B", "C", "D", "VN"), () => B.Trainers.Gam(new GamBinaryTrainer.Options { NumberOfIterations = 60, NumberOfThreads = 1, MaximumBinCountPerFeature = 16 }));
        yield return Binary("binary-gam-imputed", () => Features(), () => B.Trainers.Gam(new GamBinaryTrainer.Options { NumberOfIterations = 60, NumberOfThreads = 1, MaximumBinCountPerFeature = 32 }));
        yield return Binary("binary-weighted", () => ScaledFeatures(), () => B.Trainers.LbfgsLogisticRegression(new LbfgsLogisticRegressionBinaryTrainer.Options { NumberOfThreads = 1, ExampleWeightColumnName = "E", HistorySize = 5 }));
    }
}
