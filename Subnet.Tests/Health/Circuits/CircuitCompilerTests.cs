using System.Numerics;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Health.Circuits;
using Subnet.Health.Models;
using Subnet.Health.Models.Evaluation;
using Subnet.Health.Models.Heads;
using Subnet.Health.Models.Rows;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Circuits;

[TestFixture]
internal sealed class CircuitCompilerTests
{
    [TestCase("heart-lbfgs-minmax", CircuitKind.Linear)]
    [TestCase("db130-onehot-lbfgs", CircuitKind.Linear)]
    [TestCase("derm-lbfgs-maxent", CircuitKind.Linear)]
    [TestCase("derm-naivebayes", CircuitKind.Linear)]
    [TestCase("heart-gam", CircuitKind.Additive)]
    [TestCase("heart-fasttree", CircuitKind.ForestLeaves)]
    [TestCase("derm-ova-fasttree", CircuitKind.ForestLeaves)]
    public void Compiled_answers_survive_encryption_to_the_unit_and_keep_every_label(string name, CircuitKind kind)
    {
        (CompiledModel compiled, ReferenceRows rows) = Compile(name);
        using RandomSourceFactory randomness = RandomSourceFactory.FromSeed(new byte[64]);
        using var circuit = new EncryptedCircuit(compiled, new byte[32], randomness);
        long[] expected = new long[compiled.Classes];
        long[] actual = new long[compiled.Classes];

        Assert.Multiple(() =>
        {
            Assert.That(compiled.Kind, Is.EqualTo(kind));
            Assert.That(compiled.Report.LabelsChanged, Is.Zero);
            Assert.That(compiled.Report.RelativeError, Is.LessThan(0.002));
        });
        for (int row = 0; row < 2; row++)
        {
            Assert.That(compiled.TryEvaluate(rows.Row(row), expected), Is.Null);
            Assert.That(circuit.TryAnswer(rows.Row(row), actual), Is.Null);
            Assert.That(actual, Is.EqualTo(expected));
        }
    }

    [TestCase("heart-lbfgs-minmax")]
    [TestCase("heart-gam")]
    [TestCase("heart-fasttree-small")]
    [TestCase("derm-naivebayes")]
    public void No_admitted_row_passes_the_bound_or_the_declared_rounding(string name)
    {
        (CompiledModel compiled, ReferenceRows rows) = Compile(name);
        ParameterChoice part = compiled.Parts[0];
        var random = new Random(3);
        long[] answers = new long[compiled.Classes];
        float[] x = new float[rows.Width];
        int admitted = 0;
        for (int trial = 0; trial < 500; trial++)
        {
            for (int i = 0; i < x.Length; i++)
            {
                x[i] = rows.Row(random.Next(rows.Count))[i];
            }

            if (compiled.TryEvaluate(x, answers) is not null)
            {
                continue;
            }

            admitted++;
            double[] exact = ExactScores.Of(compiled.Model.Head, x);
            double[] rounded = compiled.RawScores(answers);
            for (int k = 0; k < exact.Length; k++)
            {
                Assert.That(BigInteger.Abs(answers[k]), Is.LessThanOrEqualTo(part.Form.Bound));
                Assert.That(Math.Abs(exact[k] - rounded[k]), Is.LessThanOrEqualTo(part.LargestRounding * (1 + 1e-9)));
            }
        }

        Assert.That(admitted, Is.GreaterThan(100));
    }

    [Test]
    public void Declared_norm_and_bound_are_powers_of_two_and_admitted_as_declared()
    {
        foreach (ParameterChoice part in Compile("heart-fasttree").Compiled.Parts)
        {
            Assert.Multiple(() =>
            {
                Assert.That(part.DeclaredNorm1.IsPowerOfTwo && part.DeclaredBound.IsPowerOfTwo);
                Assert.That(part.DeclaredNorm1, Is.GreaterThanOrEqualTo(part.Form.Norm1));
                Assert.That(part.DeclaredBound, Is.GreaterThanOrEqualTo(part.Form.Bound));
                Assert.That(KeylessParameters.Admits(part.Parameters.Set, part.Parameters.PlainBits, part.DeclaredNorm1, part.DeclaredBound));
                Assert.That(part.FloodingMargin, Is.GreaterThanOrEqualTo(KeylessParameters.FloodingMarginBits));
            });
        }
    }

    [Test]
    public void Tree_rows_on_a_threshold_reach_the_leaf_that_the_trainer_reaches()
    {
        IPlainModel model = ReadModel("heart-fasttree");
        RowBatch batch = ReadRows("heart-fasttree", model);
        (CompiledModel compiled, ReferenceRows rows) = Compile("heart-fasttree");
        float[] plain = model.Predict(batch).Score!.Values;
        long[] answer = new long[1];
        for (int row = 0; row < rows.Count; row++)
        {
            Assert.That(compiled.TryEvaluate(rows.Row(row), answer), Is.Null);
            Assert.That(compiled.RawScores(answer)[0], Is.EqualTo(plain[row]).Within(compiled.Parts[0].LargestRounding + 1e-5));
        }
    }

