using Microsoft.ML;
using Microsoft.ML.Calibrators;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using Microsoft.ML.Trainers.FastTree;
using Microsoft.ML.Trainers.LightGbm;
using Microsoft.ML.Transforms;

namespace MlNetOracle;

using Estimator = IEstimator<ITransformer>;
using HotKind = OneHotEncodingEstimator.OutputKind;
using Replace = MissingValueReplacingEstimator.ReplacementMode;

/// <summary>Pipelines over real tables: data preparation by trainer by calibrator, as a miner puts them together.</summary>
internal static class TableRecipes
{
    /// <summary>Names of the recipes that go with a table.</summary>
    public static IEnumerable<string> Names(RealTable table) => Recipes(table, new MLContext(seed: 1)).Select(recipe => recipe.Pipeline.Name);

    /// <summary>Trains one and writes its case.</summary>
    public static void Write(string folder, RealTable table, string name)
    {
        var context = new MLContext(seed: 1);
        Recipe recipe = Recipes(table, context).Single(recipe => recipe.Pipeline.Name == name);
        CaseWriter.Write(
            Path.Combine(folder, name), context, recipe.Pipeline with { Name = $"{table.Name}-{name}" }, table.Bind(context, recipe.Kinds ?? new Dictionary<string, DataKind>()));
    }

