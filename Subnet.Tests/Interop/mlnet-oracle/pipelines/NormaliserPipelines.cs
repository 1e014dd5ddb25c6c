using Microsoft.ML;
using Microsoft.ML.Trainers;
using Microsoft.ML.Trainers.FastTree;

namespace MlNetOracle;

using Estimator = IEstimator<ITransformer>;

/// <summary>Every normaliser, over scalars and vectors, with and without a fixed zero, and over missing values in front of trees.</summary>
internal sealed class NormaliserPipelines(MLContext context) : PipelineGroup(context)
{
    private const long Most = 1_000_000;

    public override IEnumerable<Pipeline> Pipelines()
    {
        foreach (bool vector in (bool[])[true, false])
        {
            Estimator Normal(Func<string, Estimator> of) =>
                vector ? Chain(Features(), of("Features")) : Chain([Impute(), .. Numbers.Select(of), Cat(Numbers)]);
            string shape = vector ? "vector" : "scalar";
            foreach (bool zero in (bool[])[true, false])
            {
                string tag = zero ? $"{shape}-fixed-zero" : shape;
                yield return Binary($"minmax-{tag}", () => Normal(c => T.NormalizeMinMax(c, c, Most, zero)), () => Logistic());
                yield return Binary($"meanvar-{tag}", () => Normal(c => T.NormalizeMeanVariance(c, c, Most, zero, false)), () => Logistic());
                yield return Binary($"meanvar-cdf-{tag}", () => Normal(c => T.NormalizeMeanVariance(c, c, Most, zero, true)), () => Logistic());
                yield return Binary($"logmv-{tag}", () => Normal(c => T.NormalizeLogMeanVariance(c, zero, c, Most, false)), () => Logistic());
                yield return Binary($"logmv-cdf-{tag}", () => Normal(c => T.NormalizeLogMeanVariance(c, zero, c, Most, true)), () => Logistic());
                yield return Binary($"bin-{tag}", () => Normal(c => T.NormalizeBinning(c, c, Most, zero, 12)), () => Logistic());
                yield return Binary($"supervised-bin-{tag}", () => Normal(c => T.NormalizeSupervisedBinning(c, c, "Label", Most, zero, 30, 5)), () => Logistic());

                // A constant has no spread for this one to divide by.
                string[] spread = [.. Numbers.Where(column => column is not "Cons" and not "D")];
                yield return Binary(
                    $"robust-{tag}",
                    () => Impute(),
                    () => vector
                        ? Chain(Cat(spread), T.NormalizeRobustScaling("Features", centerData: zero))
                        : Chain([.. spread.Select(column => T.NormalizeRobustScaling(column, centerData: zero)), Cat(spread)]),
                    () => Logistic());
            }
        }

        (string Name, Func<string, Estimator> Of)[] raw =
        [
            ("minmax", c => T.NormalizeMinMax(c)),
            ("meanvar", c => T.NormalizeMeanVariance(c)),
            ("cdf", c => T.NormalizeMeanVariance(c, useCdf: true)),
            ("bin-fixed-zero", c => T.NormalizeBinning(c)),
            ("bin", c => T.NormalizeBinning(c, fixZero: false)),
            ("logmv", c => T.NormalizeLogMeanVariance(c)),
        ];
        string[] missing = ["A", "B", "C", "VN"];
        foreach ((string name, Func<string, Estimator> of) in raw)
        {
            yield return Binary($"missing-{name}-vector-trees", () => Cat(missing), () => of("Features"), () => Trees());
            yield return Binary($"missing-{name}-scalar-trees", () => Chain(missing.Select(of)), () => Cat(missing), () => Trees());
            yield return Binary($"missing-{name}-vector-gam", () => Cat(missing), () => of("Features"), () => Gam());
            yield return Binary($"missing-{name}-scalar-gam", () => Chain(missing.Select(of)), () => Cat(missing), () => Gam());
        }

        yield return Binary("one-column-is-the-vector", () => T.NormalizeMeanVariance("V"), () => B.Trainers.LbfgsLogisticRegression("Label", "V"));
        yield return Binary("vector-cdf-then-concat", () => T.NormalizeMeanVariance("V", useCdf: true), () => Cat("V", "D"), () => Logistic());
        yield return Binary("normalised-twice", () => ScaledFeatures(), () => T.NormalizeMeanVariance("Features", useCdf: true), () => T.NormalizeBinning("Features"), () => Logistic());
        yield return Binary("bin-two", () => Features(), () => T.NormalizeBinning("Features", maximumBinCount: 2), () => Logistic());
        yield return Binary("bin-many", () => Features(), () => T.NormalizeBinning("Features", fixZero: false, maximumBinCount: 1024), () => Logistic());
        yield return Binary("minmax-few-examples", () => Features(), () => T.NormalizeMinMax("Features", "Features", maximumExampleCount: 20, fixZero: false), () => Logistic());
    }

    private Estimator Gam() => B.Trainers.Gam(new GamBinaryTrainer.Options { NumberOfIterations = 40, NumberOfThreads = 1, MaximumBinCountPerFeature = 24 });
}
