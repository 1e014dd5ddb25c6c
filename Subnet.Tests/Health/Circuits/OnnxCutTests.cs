using System.Globalization;
using Subnet.Health.Circuits;
using Subnet.Health.Models;
using Subnet.Health.Models.Heads;
using Subnet.Health.Models.Onnx;
using Subnet.Health.Models.Rows;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Circuits;

/// <summary>Features, private head and public rest of an ONNX model give together what the whole gives.</summary>
[TestFixture]
internal sealed class OnnxCutTests
{
    private const int Rows = 24;

    private static readonly string[] OwnFiles =
    [
        "gemm-alpha-beta-clip", "matmul-add-square", "mlp-relu-sigmoid", "mlp-softmax11", "onehot-strings-concat-logreg", "scaler-full",
        "treecls-binary-mixed-logistic", "treecls-binary-positive-none", "treecls-binary-two-ids-none", "treecls-three-softmax-strings",
        "treereg-max", "treereg-average-missing", "linreg-two-logistic", "linclf-three-softmax-strings", "linclf-binary-one-row-logistic",
    ];

    private static readonly string[] Exports =
        ["derm-naivebayes", "derm-ova-fasttree", "thyroid-ova-svm", "thyroid-ova-ap-platt", "thyroid-lbfgs-maxent", "wdbc-kmeans", "wdbc-ap-naive", "hf-prior"];

    private static IEnumerable<TestCaseData> Cases => OwnFiles.Select(name => new TestCaseData("onnx", name)).Concat(Exports.Select(name => new TestCaseData("mlnet", name)));

    [TestCaseSource(nameof(Cases))]
    public void Cut_and_whole_answer_the_same_also_through_the_card(string suite, string name)
    {
        (OnnxModel model, RowBatch rows) = Read(suite, name);
        SplitModel split = model.Split!;
        PublicRest rest = PublicRest.Of(split);
        PublicRest carried = RestJson.Read(new Subnet.Health.Models.Evaluation.PlanObject(RestJson.Write(rest)), split.Features.Names.Count);
        IFeatureMap map = FeatureMapJson.Read(new Subnet.Health.Models.Evaluation.PlanObject(FeatureMapJson.Write(split.Features)));
        float[] features = split.Features.Evaluate(rows);
        PredictionBatch whole = model.Predict(rows);
        int width = split.Features.Names.Count;

        Assert.That(map.Evaluate(rows), Is.EqualTo(features));
        for (int row = 0; row < rows.Count; row++)
        {
            ReadOnlySpan<float> x = features.AsSpan(row * width, width);
            FinishedScore cut = ScoreFinish.Finish(carried, ExactScores.Of(split.Head, x), x);
            string[] known = [.. whole.Outputs.SelectMany(output => Enumerable.Range(0, output.Width).Select(slot => output.Format(row, slot)))];

            // A classifier that a calibration says all of has its raw score beside the two probabilities.
            float[] numbers = split.Calibration is null ? cut.Scores : [];
            foreach (float number in cut.Probability is float p ? [.. numbers, p] : numbers)
            {
                Assert.That(known.Any(text => Close(text, number)), $"row {row}: {number} is none of {string.Join(", ", known)}");
            }

            if (cut.LabelText is string label)
            {
                Assert.That(known, Does.Contain(label), $"row {row}");
            }
        }
    }

    [Test]
    public void A_hidden_layer_of_squares_is_one_private_quadratic_form()
    {
        (OnnxModel model, RowBatch rows) = Read("onnx", "matmul-add-square");
        SplitModel split = model.Split!;
        CompiledModel compiled = CircuitCompiler.Compile(split, new ReferenceRows(split, rows));
        Assert.Multiple(() =>
        {
            Assert.That(split.Head, Is.TypeOf<QuadraticHead>());
            Assert.That(split.Features.Names, Is.EqualTo(new[] { "x.0", "x.1", "x.2", "x.3" }));
            Assert.That(compiled.Kind, Is.EqualTo(CircuitKind.Quadratic));
            Assert.That(compiled.Report.RelativeError, Is.LessThan(0.002));
        });
    }

    [Test]
    public void Only_the_last_layer_of_other_networks_is_private_and_the_layers_before_are_public_features()
    {
        SplitModel split = Read("onnx", "mlp-relu-sigmoid").Model.Split!;
        Assert.Multiple(() =>
        {
            Assert.That(split.Head, Is.TypeOf<LinearHead>());
            Assert.That(split.Head.FeatureCount, Is.EqualTo(8));
        });
    }

    [Test]
    public void The_norms_of_centres_stay_private_with_the_centres()
    {
        SplitModel split = Read("mlnet", "wdbc-kmeans").Model.Split!;
        string tail = System.Text.Encoding.UTF8.GetString(Subnet.Crypto.CanonicalJson.CanonicalJsonWriter.Write(RestJson.Write(PublicRest.Of(split))));
        foreach (float norm in ((MulticlassLinearHead)split.Head).Biases)
        {
            Assert.That(norm, Is.Not.Zero);
            Assert.That(tail, Does.Not.Contain(norm.ToString("R", CultureInfo.InvariantCulture)));
        }
    }

    private static bool Close(string text, float number) =>
        float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float value)
        && (value.Equals(number) || Math.Abs(value - number) <= 2e-5 * Math.Max(1, Math.Abs(value)));

    private static (OnnxModel Model, RowBatch Rows) Read(string suite, string name)
    {
        using FileStream stream = File.OpenRead(SharedFolder.Require("vectors", suite, name, "model.onnx"));
        OnnxModel model = OnnxModelReader.Read("model.onnx", stream);
        string[] lines = [.. File.ReadLines(SharedFolder.Require("vectors", suite, name, "input.csv")).Take(Rows + 1)];
        return (model, RowFileReader.Read(new StringReader(string.Join('\n', lines)), model.Schema));
    }
}
