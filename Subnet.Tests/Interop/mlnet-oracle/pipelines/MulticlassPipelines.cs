using Microsoft.ML;
using Microsoft.ML.Calibrators;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using Microsoft.ML.Trainers.FastTree;
using Microsoft.ML.Trainers.LightGbm;
using Microsoft.ML.Transforms;

namespace MlNetOracle;

using Estimator = IEstimator<ITransformer>;

/// <summary>Classes: each trainer over text labels, and labels of each type with three of them.</summary>
internal sealed class MulticlassPipelines(MLContext context) : PipelineGroup(context)
{
    public override IEnumerable<Pipeline> Pipelines()
    {
        foreach (string label in (string[])["M", "MF", "MI", "O"])
        {
            yield return Classes("lbfgs", label, () => ScaledFeatures(), () => Softmax(0.5f));
            yield return Classes("bayes", label, () => ScaledFeatures(), () => M.Trainers.NaiveBayes("L"));
            yield return Classes("each-logistic", label, () => ScaledFeatures(), () => M.Trainers.OneVersusAll(Short(), "L"));
            yield return Classes("pairs-trees", label, () => Cat("A", "B", "C", "VN"), () => M.Trainers.PairwiseCoupling(SmallTrees(), "L"));
        }

        yield return Classes("lbfgs-dense", "M", () => ScaledFeatures(), () => Softmax(0));
        yield return Classes("lbfgs-sparse-missing", "M", () => Cat("E", "D", "V"), () => Softmax(4));
        yield return Classes("lbfgs-dense-missing", "M", () => Cat("E", "D", "V"), () => Softmax(0));
        yield return Classes("lbfgs-onehot", "M", () => SparseFeatures("A"), () => Softmax(3));
        yield return Classes("sdca", "M", () => ScaledFeatures(), () => M.Trainers.SdcaMaximumEntropy(new SdcaMaximumEntropyMulticlassTrainer.Options { LabelColumnName = "L", NumberOfThreads = 1 }));
        yield return Classes("sdca-hinge", "M", () => ScaledFeatures(), () => M.Trainers.SdcaNonCalibrated(new SdcaNonCalibratedMulticlassTrainer.Options { LabelColumnName = "L", NumberOfThreads = 1, L1Regularization = 0.5f }));
        yield return Classes("bayes-raw", "M", () => Cat("A", "B", "C", "VN", "V"), () => M.Trainers.NaiveBayes("L"));
        yield return Classes("each-logistic-scores", "M", () => ScaledFeatures(), () => M.Trainers.OneVersusAll(Short(), "L", useProbabilities: false));
        yield return Classes("each-perceptron", "M", () => ScaledFeatures(), () => M.Trainers.OneVersusAll(B.Trainers.AveragedPerceptron(), "L"));
        yield return Classes("each-perceptron-scores", "M", () => ScaledFeatures(), () => M.Trainers.OneVersusAll(B.Trainers.AveragedPerceptron(), "L", useProbabilities: false));
        yield return Classes("each-perceptron-isotonic", "M", () => ScaledFeatures(), () => M.Trainers.OneVersusAll(B.Trainers.AveragedPerceptron(), "L", false, B.Calibrators.Isotonic() as IEstimator<ISingleFeaturePredictionTransformer<ICalibrator>>));
        yield return Classes("each-perceptron-naive", "M", () => ScaledFeatures(), () => M.Trainers.OneVersusAll(B.Trainers.AveragedPerceptron(), "L", false, B.Calibrators.Naive() as IEstimator<ISingleFeaturePredictionTransformer<ICalibrator>>));
        yield return Classes("each-svm", "M", () => ScaledFeatures(), () => M.Trainers.OneVersusAll(B.Trainers.LinearSvm(), "L"));
        yield return Classes("each-trees", "M", () => Cat("A", "B", "C", "VN", "V"), () => M.Trainers.OneVersusAll(SmallTrees(), "L"));
        yield return Classes("each-trees-scores", "M", () => Cat("A", "B", "C", "VN", "V"), () => M.Trainers.OneVersusAll(SmallTrees(), "L", useProbabilities: false));
        yield return Classes("each-forest", "M", () => Cat("A", "B", "C", "VN", "V"), () => M.Trainers.OneVersusAll(B.Trainers.FastForest(new FastForestBinaryTrainer.Options { NumberOfThreads = 1, NumberOfTrees = 6, NumberOfLeaves = 6 }), "L"));
        yield return Classes("each-gam", "M", () => Cat("A", "B", "C", "VN"), () => M.Trainers.OneVersusAll(B.Trainers.Gam(new GamBinaryTrainer.Options { NumberOfIterations = 20, NumberOfThreads = 1, MaximumBinCountPerFeature = 12 }), "L"));
        yield return Classes("each-lightgbm", "M", () => Cat("A", "V", "VN"), () => M.Trainers.OneVersusAll(B.Trainers.LightGbm(new LightGbmBinaryTrainer.Options { NumberOfThreads = 1, NumberOfIterations = 5, NumberOfLeaves = 6, Seed = 1 }), "L"));
        yield return Classes("pairs-logistic", "M", () => ScaledFeatures(), () => M.Trainers.PairwiseCoupling(Short(), "L"));
        yield return Classes("pairs-perceptron", "M", () => ScaledFeatures(), () => M.Trainers.PairwiseCoupling(B.Trainers.AveragedPerceptron(), "L"));
        yield return Classes("label-double", "DB", () => ScaledFeatures(), () => M.Trainers.NaiveBayes("L"));
        yield return Classes("label-int64", "I64", () => ScaledFeatures(), () => M.Trainers.NaiveBayes("L"));
        yield return Classes("label-byte", "U8", () => ScaledFeatures(), () => Softmax(0.5f));
        foreach (string label in (string[])["O", "DB", "MF"])
        {
            yield return Multiclass(
                $"classes-label-as-text-{label}", () => T.Conversion.MapValueToKey("L", label, addKeyValueAnnotationsAsText: true), () => ScaledFeatures(), () => M.Trainers.NaiveBayes("L"), () => Back());
        }

        yield return Multiclass("classes-label-stays-key", () => T.Conversion.MapValueToKey("L", "M"), () => ScaledFeatures(), () => Softmax(0.5f));
        yield return Multiclass("classes-label-in-place", () => T.Conversion.MapValueToKey("M"), () => ScaledFeatures(), () => M.Trainers.LbfgsMaximumEntropy("M"), () => Back());
        yield return Multiclass(
            "classes-label-by-value",
            () => T.Conversion.MapValueToKey("L", "M", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue),
            () => ScaledFeatures(),
            () => Softmax(0.5f),
            () => Back());
    }

    private Pipeline Classes(string name, string label, params Func<Estimator>[] steps) =>
        Multiclass($"classes-{name}-{label}", [() => T.Conversion.MapValueToKey("L", label), .. steps, () => Back()]);

    private Estimator Softmax(float l1) => M.Trainers.LbfgsMaximumEntropy(
        new LbfgsMaximumEntropyMulticlassTrainer.Options { LabelColumnName = "L", NumberOfThreads = 1, MaximumNumberOfIterations = 20, L1Regularization = l1 });

    private LbfgsLogisticRegressionBinaryTrainer Short() =>
        B.Trainers.LbfgsLogisticRegression(new LbfgsLogisticRegressionBinaryTrainer.Options { NumberOfThreads = 1, MaximumNumberOfIterations = 10 });

    private FastTreeBinaryTrainer SmallTrees() =>
        B.Trainers.FastTree(new FastTreeBinaryTrainer.Options { NumberOfThreads = 1, NumberOfTrees = 4, NumberOfLeaves = 5, MinimumExampleCountPerLeaf = 5 });
}
