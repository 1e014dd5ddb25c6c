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

    [Test]
    public void A_local_deep_machine_for_each_class_has_no_circuit()
    {
        var member = new MemberModel(new LocalDeepHead(1, 2, 1, [1, 1, 1], [1, 1, 1], [1], [0, 0, 0], [0], [0, 0, 0]), null);

        CircuitKind? kind = HeadLowering.KindOf(new OneVersusAllHead([member, member], OneVersusAllFormula.Raw), out string? reason);

        Assert.Multiple(() =>
        {
            Assert.That(kind, Is.Null);
            Assert.That(reason, Does.Contain("local deep kernel machine"));
            Assert.That(HeadLowering.KindOf(member.Head, out _), Is.EqualTo(CircuitKind.Linear));
        });
    }

    [TestCase("heart-lbfgs-minmax")]
    [TestCase("heart-gam")]
    [TestCase("heart-fasttree-small")]
    [TestCase("derm-naivebayes")]
    public void No_admitted_row_passes_the_bound_or_the_declared_rounding(string name)
    {
        (CompiledModel compiled, ReferenceRows rows) = Compile(name);
        ParameterChoice part = compiled.Choice;
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
        ParameterChoice part = Compile("heart-fasttree").Compiled.Choice;
        Assert.Multiple(() =>
        {
            Assert.That(part.DeclaredNorm1.IsPowerOfTwo && part.DeclaredBound.IsPowerOfTwo);
            Assert.That(part.DeclaredNorm1, Is.GreaterThanOrEqualTo(part.Form.Norm1));
            Assert.That(part.DeclaredBound, Is.GreaterThanOrEqualTo(part.Form.Bound));
            Assert.That(KeylessParameters.Admits(part.Parameters.Set, part.Parameters.PlainBits, part.DeclaredNorm1, part.DeclaredBound));
            Assert.That(part.FloodingMargin, Is.GreaterThanOrEqualTo(KeylessParameters.FloodingMarginBits));
        });
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
            Assert.That(compiled.RawScores(answer)[0], Is.EqualTo(plain[row]).Within(compiled.Choice.LargestRounding + 1e-5));
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
    public void The_largest_tree_decides_at_the_clinic_and_several_targets_of_it_are_refused()
    {
        DecisionTree low = new([new TreeNode(0, 0.5f, ~0, ~1)], [1, 2]);
        DecisionTree high = new([new TreeNode(0, 0.5f, ~0, ~1)], [3, -5]);
        var head = new TreeEnsembleHead(1, [low, high], [0.25], TreeAggregate.Maximum);
        PublicRest rest = PublicRest.Of(new SplitModel(null!, head, null, new DecisionRule.None()));
        var pair = new DecisionTree([], [1, 2], 2);
        Assert.Multiple(() =>
        {
            Assert.That(ScoreFinish.Finish(rest, ExactScores.Of(head, [0]), [0]).Scores, Is.EqualTo(new[] { 3.25f }));
            Assert.That(ScoreFinish.Finish(rest, ExactScores.Of(head, [1]), [1]).Scores, Is.EqualTo(new[] { 2.25f }));
            Assert.That(HeadLowering.Lower(head, new RealEncoding([])).Classes, Is.EqualTo(2));
            Assert.That(HeadLowering.KindOf(new TreeEnsembleHead(1, [pair], [0, 0], TreeAggregate.Maximum), out string? reason), Is.Null);
            Assert.That(reason, Does.Contain("each of several targets"));
        });
    }

    [Test]
    public void Members_of_different_kinds_share_one_query_and_keep_their_scores()
    {
        DecisionTree tree = new([new TreeNode(1, 0.5f, ~0, ~1)], [1, 2]);
        var head = new JoinedHead([new LinearHead([0.5f, -1], 0.25f), new TreeEnsembleHead(2, [tree], [0.5])]);
        RealForm form = HeadLowering.Lower(head, new RealEncoding([RealFeature.Binary("a"), RealFeature.Binary("b")]));
        IntegerForm integers = form.AtScale(4)!;
        long[] phi = new long[form.Features];
        long[] answers = new long[2];
        foreach (float[] x in (float[][])[[0, 0], [1, 0], [0, 1], [1, 1]])
        {
            Assert.That(form.Encoding.TryEncode(x, phi), Is.Null);
            integers.Evaluate(phi, answers);
            Assert.That(answers.Select(answer => answer / 16.0), Is.EqualTo(ExactScores.Of(head, x)));
        }

        Assert.That(integers.Bound, Is.EqualTo(new BigInteger(40)));
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
    public void A_forest_above_one_ciphertext_is_cut_into_several_and_exact()
    {
        var random = new Random(5);
        DecisionTree[] trees = [.. Enumerable.Range(0, 3000).Select(_ => new DecisionTree([new TreeNode(0, random.Next(30, 80), ~0, ~1)], [random.NextDouble(), random.NextDouble() - 1]))];
        (SplitModel split, ReferenceRows rows) = HeartWith(new TreeEnsembleHead(13, [.. trees], [0]));
        CompiledModel compiled = CircuitCompiler.Compile(split, rows);
        using RandomSourceFactory randomness = RandomSourceFactory.FromSeed(new byte[64]);
        using var circuit = new EncryptedCircuit(compiled, new byte[32], randomness);
        long[] expected = new long[1];
        long[] actual = new long[1];

        Assert.That(new KeylessLayout(compiled.Form.Features, 1, 1).Place(compiled.Choice.Parameters.Set).Ciphertexts, Is.GreaterThan(1));
        Assert.That(compiled.TryEvaluate(rows.Row(0), expected), Is.Null);
        Assert.That(circuit.TryAnswer(rows.Row(0), actual), Is.Null);
        Assert.That(actual, Is.EqualTo(expected));
    }

    [Test]
    public void A_forest_above_one_query_is_refused_with_its_size()
    {
        DecisionTree tree = new([new TreeNode(0, 0.5f, ~0, ~1)], [1, 2]);
        (SplitModel split, ReferenceRows rows) = HeartWith(new TreeEnsembleHead(13, [.. Enumerable.Repeat(tree, 40000)], [0]));
        Assert.That(() => CircuitCompiler.Compile(split, rows), Throws.InstanceOf<CircuitException>().With.Message.Contains("80001"));
    }

    [Test]
    public void Weights_that_are_declared_public_take_a_query_of_13_kilobytes_and_the_card_says_so()
    {
        IPlainModel model = ReadModel("heart-fasttree-small");
        ReferenceRows rows = new ReferenceRows(model.Split!, ReadRows("heart-fasttree-small", model)).Take([.. Enumerable.Range(0, 60)]);
        CompiledModel compiled = CircuitCompiler.Compile(model.Split!, rows, publicWeights: true);
        using RandomSourceFactory randomness = RandomSourceFactory.FromSeed(new byte[64]);
        using var circuit = new EncryptedCircuit(compiled, new byte[32], randomness);
        long[] expected = new long[1];
        long[] actual = new long[1];

        Assert.That(compiled.TryEvaluate(rows.Row(0), expected), Is.Null);
        Assert.That(circuit.TryAnswer(rows.Row(0), actual), Is.Null);
        Assert.Multiple(() =>
        {
            Assert.That(actual, Is.EqualTo(expected));
            Assert.That(compiled.PrivatePart, Does.StartWith("nothing"));
            Assert.That(KeylessQuery.ByteCount(compiled.Choice.Parameters.Set), Is.EqualTo(12_921));
            Assert.That(compiled.Report.MeetsTarget);
        });
    }

    [Test]
    public void Auc_counts_ties_half() =>
        Assert.That(QuantisationMeasure.Auc([1, 2, 2, 3], [false, false, true, true]), Is.EqualTo(0.875));

    private static (SplitModel Split, ReferenceRows Rows) HeartWith(ModelHead head)
    {
        IPlainModel any = ReadModel("heart-ap");
        var rows = new ReferenceRows(any.Split!, ReadRows("heart-ap", any));
        return (new SplitModel(any.Split!.Features, head, null, new DecisionRule.Above(false, 0)), rows.Take([.. Enumerable.Range(0, 4)]));
    }

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
