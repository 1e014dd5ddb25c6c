using Subnet.Health.Conformance.Models;
using Subnet.Health.Models;
using Subnet.Health.Models.Heads;
using Subnet.Health.Models.Onnx;
using Subnet.Health.Models.Rows;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Models.Onnx;

/// <summary>The cut between the public features and the private head.</summary>
[TestFixture]
internal sealed class OnnxSplitTests
{
    [TestCase("heart-ap", typeof(LinearHead))]
    [TestCase("pima-fasttree-nan", typeof(TreeEnsembleHead))]
    [TestCase("bodyfat-fasttree", typeof(TreeEnsembleHead))]
    [TestCase("heart-fastforest-platt", typeof(TreeEnsembleHead))]
    public void An_export_of_mlnet_is_cut_at_its_predictor(string name, Type head) => Assert.That(Read("mlnet", name).Split?.Head, Is.TypeOf(head));

    [TestCase("normalizer-l1")]
    public void A_graph_without_anything_trained_is_not_cut_and_says_so(string name)
    {
        OnnxModel model = Read("onnx", name);
        Assert.That(model.Split, Is.Null);
        Assert.That(model.PlaintextReason, Does.Contain("nothing in it was trained"));
    }

    [TestCase("treereg-leq-sum")]
    [TestCase("treereg-gte")]
    [TestCase("treereg-neq")]
    [TestCase("treereg-average-missing")]
    public void Rewritten_trees_answer_the_same(string name)
    {
        OnnxModel model = Read("onnx", name);
        TreeEnsembleHead head = (TreeEnsembleHead)model.Split!.Head;
        using StreamReader text = File.OpenText(SharedFolder.Require("vectors", "onnx", name, "input.csv"));
        RowBatch rows = RowFileReader.Read(text, model.Schema);
        float[] features = model.Split.Features.Evaluate(rows);
        NumberOutput answers = (NumberOutput)model.Predict(rows).Outputs[0];
        for (int row = 0; row < rows.Count; row++)
        {
            ReadOnlySpan<float> x = features.AsSpan(row * head.FeatureCount, head.FeatureCount);
            double sum = 0;
            foreach (DecisionTree tree in head.Trees)
            {
                sum += tree.LeafWeights[tree.Walk(x)];
            }

            sum = head.BaseValues[0] + (head.Aggregate == TreeAggregate.Average ? sum / head.Trees.Length : sum);
            Assert.That(PlainComparison.Close(answers.Format(row, 0), $"{(float)sum:R}", PlainComparison.TreeTolerance), $"row {row}");
        }
    }

    [Test]
    public void The_cut_of_an_export_answers_as_the_whole()
    {
        OnnxModel model = Read("mlnet", "heart-ap");
        SplitModel split = model.Split!;
        LinearHead head = (LinearHead)split.Head;
        using StreamReader text = File.OpenText(SharedFolder.Require("vectors", "mlnet", "heart-ap", "input.csv"));
        RowBatch rows = RowFileReader.Read(text, model.Schema);
        float[] features = split.Features.Evaluate(rows);
        PredictionBatch answers = model.Predict(rows);
        for (int row = 0; row < rows.Count; row++)
        {
            double score = head.Bias;
            for (int i = 0; i < head.FeatureCount; i++)
            {
                score += (double)head.Weights[i] * features[(row * head.FeatureCount) + i];
            }

            Assert.That(PlainComparison.Close(answers.Score!.Format(row, 0), $"{(float)score:R}", 1e-4), $"row {row}");
            if (answers.Probability is { } probability && split.Calibration is { } calibration)
            {
                Assert.That(PlainComparison.Close(probability.Format(row, 0), $"{calibration.Calibrate((float)score):R}", 1e-4), $"row {row}");
            }
        }
    }

    private static OnnxModel Read(string kind, string name)
    {
        using FileStream stream = File.OpenRead(SharedFolder.Require("vectors", kind, name, "model.onnx"));
        return OnnxModelReader.Read("model.onnx", stream);
    }
}
