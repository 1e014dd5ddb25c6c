using Subnet.Health.Models;
using Subnet.Health.Models.Heads;
using Subnet.Health.Models.Rows;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Models.MlNet;

[TestFixture]
internal sealed class MlNetModelTests
{
    [TestCase("heart-lbfgs-minmax", typeof(LinearHead), typeof(PlattCalibration))]
    [TestCase("wdbc-ap-isotonic", typeof(LinearHead), typeof(IsotonicCalibration))]
    [TestCase("wdbc-ap-naive", typeof(LinearHead), typeof(BinnedCalibration))]
    [TestCase("heart-fasttree", typeof(TreeEnsembleHead), typeof(PlattCalibration))]
    [TestCase("heart-gam", typeof(AdditiveHead), typeof(PlattCalibration))]
    [TestCase("derm-lbfgs-maxent", typeof(MulticlassLinearHead), null)]
    [TestCase("derm-ova-lbfgs", typeof(OneVersusAllHead), null)]
    [TestCase("derm-naivebayes", typeof(NaiveBayesHead), null)]
    [TestCase("wdbc-kmeans", typeof(CentroidHead), null)]
    public void A_model_splits_into_feature_map_private_head_and_calibration(string name, Type head, Type? calibration)
    {
        SplitModel split = Read(name).Split!;

        Assert.Multiple(() =>
        {
            Assert.That(split.Head, Is.TypeOf(head));
            Assert.That(split.Calibration?.GetType(), Is.EqualTo(calibration));
            Assert.That(split.Features.Names, Has.Count.EqualTo(split.Head.FeatureCount));
        });
    }

    [Test]
    public void The_label_column_is_declared_and_not_used()
    {
        ModelSchema schema = Read("heart-fasttree").Schema;

        Assert.Multiple(() =>
        {
            Assert.That(schema.Inputs.Single(column => column.Name == "label").IsUsed, Is.False);
            Assert.That(schema.Inputs.Count(column => column.IsUsed), Is.EqualTo(13));
            Assert.That(schema.Task, Is.EqualTo(ModelTask.Binary));
        });
    }

    [TestCase("heart-fasttree")]
    [TestCase("db130-onehot-cdf-sparse")]
    [TestCase("derm-ova-fasttree")]
    public void A_row_alone_gets_the_bits_it_gets_in_a_batch(string name)
    {
        IPlainModel model = Read(name);
        string[] lines = File.ReadAllLines(SharedFolder.Require("vectors", "mlnet", name, "input.csv"));
        PredictionBatch all = model.Predict(Rows(model, lines));

        for (int row = 0; row < all.Rows; row += 7)
        {
            PredictionBatch one = model.Predict(Rows(model, [lines[0], lines[row + 1]]));
            foreach (OutputColumn output in all.Outputs)
            {
                for (int slot = 0; slot < output.Width; slot++)
                {
                    Assert.That(one.Find(output.Name)!.Format(0, slot), Is.EqualTo(output.Format(row, slot)), $"row {row} {output.Name}");
                }
            }
        }
    }

    [Test]
    public void Many_threads_may_share_a_model()
    {
        IPlainModel model = Read("heart-gam");
        RowBatch rows = Rows(model, File.ReadAllLines(SharedFolder.Require("vectors", "mlnet", "heart-gam", "input.csv")));
        float[] expected = model.Predict(rows).Score!.Values;

        float[][] answers = [.. Enumerable.Range(0, 16).AsParallel().WithDegreeOfParallelism(4).Select(_ => model.Predict(rows).Score!.Values)];

        Assert.That(answers, Has.All.EqualTo(expected));
    }

    [Test]
    public void Rows_without_a_used_column_are_refused_by_name()
    {
        IPlainModel model = Read("heart-ap");
        Assert.That(
            () => model.Predict(new RowBatch(1, new RowColumn<float>("age", ColumnKind.Single, [50f]))),
            Throws.InstanceOf<RowFormatException>().With.Message.Contains("sex"));
    }

    private static IPlainModel Read(string name) => ModelReader.Read(SharedFolder.Require("vectors", "mlnet", name, "model.zip"));

    private static RowBatch Rows(IPlainModel model, string[] lines) =>
        RowFileReader.Read(new StringReader(string.Join('\n', lines) + "\n"), model.Schema);
}
