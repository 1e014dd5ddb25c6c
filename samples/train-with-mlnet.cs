// Trains a model with ML.NET and saves the zip that `subnet model` reads. A miner runs this on a machine of its own:
//
//   dotnet run samples/train-with-mlnet.cs -- samples/data/heart-cleveland.csv label heart.zip num
//
// The table has a header and numbers only, an empty field being a missing value; the label column holds 0 or 1. Columns named after the
// model's file are left out: `num` is the graded diagnosis that the label was made from, and a model that saw it would know the answer. Then:
//
//   subnet model inspect heart.zip --input samples/data/heart-cleveland.csv --label label
//   subnet model predict heart.zip --input samples/data/heart-cleveland.csv | diff - heart.answers.csv
//   subnet model verify heart.zip --input samples/data/heart-cleveland.csv --label label
//   subnet model compile heart.zip --input samples/data/heart-cleveland.csv --label label --output heart --id heart-1
//
// heart.answers.csv holds what ML.NET itself answers to every row of the table with the saved model: no difference is what `diff` should find.
// docs/models.md says what a run of these lines gave, with the versions below.
#:package Microsoft.ML@5.0.1
#:package Microsoft.ML.FastTree@5.0.1
#:property ManagePackageVersionsCentrally=false
#:property PublishAot=false
#:property TreatWarningsAsErrors=false

using System.Globalization;
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

// What ML.NET answers with the file just saved, in the form of `subnet model predict`: shortest numbers that read back the same.
string answersPath = Path.ChangeExtension(modelPath, ".answers.csv");
IDataView answers = context.Model.Load(modelPath, out _).Transform(rows);
using (var writer = new StreamWriter(answersPath) { NewLine = "\n" })
{
    writer.WriteLine("PredictedLabel,Score,Probability");
    foreach (Answer answer in context.Data.CreateEnumerable<Answer>(answers, reuseRowObject: true))
    {
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(answer.PredictedLabel ? 1 : 0)},{answer.Score:R},{answer.Probability:R}"));
    }
}

Console.WriteLine($"saved {answersPath}");
return 0;

internal sealed class Answer
{
    public bool PredictedLabel { get; set; }

    public float Score { get; set; }

    public float Probability { get; set; }
}
