using Subnet.Health.Models;
using Subnet.Health.Models.Onnx;
using Subnet.Health.Models.Onnx.Operators;
using Subnet.Health.Models.Rows;
using static Subnet.Tests.Health.Models.Onnx.OnnxFile;

namespace Subnet.Tests.Health.Models.Onnx;

/// <summary>Operators that the vectors do not have, by values from their definitions; and what is refused.</summary>
[TestFixture]
internal sealed class OperatorTests
{
    private static readonly float[] Row = [-2, 0.5f, 3];

    private static IEnumerable<TestCaseData> Elementwise =>
    [
        Case("Abs", 2, 0.5f, 3),
        Case("Neg", 2, -0.5f, -3),
        Case("LeakyRelu", -0.02f, 0.5f, 3),
        Case("Elu", -0.86466472f, 0.5f, 3),
        Case("Selu", -1.5201664f, 0.5253505f, 3.152103f),
        Case("HardSigmoid", 0.1f, 0.6f, 1),
        Case("Tanh", -0.9640276f, 0.46211716f, 0.9950548f),
        Case("Softplus", 0.12692801f, 0.974077f, 3.0485873f),
        Case("Erf", -0.9953223f, 0.5204999f, 0.9999779f),
        Case("Reciprocal", -0.5f, 2, 1 / 3f),
        Case("Exp", 0.13533528f, 1.6487213f, 20.085537f),
        Case("LogSoftmax", -5.0850973f, -2.5850973f, -0.0850973f),
        Case("Softmax", 0.0061883f, 0.0753888f, 0.9184229f),
    ];

    [TestCaseSource(nameof(Elementwise))]
    public void A_function_has_its_value(string op, float[] expected) =>
        Assert.That(Answer(Model(3, 13, Op(op, "x", "y"))), Is.EqualTo(expected).Within(1e-6f));

    [Test]
    public void Shapes_are_moved_as_defined()
    {
        Assert.That(Answer(Model(3, 13, Constant("s", 1), Constant("e", 3), Constant("a", 1), Op("Slice", "x s e a", "y"))), Is.EqualTo(new[] { 0.5f, 3 }));
        Assert.That(
            Answer(Model(3, 13, Constant("s", -1), Constant("e", -9), Constant("a", 1), Constant("t", -1), Op("Slice", "x s e a t", "y"))),
            Is.EqualTo(new[] { 3, 0.5f, -2 }));
        Assert.That(Answer(Model(3, 13, Constant("i", 2, 0), Op("Gather", "x i", "y", Int("axis", 1)))), Is.EqualTo(new[] { 3f, -2 }));
        Assert.That(Answer(Model(3, 12, Op("Split", "x", "p y", Int("axis", 1), Ints("split", 1, 2)))), Is.EqualTo(new[] { 0.5f, 3 }));
        Assert.That(Answer(Model(3, 13, Constant("r", 0, -1, 1), Op("Reshape", "x r", "t"), Op("Transpose", "t", "y", Ints("perm", 0, 2, 1)))), Is.EqualTo(Row));
        Assert.That(Answer(Model(3, 13, Constant("d", 1, 3), Op("Flatten", "x", "f"), Op("Expand", "f d", "y"))), Is.EqualTo(Row));
        Assert.That(Answer(Model(3, 13, Constant("c", 1), Op("ReduceMax", "x", "y", Ints("axes", 1)))), Is.EqualTo(new[] { 3f }));
        Assert.That(Answer(Model(3, 13, Constant("c", 1), Op("ReduceSum", "x c", "y"))), Is.EqualTo(new[] { 1.5f }));
        Assert.That(Answer(Model(3, 13, Op("ReduceMean", "x", "y", Ints("axes", -1)))), Is.EqualTo(new[] { 0.5f }));
    }

