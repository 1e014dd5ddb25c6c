using Microsoft.ML;
using Microsoft.ML.Trainers;
using Microsoft.ML.Trainers.FastTree;

namespace MlNetOracle;

/// <summary>Columns of other types converted to single precision, text among them.</summary>
internal sealed class ConversionPipelines(MLContext context) : PipelineGroup(context)
{
    public override IEnumerable<Pipeline> Pipelines()
    {
        foreach (string column in (string[])["O", "I32", "I64", "U8", "U64", "I8", "I16", "U16", "U32", "DB", "VI", "VB", "VD", "TN"])
        {
            yield return Regression(
                $"convert-{column}",
                () => T.Conversion.ConvertType("Q", column),
                () => Cat("Q"),
                () => R.Trainers.FastTree(new FastTreeRegressionTrainer.Options { LabelColumnName = "Y", NumberOfTrees = 8, NumberOfThreads = 1, NumberOfLeaves = 8, MinimumExampleCountPerLeaf = 1 }));
        }

        yield return Regression("convert-text-gam", () => Single("TN"), () => Cat("TN", "A"), () => R.Trainers.Gam("Y", numberOfIterations: 30));
        yield return Regression("convert-text-linear", () => Single("TN"), () => Cat("TN"), () => T.ReplaceMissingValues("Features"), () => R.Trainers.OnlineGradientDescent("Y"));
        yield return Binary("convert-all-linear", () => Single("O", "I32", "U8", "I8", "I16", "U16", "U32", "VI", "VB"), () => Cat("O", "I32", "U8", "I8", "I16", "U16", "U32", "VI", "VB"), () => Logistic());
    }
}
