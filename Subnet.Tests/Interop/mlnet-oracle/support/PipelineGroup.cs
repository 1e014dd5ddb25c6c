using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using Microsoft.ML.Trainers.FastTree;
using Microsoft.ML.Transforms;

namespace MlNetOracle;

using Estimator = IEstimator<ITransformer>;

/// <summary>Pipelines over the made-up table that belong together, and what they are put together from.</summary>
internal abstract class PipelineGroup(MLContext context)
{
    /// <summary>Columns of single numbers, the first three with missing values.</summary>
    protected static readonly string[] Numbers = ["A", "B", "C", "D", "E", "Cons", "Neg"];

    /// <summary>The context.</summary>
    protected MLContext Context { get; } = context;

    /// <summary>Transforms.</summary>
    protected TransformsCatalog T { get; } = context.Transforms;

    /// <summary>Yes or no.</summary>
    protected BinaryClassificationCatalog B { get; } = context.BinaryClassification;

    /// <summary>Numbers.</summary>
    protected RegressionCatalog R { get; } = context.Regression;

    /// <summary>Classes.</summary>
    protected MulticlassClassificationCatalog M { get; } = context.MulticlassClassification;

    /// <summary>All pipelines of the group. Nothing is trained by asking.</summary>
    public abstract IEnumerable<Pipeline> Pipelines();

    protected static Pipeline Binary(string name, params Func<Estimator>[] steps) => Of(name, "binary", steps);

    protected static Pipeline Regression(string name, params Func<Estimator>[] steps) => Of(name, "regression", steps);

    protected static Pipeline Multiclass(string name, params Func<Estimator>[] steps) => Of(name, "multiclass", steps);

    protected static Pipeline Clustering(string name, params Func<Estimator>[] steps) => Of(name, "clustering", steps);

    protected static Estimator Chain(params IEnumerable<Estimator> steps)
    {
        var chain = new EstimatorChain<ITransformer>();
        foreach (Estimator step in steps)
        {
            chain = chain.Append(step);
        }

        return chain;
    }

    protected Estimator Cat(params string[] columns) => T.Concatenate("Features", columns);

    protected Estimator Hot(params string[] columns) => Chain(columns.Select(column => (Estimator)T.Categorical.OneHotEncoding(column)));

    protected Estimator Single(params string[] columns) => Chain(columns.Select(column => (Estimator)T.Conversion.ConvertType(column)));

    protected Estimator Impute(MissingValueReplacingEstimator.ReplacementMode mode = MissingValueReplacingEstimator.ReplacementMode.Mean) =>
        T.ReplaceMissingValues([.. Numbers.Select(column => new InputOutputColumnPair(column))], mode);

    /// <summary>All single numbers, imputed, and a vector of eight.</summary>
    protected Estimator Features() => Chain(Impute(), Cat([.. Numbers, "V"]));

    protected Estimator ScaledFeatures() => Chain(Features(), T.NormalizeMinMax("Features"));

    /// <summary>Two one-hot columns and a number: mostly implicit zeros.</summary>
    protected Estimator SparseFeatures(string number = "D") => Chain(Hot("T", "U"), Cat("T", "U", number));

    protected Estimator Logistic(float l1 = 0.02f, int iterations = 30) => B.Trainers.LbfgsLogisticRegression(
        new LbfgsLogisticRegressionBinaryTrainer.Options { NumberOfThreads = 1, MaximumNumberOfIterations = iterations, L1Regularization = l1 });

    protected static FastTreeBinaryTrainer.Options TreeOptions() =>
        new() { NumberOfThreads = 1, NumberOfTrees = 12, NumberOfLeaves = 6, MinimumExampleCountPerLeaf = 5 };

    protected Estimator Trees() => B.Trainers.FastTree(TreeOptions());

    protected static FastForestBinaryTrainer.Options ForestOptions() => new() { NumberOfThreads = 1, NumberOfTrees = 12, NumberOfLeaves = 7 };

    protected Estimator Back() => T.Conversion.MapKeyToValue("PredictedLabel");

    private static Pipeline Of(string name, string task, Func<Estimator>[] steps) =>
        new(name.ToLowerInvariant(), task, () => Chain(steps.Select(step => step())));
}