    [Test]
    public void A_graph_of_ml_net_is_run_row_by_row_whatever_its_shapes_say()
    {
        // Its converter drops slots by picking elements of a table of one row.
        byte[] indices = Bytes(5, [.. Number(1, 1), .. Number(1, 2), .. Number(2, 7), .. Number(7, 2), .. Number(7, 0), .. Text(8, "i")]);
        OnnxModel model = OnnxModelReader.Read("model.onnx", new MemoryStream(MlNetModel(3, 12, indices, Op("GatherElements", "x i", "y.output", Int("axis", 1)))));

        PredictionBatch answers = model.Predict(new RowBatch(2, new RowColumn<float>("x", ColumnKind.Single, [1, 10], [2, 20], [3, 30])));

        Assert.That(((NumberOutput)answers.Outputs[0]).Values, Is.EqualTo(new[] { 3f, 1, 30, 10 }));
    }

    [TestCase(1.5f, 376679366)]
    [TestCase(float.NaN, 1927335251)]
    public void A_number_is_hashed_by_its_bits_and_a_missing_one_by_those_of_the_quiet_nan(float value, long expected)
    {
        Tensor[] hash = ConversionOperators.MurmurHash3(new NodeContext(new OnnxNode("h", "com.microsoft", "MurmurHash3", [], [], new Dictionary<string, OnnxAttribute>()), 1, _ => null))(
            [Inputs.Singles([value], 1)]);

        Assert.That(((Tensor<long>)hash[0]).Data, Is.EqualTo(new[] { expected }));
    }

    [TestCase("ReduceL1", 5.5f)]
    [TestCase("ReduceL2", 3.6400549f)]
    [TestCase("ReduceProd", -3f)]
    [TestCase("ReduceLogSum", 0.4054651f)]
    [TestCase("ReduceLogSumExp", 3.0850973f)]
    public void A_row_is_reduced_as_defined(string op, float expected) =>
        Assert.That(Answer(Model(3, 13, Op(op, "x", "y", Ints("axes", 1)))), Is.EqualTo(new[] { expected }).Within(1e-6f));

    [Test]
    public void Batch_normalisation_is_applied_for_each_channel() =>
        Assert.That(
            Answer(Model(
                3, 13, Constant("s", [3], 1, 2, 3), Constant("b", [3], 0, 1, 0), Constant("m", [3], -2, 0, 1), Constant("v", [3], 1, 4, 4),
                Op("BatchNormalization", "x s b m v", "y", Float("epsilon", 0.0000001f)))),
            Is.EqualTo(new[] { 0, 1.5f, 3 }).Within(1e-5f));

    [Test]
    public void A_kernel_machine_combines_its_support_vectors()
    {
        byte[] model = Model(3, 13, MlOp(
            "SVMRegressor", "x", "y", String("kernel_type", "RBF"), Floats("kernel_params", 0.5f, 0, 3), Int("n_supports", 1),
            Floats("support_vectors", -2, 0.5f, 2), Floats("coefficients", 4), Floats("rho", 0.25f)));
        Assert.That(Answer(model), Is.EqualTo(new[] { 0.25f + (4 * MathF.Exp(-0.5f)) }).Within(1e-6f));
    }

    [TestCase("BRANCH_LT", 0.5f, 2)]
    [TestCase("BRANCH_LEQ", 0.5f, 1)]
    [TestCase("BRANCH_GT", 0.5f, 2)]
    [TestCase("BRANCH_GTE", 0.5f, 1)]
    [TestCase("BRANCH_EQ", 0.5f, 1)]
    [TestCase("BRANCH_NEQ", 0.5f, 2)]
    [TestCase("BRANCH_LEQ", float.NaN, 2)]
    [TestCase("BRANCH_NEQ", float.NaN, 1)]
    public void A_value_on_the_threshold_goes_as_its_mode_says(string mode, float value, float expected) =>
        Assert.That(Answer(Model(3, 13, Stump(mode)), [0, value, 0]), Is.EqualTo(new[] { expected }));

