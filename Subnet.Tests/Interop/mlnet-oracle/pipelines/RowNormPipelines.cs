using Microsoft.ML;
using Microsoft.ML.Transforms;

namespace MlNetOracle;

/// <summary>Rows divided by their norm, dense and sparse, with the mean and without.</summary>
internal sealed class RowNormPipelines(MLContext context) : PipelineGroup(context)
{
    public override IEnumerable<Pipeline> Pipelines()
    {
        foreach (bool mean in (bool[])[true, false])
        {
            string tag = mean ? "-centred" : "";
            foreach (LpNormNormalizingEstimatorBase.NormFunction norm in Enum.GetValues<LpNormNormalizingEstimatorBase.NormFunction>())
            {

                // Whether ML.NET's largest entry passes over a missing one depends on the lane of a register that it falls into.
                yield return Binary(
                    $"norm-{norm}{tag}",
                    () => Chain(norm == LpNormNormalizingEstimatorBase.NormFunction.Infinity ? [T.ReplaceMissingValues("V"), Features()] : [Features()]),
                    () => T.NormalizeLpNorm("Features", "Features", norm, mean),
                    () => Logistic());
                yield return Binary(
                    $"norm-{norm}{tag}-onehot",
                    () => Impute(),
                    () => T.NormalizeMinMax("A"),
                    () => SparseFeatures("A"),
                    () => T.NormalizeLpNorm("Features", "Features", norm, mean),
                    () => Logistic());
            }

            foreach (bool unit in (bool[])[true, false])
            {
                string kind = unit ? "-unit" : "";
                yield return Binary($"contrast{tag}{kind}", () => Features(), () => T.NormalizeGlobalContrast("Features", "Features", mean, unit, 2.5f), () => Logistic());
                yield return Binary($"contrast{tag}{kind}-onehot", () => SparseFeatures(), () => T.NormalizeGlobalContrast("Features", "Features", mean, unit), () => Logistic());
            }
        }

        yield return Binary("norm-default", () => Cat("V"), () => T.NormalizeLpNorm("Features"), () => Logistic());
        yield return Binary("norm-then-cdf", () => SparseFeatures(), () => T.NormalizeLpNorm("Features"), () => T.NormalizeMeanVariance("Features", useCdf: true), () => Logistic());
        yield return Binary("contrast-then-cdf", () => SparseFeatures(), () => T.NormalizeGlobalContrast("Features"), () => T.NormalizeMeanVariance("Features", useCdf: true), () => Logistic());
        yield return Binary("norm-then-trees", () => Cat("V"), () => T.NormalizeLpNorm("Features"), () => Trees());
    }
}
