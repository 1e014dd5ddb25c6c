// Trains a model with ML.NET and saves the zip that `subnet model` reads. A miner runs this on a machine of its own:
//
//   dotnet run samples/train-with-mlnet.cs -- samples/data/heart-cleveland.csv label heart.zip num
//
// The table has a header and numbers only, an empty field being a missing value; the label column holds 0 or 1. Columns named after the
// model's file are left out: `num` is the graded diagnosis that the label was made from, and a model that saw it would know the answer. Then:
//
//   subnet model inspect heart.zip --input samples/data/heart-cleveland.csv
//   subnet model verify heart.zip --input samples/data/heart-cleveland.csv
//   subnet model compile heart.zip --input samples/data/heart-cleveland.csv --output heart --id heart-1
#:package Microsoft.ML@4.0.2
#:package Microsoft.ML.FastTree@4.0.2
#:property ManagePackageVersionsCentrally=false
#:property PublishAot=false
#:property TreatWarningsAsErrors=false

using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;

if (args.Length < 3)
{
    Console.Error.WriteLine("usage: train-with-mlnet.cs ROWS.csv LABEL MODEL.zip [COLUMN TO LEAVE OUT ...]");
    return 2;
}

(string rowsPath, string label, string modelPath) = (args[0], args[1], args[2]);
string[] columns = File.ReadLines(rowsPath).First().Split(',');
int labelAt = Array.IndexOf(columns, label);
if (labelAt < 0)
{
    Console.Error.WriteLine($"{rowsPath} has no column {label}.");
    return 3;
}

// The same seed gives the same trees.
var context = new MLContext(seed: 1);
string[] features = [.. columns.Where(column => column != label && !args[3..].Contains(column))];
TextLoader loader = context.Data.CreateTextLoader(new TextLoader.Options
{
    HasHeader = true,
    Separators = [','],
    MissingRealsAsNaNs = true,
    Columns =
    [
        .. features.Select(feature => new TextLoader.Column(feature, DataKind.Single, Array.IndexOf(columns, feature))),
        new TextLoader.Column(label, DataKind.Boolean, labelAt),
    ],
});
IDataView rows = loader.Load(rowsPath);
DataOperationsCatalog.TrainTestData parts = context.Data.TrainTestSplit(rows, testFraction: 0.25);

// Up to four features on a path and few leaves: what an encrypted forest with a private structure can still evaluate. With
// a public structure (forest-leaves) any size will do.
var pipeline = context.Transforms.Concatenate("Features", features)
    .Append(context.BinaryClassification.Trainers.FastTree(new FastTreeBinaryTrainer.Options
    {
        LabelColumnName = label,
        NumberOfTrees = 50,
        NumberOfLeaves = 8,
        MinimumExampleCountPerLeaf = 5,
    }));
var model = pipeline.Fit(parts.TrainSet);
CalibratedBinaryClassificationMetrics quality = context.BinaryClassification.Evaluate(model.Transform(parts.TestSet), labelColumnName: label);
Console.WriteLine($"area under the ROC curve {quality.AreaUnderRocCurve:F3}, accuracy {quality.Accuracy:F3}, log loss {quality.LogLoss:F3}, on the quarter not trained on");

// Saved with its input schema: the product reads the columns from it.
context.Model.Save(model, rows.Schema, modelPath);
Console.WriteLine($"saved {modelPath}");
return 0;