    [Test]
    public void A_missing_or_far_away_value_is_refused_by_name_before_anything_is_encrypted()
    {
        (CompiledModel compiled, ReferenceRows rows) = Compile("heart-lbfgs-minmax");
        float[] missing = rows.Row(0).ToArray();
        missing[0] = float.NaN;
        float[] far = rows.Row(0).ToArray();
        far[0] = 1e6f;
        long[] answers = new long[1];

        Assert.Multiple(() =>
        {
            Assert.That(compiled.TryEvaluate(missing, answers), Does.Contain("age").And.Contain("missing"));
            Assert.That(compiled.TryEvaluate(far, answers), Does.Contain("age").And.Contain("range"));
        });
    }

    [Test]
    public void A_head_without_a_linear_form_is_refused_with_the_reason()
    {
        DecisionTree tree = new([new TreeNode(0, 0.5f, ~0, ~1)], [1, 2]);
        Assert.Multiple(() =>
        {
            Assert.That(HeadLowering.KindOf(new TreeEnsembleHead(1, [tree], [0], TreeAggregate.Maximum), out string? reason), Is.Null);
            Assert.That(reason, Does.Contain("not linear"));
        });
    }

    [Test]
    public void Local_deep_and_coupled_heads_finish_to_the_scores_of_the_plain_stages()
    {
        var random = new Random(11);
        float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5))];
        const int Features = 3;
        var deep = new LocalDeepHead(
            Features, 4, 2, [.. Draw(7 * Features)], [.. Draw(7 * Features)], [.. Draw(3 * Features)], [.. Draw(7)], [.. Draw(3)], [.. Draw(7)]);
        var pairs = new PairwiseCouplingHead(
            3, [.. Enumerable.Range(0, 6).Select(_ => new MemberModel(new LinearHead([.. Draw(Features)], 0.1f), new PlattCalibration(-2, 0.3)))]);
        foreach (ModelHead head in (ModelHead[])[deep, pairs])
        {
            var builder = new LaneProgramBuilder();
            Lane[] inputs = builder.AddInput(new ModelColumn("x", ColumnKind.Single, Features, true));
            Lane[] scores = HeadEmitter.Emit(builder, head, [.. inputs.Select(lane => new Slot(lane))]);
            var map = new LaneFeatureMap(builder.Build(scores), scores, [.. scores.Select(lane => "y")]);
            float[] x = Draw(Features);
            float[] plain = map.Evaluate(new RowBatch(1, new RowColumn<float>("x", ColumnKind.Single, [x[0]], [x[1]], [x[2]])));
            PublicRest rest = PublicRest.Of(new SplitModel(map, head, null, new DecisionRule.None()));

            float[] finished = ScoreFinish.Finish(rest, ExactScores.Of(head, x), x).Scores;

            Assert.That(finished, Is.EqualTo(plain).Within(1e-5f));
        }
    }

    [Test]
    public void A_forest_above_one_ciphertext_is_refused_with_its_size()
    {
        DecisionTree tree = new([new TreeNode(0, 0.5f, ~0, ~1)], [1, 2]);
        var head = new TreeEnsembleHead(1, [.. Enumerable.Repeat(tree, 5000)], [0]);
        IPlainModel any = ReadModel("heart-ap");
        var split = new SplitModel(any.Split!.Features, any.Split.Head, null, new DecisionRule.Above(false, 0));
        var rows = new ReferenceRows(split, ReadRows("heart-ap", any));

        Assert.That(
            () => CircuitCompiler.Compile(split with { Head = head }, rows),
            Throws.InstanceOf<CircuitException>().With.Message.Contains("10001"));
    }

    [Test]
    public void Auc_counts_ties_half() =>
        Assert.That(QuantisationMeasure.Auc([1, 2, 2, 3], [false, false, true, true]), Is.EqualTo(0.875));

    private static (CompiledModel Compiled, ReferenceRows Rows) Compile(string name)
    {
        IPlainModel model = ReadModel(name);
        ReferenceRows rows = new ReferenceRows(model.Split!, ReadRows(name, model)).Take([.. Enumerable.Range(0, 60)]);
        return (CircuitCompiler.Compile(model.Split!, rows), rows);
    }

    private static IPlainModel ReadModel(string name) => ModelReader.Read(SharedFolder.Require("vectors", "mlnet", name, "model.zip"));

    private static RowBatch ReadRows(string name, IPlainModel model)
    {
        using StreamReader text = File.OpenText(SharedFolder.Require("vectors", "mlnet", name, "input.csv"));
        return RowFileReader.Read(text, model.Schema);
    }
}