    private static IEnumerable<Recipe> Recipes(RealTable table, MLContext context)
    {
        TransformsCatalog t = context.Transforms;
        Estimator Chain(params IEnumerable<Estimator> steps) => steps.Aggregate(new EstimatorChain<ITransformer>(), (chain, step) => chain.Append(step));
        Estimator Hot(IEnumerable<string> columns, HotKind kind = HotKind.Indicator) => Chain(columns.Select(column => (Estimator)t.Categorical.OneHotEncoding(column, column, kind)));
        Estimator Impute(Replace mode = Replace.Mean, IEnumerable<string>? columns = null) =>
            t.ReplaceMissingValues([.. (columns ?? table.Numbers).Select(column => new InputOutputColumnPair(column))], mode);
        Estimator Joined() => t.Concatenate("Features", [.. table.Numbers, .. table.Words]);

        // How columns become features. Words are always coded.
        Estimator Plain() => Chain(Impute(), Hot(table.Words), Joined());
        Estimator Raw() => Chain(Hot(table.Words), Joined());
        Estimator Coded(HotKind kind) => Chain(Impute(), Hot([.. table.Codes, .. table.Words], kind), Joined());
        Estimator Scaled() => Chain(Plain(), t.NormalizeMeanVariance("Features"));
        (string Name, Func<Estimator> Make)[] preparations =
        [
            ("minmax", () => Chain(Plain(), t.NormalizeMinMax("Features"))),
            ("minmax-free", () => Chain(Plain(), t.NormalizeMinMax("Features", fixZero: false))),
            ("meanvar", () => Scaled()),
            ("meanvar-free", () => Chain(Plain(), t.NormalizeMeanVariance("Features", fixZero: false))),
            ("cdf", () => Chain(Plain(), t.NormalizeMeanVariance("Features", useCdf: true))),
            ("logmv", () => Chain(Plain(), t.NormalizeLogMeanVariance("Features", useCdf: false))),
            ("logmv-cdf", () => Chain(Plain(), t.NormalizeLogMeanVariance("Features", useCdf: true))),
            ("bin", () => Chain(Plain(), t.NormalizeBinning("Features", maximumBinCount: 16))),
            ("bin-free", () => Chain(Plain(), t.NormalizeBinning("Features", fixZero: false, maximumBinCount: 16))),

            // Numbers alone: ML.NET's own scaler fails on a sparse row.
            ("robust", () => Chain(Impute(), t.Concatenate("N", table.Numbers), t.NormalizeRobustScaling("N", centerData: false), Hot(table.Words), t.Concatenate("Features", ["N", .. table.Words]))),
            ("norm", () => Chain(Plain(), t.NormalizeLpNorm("Features"))),
            ("contrast", () => Chain(Plain(), t.NormalizeGlobalContrast("Features"))),
            ("scalar-minmax", () => Chain([Impute(), .. table.Numbers.Select(column => t.NormalizeMinMax(column)), Hot(table.Words), Joined()])),
            ("codes", () => Chain(Coded(HotKind.Indicator), t.NormalizeMinMax("Features"))),
            ("codes-cdf", () => Chain(Coded(HotKind.Indicator), t.NormalizeMeanVariance("Features", useCdf: true))),
            ("codes-bin", () => Chain(Coded(HotKind.Bag), t.NormalizeBinning("Features", fixZero: false))),
            ("codes-binary", () => Chain(Coded(HotKind.Binary), t.NormalizeMinMax("Features"))),
            ("mode", () => Chain(Impute(Replace.Mode), Hot(table.Words), Joined(), t.NormalizeMinMax("Features"))),
            ("maximum", () => Chain(Impute(Replace.Maximum), Hot(table.Words), Joined(), t.NormalizeMinMax("Features"))),
            ("indicators", () => Chain(
                t.IndicateMissingValues([.. table.Numbers.Select(column => new InputOutputColumnPair($"{column}?", column))]),
                t.Conversion.ConvertType([.. table.Numbers.Select(column => new InputOutputColumnPair($"{column}?"))]),
                Impute(Replace.Minimum),
                Hot(table.Words),
                t.Concatenate("Features", [.. table.Numbers, .. table.Words, .. table.Numbers.Select(column => $"{column}?")]),
                t.NormalizeMinMax("Features"))),
            ("vector-imputed", () => Chain(t.Concatenate("N", table.Numbers), t.ReplaceMissingValues("N", imputeBySlot: true), Hot(table.Words), t.Concatenate("Features", ["N", .. table.Words]), t.NormalizeMeanVariance("Features"))),
            ("hashed", () => Chain([Impute(), .. table.Codes.Concat(table.Words).Select(column => t.Categorical.OneHotHashEncoding(column, column, HotKind.Indicator, 4)), Joined(), t.NormalizeMinMax("Features")])),
            ("counted", () => Chain(Coded(HotKind.Indicator), t.FeatureSelection.SelectFeaturesBasedOnCount("Features", "Features", 60), t.NormalizeMinMax("Features"))),
        ];

        return table.Task switch
        {
            "binary" => Binary(),
            "regression" => Regression(),
            _ => Multiclass(),
        };

        Recipe Of(string name, params Func<Estimator>[] steps) => new(new Pipeline(name, table.Task, () => Chain(steps.Select(step => step()))), null);

        IEnumerable<Recipe> Binary()
        {
            BinaryClassificationCatalog.BinaryClassificationTrainers b = context.BinaryClassification.Trainers;
            BinaryClassificationCatalog.CalibratorsCatalog c = context.BinaryClassification.Calibrators;
            string y = table.Label;
            Estimator Logistic(float l1 = 1) => b.LbfgsLogisticRegression(new LbfgsLogisticRegressionBinaryTrainer.Options { LabelColumnName = y, NumberOfThreads = 1, L1Regularization = l1 });
            foreach ((string name, Func<Estimator> make) in preparations)
            {
                yield return Of($"{name}-lbfgs", make, () => Logistic());
            }

            (string Name, Func<Estimator> Make)[] scores =
            [
                ("sdca-hinge", () => b.SdcaNonCalibrated(new SdcaNonCalibratedBinaryTrainer.Options { LabelColumnName = y, NumberOfThreads = 1, LossFunction = new HingeLoss() })),
                ("perceptron", () => b.AveragedPerceptron(y)),
                ("svm", () => b.LinearSvm(y)),
                ("forest", () => b.FastForest(new FastForestBinaryTrainer.Options { LabelColumnName = y, NumberOfThreads = 1, NumberOfTrees = 20, NumberOfLeaves = 12 })),
            ];
            (string Name, Func<Estimator>? Make)[] calibrators = [("", null), ("-platt", () => c.Platt(y)), ("-isotonic", () => c.Isotonic(y)), ("-naive", () => c.Naive(y)), ("-fixed", () => c.Platt(-0.8, 0.1))];
            foreach ((string score, Func<Estimator> trainer) in scores)
            {
                foreach ((string calibrator, Func<Estimator>? make) in calibrators)
                {
                    yield return Of($"{score}{calibrator}", [score == "forest" ? Raw : Scaled, trainer, .. make is null ? Array.Empty<Func<Estimator>>() : [make]]);
                }
            }

            yield return Of("sdca", Scaled, () => b.SdcaLogisticRegression(new SdcaLogisticRegressionBinaryTrainer.Options { LabelColumnName = y, NumberOfThreads = 1 }));
            yield return Of("sgd", Scaled, () => b.SgdCalibrated(new SgdCalibratedTrainer.Options { LabelColumnName = y, NumberOfThreads = 1 }));
            yield return Of("deep-svm", Scaled, () => b.LdSvm(new LdSvmTrainer.Options { LabelColumnName = y, NumberOfIterations = 2000 }));
            yield return Of("lbfgs-sparse", () => Coded(HotKind.Indicator), () => t.NormalizeMeanVariance("Features"), () => Logistic(6));
            yield return Of("lbfgs-dense", Scaled, () => Logistic(0));
            yield return Of("lbfgs-unscaled", Plain, () => Logistic());
            yield return Of("trees-default", Raw, () => b.FastTree(new FastTreeBinaryTrainer.Options { LabelColumnName = y, NumberOfThreads = 1 }));
            yield return Of("trees-small", Raw, () => b.FastTree(new FastTreeBinaryTrainer.Options { LabelColumnName = y, NumberOfThreads = 1, NumberOfTrees = 20, NumberOfLeaves = 8 }));
            yield return Of("trees-imputed", Plain, () => b.FastTree(new FastTreeBinaryTrainer.Options { LabelColumnName = y, NumberOfThreads = 1, NumberOfTrees = 30, NumberOfLeaves = 10 }));
            yield return Of("trees-scaled", Scaled, () => b.FastTree(new FastTreeBinaryTrainer.Options { LabelColumnName = y, NumberOfThreads = 1, NumberOfTrees = 30, NumberOfLeaves = 10 }));
            yield return Of("trees-codes", () => Coded(HotKind.Indicator), () => b.FastTree(new FastTreeBinaryTrainer.Options { LabelColumnName = y, NumberOfThreads = 1, NumberOfTrees = 20, NumberOfLeaves = 8, CategoricalSplit = true }));
            yield return Of("trees-bin", () => Chain(Raw(), t.NormalizeBinning("Features")), () => b.FastTree(new FastTreeBinaryTrainer.Options { LabelColumnName = y, NumberOfThreads = 1, NumberOfTrees = 20, NumberOfLeaves = 8 }));
            yield return Of("gam", Raw, () => b.Gam(new GamBinaryTrainer.Options { LabelColumnName = y, NumberOfThreads = 1, NumberOfIterations = 300 }));
            yield return Of("gam-imputed", Plain, () => b.Gam(new GamBinaryTrainer.Options { LabelColumnName = y, NumberOfThreads = 1, NumberOfIterations = 300, MaximumBinCountPerFeature = 32 }));
            yield return Of("lightgbm", Raw, () => b.LightGbm(new LightGbmBinaryTrainer.Options { LabelColumnName = y, NumberOfThreads = 1, Seed = 1, NumberOfIterations = 30, NumberOfLeaves = 12 }));
            yield return Of("lightgbm-zero-is-missing", Raw, () => b.LightGbm(new LightGbmBinaryTrainer.Options { LabelColumnName = y, NumberOfThreads = 1, Seed = 1, NumberOfIterations = 20, NumberOfLeaves = 8, UseZeroAsMissingValue = true }));
            yield return Of("lightgbm-codes", () => Coded(HotKind.Indicator), () => b.LightGbm(new LightGbmBinaryTrainer.Options { LabelColumnName = y, NumberOfThreads = 1, Seed = 1, NumberOfIterations = 20, NumberOfLeaves = 8, UseCategoricalSplit = true }));
            yield return Of("prior", Scaled, () => b.Prior(y));
            string[] typed = [.. table.Numbers.Where((_, at) => at % 2 == 0)];
            yield return Of(
                "types-double",
                () => t.Conversion.ConvertType([.. typed.Select(column => new InputOutputColumnPair(column))]),
                () => Chain(Plain(), t.NormalizeMinMax("Features")),
                () => Logistic()) with { Kinds = typed.ToDictionary(column => column, _ => DataKind.Double) };
        }

        IEnumerable<Recipe> Regression()
        {
            RegressionCatalog.RegressionTrainers r = context.Regression.Trainers;
            string y = table.Label;
            foreach ((string name, Func<Estimator> make) in preparations)
            {
                yield return Of($"{name}-sdca", make, () => r.Sdca(new SdcaRegressionTrainer.Options { LabelColumnName = y, NumberOfThreads = 1 }));
            }

            yield return Of("descent", Scaled, () => r.OnlineGradientDescent(y));
            yield return Of("poisson", Scaled, () => r.LbfgsPoissonRegression(new LbfgsPoissonRegressionTrainer.Options { LabelColumnName = y, NumberOfThreads = 1 }));
            yield return Of("poisson-codes-cdf", () => Coded(HotKind.Indicator), () => t.NormalizeMeanVariance("Features", useCdf: true), () => r.LbfgsPoissonRegression(new LbfgsPoissonRegressionTrainer.Options { LabelColumnName = y, NumberOfThreads = 1 }));
            yield return Of("trees", Raw, () => r.FastTree(new FastTreeRegressionTrainer.Options { LabelColumnName = y, NumberOfThreads = 1, NumberOfTrees = 40, NumberOfLeaves = 10 }));
            yield return Of("forest", Raw, () => r.FastForest(new FastForestRegressionTrainer.Options { LabelColumnName = y, NumberOfThreads = 1, NumberOfTrees = 20, NumberOfLeaves = 10 }));
            yield return Of("tweedie", Raw, () => r.FastTreeTweedie(new FastTreeTweedieTrainer.Options { LabelColumnName = y, NumberOfThreads = 1, NumberOfTrees = 30, NumberOfLeaves = 8 }));
            yield return Of("gam", Raw, () => r.Gam(new GamRegressionTrainer.Options { LabelColumnName = y, NumberOfThreads = 1, NumberOfIterations = 300 }));
            yield return Of("lightgbm", Raw, () => r.LightGbm(new LightGbmRegressionTrainer.Options { LabelColumnName = y, NumberOfThreads = 1, Seed = 1, NumberOfIterations = 30, NumberOfLeaves = 10 }));
        }

        IEnumerable<Recipe> Multiclass()
        {
            MulticlassClassificationCatalog.MulticlassClassificationTrainers m = context.MulticlassClassification.Trainers;
            BinaryClassificationCatalog b = context.BinaryClassification;
            Recipe Classes(string name, Func<Estimator> make, Func<Estimator> trainer) =>
                Of(name, () => t.Conversion.MapValueToKey("L", table.Label), make, trainer, () => t.Conversion.MapKeyToValue("PredictedLabel"));
            Estimator Softmax(float l1 = 1) => m.LbfgsMaximumEntropy(new LbfgsMaximumEntropyMulticlassTrainer.Options { LabelColumnName = "L", NumberOfThreads = 1, L1Regularization = l1 });
            foreach ((string name, Func<Estimator> make) in preparations)
            {
                yield return Classes($"{name}-lbfgs", make, () => Softmax());
            }

            FastTreeBinaryTrainer Trees() => b.Trainers.FastTree(new FastTreeBinaryTrainer.Options { LabelColumnName = "L", NumberOfThreads = 1, NumberOfTrees = 10, NumberOfLeaves = 8 });
            yield return Classes("lbfgs-dense", Scaled, () => Softmax(0));
            yield return Classes("sdca", Scaled, () => m.SdcaMaximumEntropy(new SdcaMaximumEntropyMulticlassTrainer.Options { LabelColumnName = "L", NumberOfThreads = 1 }));
            yield return Classes("sdca-hinge", Scaled, () => m.SdcaNonCalibrated(new SdcaNonCalibratedMulticlassTrainer.Options { LabelColumnName = "L", NumberOfThreads = 1 }));
            yield return Classes("bayes", Raw, () => m.NaiveBayes("L"));
            yield return Classes("each-perceptron", Scaled, () => m.OneVersusAll(b.Trainers.AveragedPerceptron("L"), "L"));
            yield return Classes("each-perceptron-isotonic", Scaled, () => m.OneVersusAll(b.Trainers.AveragedPerceptron("L"), "L", false, (IEstimator<ISingleFeaturePredictionTransformer<ICalibrator>>)b.Calibrators.Isotonic("L")));
            yield return Classes("each-svm", Scaled, () => m.OneVersusAll(b.Trainers.LinearSvm("L"), "L", useProbabilities: false));
            yield return Classes("each-trees", Raw, () => m.OneVersusAll(Trees(), "L"));
            yield return Classes("each-gam", Plain, () => m.OneVersusAll(b.Trainers.Gam(new GamBinaryTrainer.Options { LabelColumnName = "L", NumberOfThreads = 1, NumberOfIterations = 100, MaximumBinCountPerFeature = 24 }), "L"));
            yield return Classes("pairs-logistic", Scaled, () => m.PairwiseCoupling(b.Trainers.LbfgsLogisticRegression(new LbfgsLogisticRegressionBinaryTrainer.Options { LabelColumnName = "L", NumberOfThreads = 1 }), "L"));
            yield return Classes("pairs-trees", Raw, () => m.PairwiseCoupling(Trees(), "L"));
            yield return Classes("lightgbm", Raw, () => m.LightGbm(new LightGbmMulticlassTrainer.Options { LabelColumnName = "L", NumberOfThreads = 1, Seed = 1, NumberOfIterations = 10, NumberOfLeaves = 6 }));
            yield return Classes("lightgbm-softmax", Raw, () => m.LightGbm(new LightGbmMulticlassTrainer.Options { LabelColumnName = "L", NumberOfThreads = 1, Seed = 1, NumberOfIterations = 10, NumberOfLeaves = 6, UseSoftmax = true }));
        }
    }

    private sealed record Recipe(Pipeline Pipeline, IReadOnlyDictionary<string, DataKind>? Kinds);
}