    [Test]
    public void A_missing_value_follows_the_flag() =>
        Assert.That(Answer(Model(3, 13, Stump("BRANCH_LEQ", Ints("nodes_missing_value_tracks_true", 1, 0, 0))), [0, float.NaN, 0]), Is.EqualTo(new[] { 1f }));

    [TestCase("", 0u, 0u)]
    [TestCase("", 1u, 0x514E28B7u)]
    [TestCase("test", 0u, 0xBA6BD213u)]
    [TestCase("Hello, world!", 0x9747B28Cu, 0x24884CBAu)]
    [TestCase("The quick brown fox jumps over the lazy dog", 0x9747B28Cu, 0x2FA826CDu)]
    public void The_hash_has_its_published_values(string text, uint seed, uint expected) =>
        Assert.That(ConversionOperators.Hash(System.Text.Encoding.UTF8.GetBytes(text), seed), Is.EqualTo(expected));

    [Test]
    public void Labels_map_with_nan_for_equal_to_nan() =>
        Assert.That(
            Answer(Model(3, 13, MlOp("LabelEncoder", "x", "y", Floats("keys_floats", 3, float.NaN), Floats("values_floats", 30, 7), Float("default_float", -1))), [3, float.NaN, 8]),
            Is.EqualTo(new[] { 30f, 7, -1 }));

    [TestCase("MAX", 1 / 3f)]
    [TestCase("L1", 1 / 5.5f)]
    [TestCase("L2", 0.27472112f)]
    public void A_row_is_divided_by_its_norm_and_the_largest_value_is_not_an_absolute_one(string norm, float factor) =>
        Assert.That(Answer(Model(3, 13, MlOp("Normalizer", "x", "y", String("norm", norm)))), Is.EqualTo(Row.Select(value => value * factor)).Within(1e-6f));

    [Test]
    public void A_linear_kernel_machine_without_support_vectors_is_a_linear_model()
    {
        byte[] regressor = Model(3, 13, MlOp("SVMRegressor", "x", "y", String("kernel_type", "LINEAR"), Floats("coefficients", 1, 10, 100), Floats("rho", 0.25f)));
        Assert.That(Answer(regressor), Is.EqualTo(new[] { -2 + 5 + 300 + 0.25f }).Within(1e-4f));
    }

    [TestCase("MIN", 1f)]
    [TestCase("MAX", 20f)]
    [TestCase("SUM", 21.5f)]
    [TestCase("AVERAGE", 11f)]
    public void Trees_are_put_together_as_their_aggregate_says(string aggregate, float expected)
    {
        // Two stumps on feature 1 at 0.5, reached at their first leaf: 1 and 20; a base of 0.5.
        byte[] model = Model(3, 13, MlOp(
            "TreeEnsembleRegressor", "x", "y",
            Ints("nodes_treeids", 0, 0, 0, 1, 1, 1), Ints("nodes_nodeids", 0, 1, 2, 0, 1, 2), Ints("nodes_featureids", 1, 0, 0, 1, 0, 0),
            Strings("nodes_modes", "BRANCH_LEQ", "LEAF", "LEAF", "BRANCH_LEQ", "LEAF", "LEAF"), Floats("nodes_values", 0.5f, 0, 0, 0.5f, 0, 0),
            Ints("nodes_truenodeids", 1, 0, 0, 1, 0, 0), Ints("nodes_falsenodeids", 2, 0, 0, 2, 0, 0),
            Ints("target_treeids", 0, 0, 1, 1), Ints("target_nodeids", 1, 2, 1, 2), Ints("target_ids", 0, 0, 0, 0), Floats("target_weights", 1, 2, 20, 30),
            Floats("base_values", 0.5f), String("aggregate_function", aggregate)));
        Assert.That(Answer(model), Is.EqualTo(new[] { aggregate == "SUM" ? expected : expected + (aggregate == "AVERAGE" ? 0 : 0.5f) }));
    }

