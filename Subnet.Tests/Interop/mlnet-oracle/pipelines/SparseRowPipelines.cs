using Microsoft.ML;
using Microsoft.ML.Trainers;
using Microsoft.ML.Trainers.FastTree;
using Microsoft.ML.Transforms;

namespace MlNetOracle;

using Estimator = IEstimator<ITransformer>;
using HotKind = OneHotEncodingEstimator.OutputKind;
using Replace = MissingValueReplacingEstimator.ReplacementMode;

/// <summary>What depends on which entries of a row are explicit: the distribution and the bins without a fixed zero, after all that may change it.</summary>
internal sealed class SparseRowPipelines(MLContext context) : PipelineGroup(context)
{
    public override IEnumerable<Pipeline> Pipelines()
    {
        yield return Cdf("sparse-minmax-cdf", () => SparseFeatures(), () => T.NormalizeMinMax("Features", fixZero: false));
        yield return Cdf("sparse-replace-cdf", () => SparseFeatures(), () => T.ReplaceMissingValues("Features"));
        yield return Cdf("sparse-replace-missing-cdf", () => SparseFeatures("A"), () => T.ReplaceMissingValues("Features"));
        yield return Cdf("sparse-replace-mode-cdf", () => SparseFeatures("C"), () => T.ReplaceMissingValues("Features", replacementMode: Replace.Mode));
        yield return Cdf("sparse-drop-cdf", () => SparseFeatures(), () => T.FeatureSelection.SelectFeaturesBasedOnCount("Features", "Features", 32));
        yield return Cdf("sparse-hash-cdf", () => T.Categorical.OneHotHashEncoding("U", "U", HotKind.Bag, 4), () => T.Categorical.OneHotHashEncoding("VT", "VT", HotKind.Bag, 4), () => Cat("U", "VT"));
        yield return Cdf("sparse-keybin-cdf", () => T.Conversion.MapValueToKey("U"), () => T.Conversion.MapKeyToBinaryVector("U"), () => Cat("U", "D"));
        yield return Cdf("sparse-copied-cdf", () => SparseFeatures(), () => T.CopyColumns("Two", "Features"), () => T.Concatenate("Features", "Two", "E"));
        yield return Cdf("sparse-robust-cdf", () => SparseFeatures(), () => T.NormalizeMeanVariance("Features", fixZero: true));
        yield return Cdf("sparse-logmv-cdf", () => SparseFeatures(), () => T.NormalizeLogMeanVariance("Features", fixZero: true, useCdf: false));
        yield return Cdf("dense-half-cdf", () => Hot("O"), () => Cat("O", "D"));
        yield return Cdf("dense-just-over-half-cdf", () => Hot("U16"), () => Cat("U16", "D", "E"));
        yield return Binary(
            "sparse-indicator-cdf",
            () => SparseFeatures("A"),
            () => T.IndicateMissingValues("I", "Features"),
            () => Single("I"),
            () => T.NormalizeMeanVariance("I", useCdf: true),
            () => T.Concatenate("Features", "I"),
            () => Logistic());
        yield return Binary("sparse-drop-replace-bin", () => SparseFeatures("A"), () => T.FeatureSelection.SelectFeaturesBasedOnCount("Features", "Features", 32), () => T.ReplaceMissingValues("Features"), () => T.NormalizeBinning("Features", fixZero: false), () => Logistic());
        yield return Binary(
            "sparse-bag-wide-cdf",
            () => T.Concatenate("W", "U", "T", "VT", "TN", "M", "U", "T"),
            () => T.Categorical.OneHotEncoding("W", "W", HotKind.Bag),
            () => T.NormalizeMeanVariance("W", useCdf: true),
            () => Cat("W"),
            () => Logistic());
        yield return Binary(
            "sparse-bag-bin-cdf",
            () => T.Concatenate("W", "T", "VT"),
            () => T.Categorical.OneHotEncoding("W", "W", HotKind.Bag),
            () => T.NormalizeBinning("W", fixZero: false),
            () => Cat("W", "D"),
            () => T.NormalizeMeanVariance("Features", useCdf: true),
            () => Logistic());
        yield return Binary("sparse-bag-of-bits-cdf", () => T.Categorical.OneHotEncoding("W", "VB", HotKind.Bag), () => T.NormalizeMeanVariance("W", useCdf: true), () => Cat("W"), () => Logistic());
        yield return Binary(
            "sparse-many-normalisers",
            () => Hot("T"),
            () => T.NormalizeMeanVariance("T", useCdf: true),
            () => Cat("T", "D"),
            () => T.NormalizeBinning("Features", fixZero: false),
            () => T.NormalizeMinMax("Features", fixZero: false),
            () => T.NormalizeMeanVariance("Features", useCdf: true),
            () => Logistic());
        yield return Binary("sparse-supervised-bin", () => SparseFeatures(), () => T.NormalizeSupervisedBinning("Features", "Features", "Label", fixZero: false, mininimumExamplesPerBin: 3), () => Logistic());
        yield return Binary("sparse-cdf-trees", () => SparseFeatures(), () => T.NormalizeMeanVariance("Features", useCdf: true), () => Trees());
        yield return Binary("sparse-bin-gam", () => Hot("T"), () => Cat("T", "D"), () => T.NormalizeBinning("Features", fixZero: false), () => B.Trainers.Gam(new GamBinaryTrainer.Options { NumberOfIterations = 30, NumberOfThreads = 1 }));
    }

    private Pipeline Cdf(string name, params Func<Estimator>[] steps) =>
        Binary(name, [.. steps, () => T.NormalizeMeanVariance("Features", useCdf: true), () => Logistic()]);
}