    private static IEnumerable<TestCaseData> Refused =>
    [
        new TestCaseData(Model(3, 13, Op("Conv", "x", "y")), "Conv").SetArgDisplayNames("operator"),
        new TestCaseData(Model(3, 13, Op("Relu", "x", "y", Int("mystery", 1))), "mystery").SetArgDisplayNames("attribute"),
        new TestCaseData(Model(3, 13, Op("Relu", "z", "y")), "'z'").SetArgDisplayNames("undefined value"),
        new TestCaseData(Model(3, 13, Op("Relu", "b", "a"), Op("Relu", "a", "b"), Op("Add", "x a", "y")), "own result").SetArgDisplayNames("cycle"),
        new TestCaseData(Model(3, 13, Op("Relu", "x", "y"), Op("Relu", "x", "y")), "twice").SetArgDisplayNames("second assignment"),
        new TestCaseData(Model(3, 13, Stump("BRANCH_MAYBE")), "BRANCH_MAYBE").SetArgDisplayNames("mode"),
        new TestCaseData(Model(3, 13, Stump("BRANCH_LEQ", Ints("nodes_missing_value_tracks_true", 1))), "length").SetArgDisplayNames("lists of nodes"),
        new TestCaseData(Model(3, 13, MlOp("LinearRegressor", "x", "y", Floats("coefficients", 1, float.NaN, 2))), "finite").SetArgDisplayNames("weights"),
        new TestCaseData(Model(3, 13, Constant("w", [3, 1], 1, float.PositiveInfinity, 2), Op("MatMul", "x w", "y")), "finite").SetArgDisplayNames("matrix"),
        new TestCaseData(Model(3, 13, Constant("w", [1000, 1000, 1000, 1000], 1), Op("MatMul", "x w", "y")), "elements").SetArgDisplayNames("huge tensor"),
        new TestCaseData(Model(3, 13, MlOp("CategoryMapper", "x", "y", Strings("cats_strings", "a"), Ints("cats_int64s", 1))), "CategoryMapper").SetArgDisplayNames("type"),
        new TestCaseData(Bytes(25, []), "functions").SetArgDisplayNames("function"),
        new TestCaseData(new byte[] { 0x0B }, "wire type").SetArgDisplayNames("group"),
        new TestCaseData(Array.Empty<byte>(), "no graph").SetArgDisplayNames("empty"),
    ];

    [TestCaseSource(nameof(Refused))]
    public void What_is_not_supported_is_refused_by_name(byte[] file, string word)
    {
        ModelFormatException? refused = Assert.Throws<ModelFormatException>(() => OnnxModelReader.Read("model.onnx", new MemoryStream(file)));
        Assert.That(refused!.Message, Does.Contain(word).And.EndsWith(".").And.Not.Contains("\n"));
    }

    private static TestCaseData Case(string op, params float[] expected) => new TestCaseData(op, expected).SetArgDisplayNames(op);

    private static byte[] Stump(string mode, params byte[][] more) => MlOp(
        "TreeEnsembleRegressor", "x", "y",
        [
            Ints("nodes_treeids", 0, 0, 0), Ints("nodes_nodeids", 0, 1, 2), Ints("nodes_featureids", 1, 0, 0), Strings("nodes_modes", mode, "LEAF", "LEAF"),
            Floats("nodes_values", 0.5f, 0, 0), Ints("nodes_truenodeids", 1, 0, 0), Ints("nodes_falsenodeids", 2, 0, 0),
            Ints("target_treeids", 0, 0), Ints("target_nodeids", 1, 2), Ints("target_ids", 0, 0), Floats("target_weights", 1, 2), .. more,
        ]);

    private static float[] Answer(byte[] file, float[]? row = null)
    {
        OnnxModel model = OnnxModelReader.Read("model.onnx", new MemoryStream(file));
        float[][] slots = [.. (row ?? Row).Select(value => new[] { value })];
        PredictionBatch answers = model.Predict(new RowBatch(1, new RowColumn<float>("x", ColumnKind.Single, slots)));
        return ((NumberOutput)answers.Outputs[0]).Values;
    }
}
