using Subnet.Health.Models;
using Subnet.Health.Models.Heads;
using Subnet.Health.Models.Rows;
using Body = Subnet.Tests.Health.Models.MlNet.MlNetFile.Body;

namespace Subnet.Tests.Health.Models.MlNet;

/// <summary>Predictors and calibrators that no vector at hand holds, written as the format document has them and computed by hand.</summary>
[TestFixture]
internal sealed class PredictorLayoutTests
{
    private const string Header = "x.0,x.1";

    [Test]
    public void Sparse_weights_and_a_dense_vector_give_the_same_score()
    {
        IPlainModel sparse = MlNetFile.Regression(2).Add(MlNetFile.Predictor, "LinearRegressionExec", "LIN RGRS", 0x00020001, Linear(0.5f, 2, [1], [3])).Read();
        IPlainModel dense = MlNetFile.Regression(2).Add(MlNetFile.Predictor, "LinearRegressionExec", "LIN RGRS", 0x00020001, Linear(0.5f, 2, [], [0, 3])).Read();
        Assert.Multiple(() =>
        {
            Assert.That(MlNetFile.Predict(sparse, "Score", Header, "7,2"), Is.EqualTo(new[] { 6.5f }));
            Assert.That(MlNetFile.Predict(dense, "Score", Header, "7,2"), Is.EqualTo(new[] { 6.5f }));
        });
    }

    [Test]
    public void Poisson_regression_is_exp_of_its_sum()
    {
        IPlainModel model = MlNetFile.Regression(2).Add(MlNetFile.Predictor, "PoissonRegressionExec", "POI RGRS", 0x00020001, Linear(0.5f, 2, [], [0.25f, -1])).Read();
        Assert.That(MlNetFile.Predict(model, "Score", Header, "2,1")[0], Is.EqualTo(Math.Exp(0)).Within(1e-6));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Least_squares_may_carry_statistics(bool statistics)
    {
        Body body = Linear(1, 2, [], [2, 3]).F64(0.9, 0.8).U8((byte)(statistics ? 1 : 0));
        body = statistics ? body.F64(new double[9]) : body;
        IPlainModel model = MlNetFile.Regression(2).Add(MlNetFile.Predictor, "OlsLinearRegressionExec", "OLS RGRS", 0x00010001, body).Read();
        Assert.That(MlNetFile.Predict(model, "Score", Header, "1,1"), Is.EqualTo(new[] { 6f }));
    }

    [Test]
    public void Trees_take_the_second_way_without_a_default_and_the_defaults_way_with_one()
    {
        // One node on feature 1 at 0.5; leaves 10 and 20.
        IPlainModel without = MlNetFile.Regression(2).Add(MlNetFile.Predictor, "FastTreeRegressionExec", "FTREE RE", 0x00010003, Trees(Tree(0.5f), 2)).Read();
        IPlainModel zero = MlNetFile.Regression(2).Add(MlNetFile.Predictor, "FastTreeRegressionExec", "FTREE RE", 0x00010004, Trees(Tree(0.5f, defaults: [0]), 2)).Read();
        IPlainModel below = MlNetFile.Regression(2).Add(MlNetFile.Predictor, "FastTreeRegressionExec", "FTREE RE", 0x00010004, Trees(Tree(0.5f, defaults: [-1]), 2)).Read();
        string[] rows = [Header, "0,0.5", "0,0.50000006", "0,"];
        Assert.Multiple(() =>
        {
            Assert.That(MlNetFile.Predict(without, "Score", rows), Is.EqualTo(new[] { 10f, 20, 20 }));
            Assert.That(MlNetFile.Predict(zero, "Score", rows), Is.EqualTo(new[] { 10f, 20, 20 }));
            Assert.That(MlNetFile.Predict(below, "Score", rows), Is.EqualTo(new[] { 10f, 20, 10 }));
        });
    }

    [Test]
    public void A_categorical_split_goes_second_when_a_listed_slot_is_above_zero()
    {
        IPlainModel model = MlNetFile.Regression(3)
            .Add(MlNetFile.Predictor, "LightGBMRegressionExec", "LGBSIREG", 0x00010005, Trees(Tree(0, defaults: [], categories: [0, 2]), 3)).Read();
        string[] rows = ["x.0,x.1,x.2", "0,1,0", "0,0,1", "1,0,0", ",0,0"];
        Assert.That(MlNetFile.Predict(model, "Score", rows), Is.EqualTo(new[] { 10f, 20, 20, 10 }));
        Assert.That(HeadKind(model), Is.EqualTo(NodeTest.NonePositive));
    }

    [TestCase("FastTreeRankerExec", "FTREE RA", 0x00010002u)]
    [TestCase("LightGBMRankerExec", "LGBMRANK", 0x00010002u)]
    public void Rankers_answer_with_their_sum(string signature, string magic, uint version)
    {
        IPlainModel model = new MlNetFile().Schema(("x", 2)).Chain(1)
            .Add("TransformerChain/Transform_000/", "RankingPredXfer", "RANKPRED", 0x00010001, new Body().Text("x"))
            .Add(MlNetFile.Predictor, signature, magic, version, Trees(Tree(0.5f), 2)).Read();
        Assert.That(MlNetFile.Predict(model, "Score", Header, "0,0", "0,1"), Is.EqualTo(new[] { 10f, 20 }));
    }

    [Test]
    public void A_regression_forest_averages_and_skips_its_quantile_samples()
    {
        Body trees = Trees(Tree(0.5f, defaults: [0], categories: [], samples: true), 2).U8(1).I32(100);
        IPlainModel model = MlNetFile.Regression(2).Add(MlNetFile.Predictor, "FastForestRegressionExec", "FFORE RE", 0x00010006, Twice(trees)).Read();
        Assert.That(MlNetFile.Predict(model, "Score", Header, "0,0", "0,1"), Is.EqualTo(new[] { 10f, 20 }));

        // Two equal trees of one leaf value sum to twice and average to once.
        static Body Twice(Body one)
        {
            byte[] bytes = one.ToArray();
            byte[] tree = bytes[8..^25];
            return new Body().I32(4, 2).U8(tree).U8(tree).U8(bytes[^25..]);
        }
    }

    [Test]
    public void Tweedie_is_exp_of_the_sum()
    {
        IPlainModel model = MlNetFile.Regression(2).Add(MlNetFile.Predictor, "FastTreeTweedieExec", "FTREE TW", 0x00010001, Trees(Tree(0.5f), 2)).Read();
        Assert.That(MlNetFile.Predict(model, "Score", Header, "0,0")[0], Is.EqualTo(Math.Exp(10)).Within(0.01));
    }

    [Test]
    public void A_local_deep_machine_walks_by_the_sign_of_its_gates()
    {
        // Two leaves: three nodes, one inner. sigma 1; W, T', T, bW, bT, bT'.
        Body body = new Body().I32(4, 2, 1).F32(1)
            .F32(1, 2, 3).F32(0.5f, 0.25f, 0.125f).F32(1).F32(0.1f, 0.2f, 0.3f).F32(0).F32(0.01f, 0.02f, 0.03f);
        MlNetFile file = Binary(1).Add(MlNetFile.Predictor, "LDSVMBinaryPredictor", "LDSVM BC", 0x00010001, body);
        double At(int node, double x) => Math.Tanh(((double[])[0.5, 0.25, 0.125])[node] * x + ((double[])[0.01, 0.02, 0.03])[node]) * ((((double[])[1, 2, 3])[node] * x) + ((double[])[0.1, 0.2, 0.3])[node]);
        IPlainModel model = file.Read();
        float[] scores = MlNetFile.Predict(model, "Score", "x.0", "2", "-2");
        Assert.Multiple(() =>
        {
            Assert.That(scores[0], Is.EqualTo(At(0, 2) + At(1, 2)).Within(1e-5));
            Assert.That(scores[1], Is.EqualTo(At(0, -2) + At(2, -2)).Within(1e-5));
            Assert.That(model.Split!.Head, Is.TypeOf<LocalDeepHead>());
        });
    }

    [Test]
    public void Pairwise_coupling_raises_pairs_and_normalises()
    {
        MlNetFile file = Multiclass(1).Add(MlNetFile.Predictor, "PKPDExec", "TLC PKPD", 0x00010001, new Body().I32(4, 3));
        float[] probabilities = [0.6f, 0.5f, 0.3f, 0.7f, 0.6f, 0.2f];
        string[] names = ["000", "001_000", "001", "002_000", "002_001", "002"];
        for (int i = 0; i < names.Length; i++)
        {
            file.Add($"{MlNetFile.Predictor}SubPredictor_{names[i]}/", "PriorPredictor", "PRIORPRD", 0x00010001, new Body().I32(4).F32(probabilities[i]));
        }

        // "0 or 1" is raised from 0.5 to 0.6; q_i = p_ii / max(p_ii, sum of pairs - p_ii).
        double[] q = [0.6 / Math.Max(0.6, 0.6 + 0.7 - 0.6), 0.3 / Math.Max(0.3, 0.6 + 0.6 - 0.3), 0.2 / Math.Max(0.2, 0.7 + 0.6 - 0.2)];
        float[] scores = MlNetFile.Predict(file.Read(), "Score", "x.0", "1");
        Assert.That(scores, Is.EqualTo(q.Select(value => (float)(value / q.Sum()))).Within(1e-5f));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    public void One_versus_all_combines_by_its_formula(int formula)
    {
        MlNetFile file = Multiclass(1).Add(MlNetFile.Predictor, "OVAExec", "TLC OVA", 0x00010001, new Body().I32(4).U8((byte)formula).I32(2));
        for (int k = 0; k < 2; k++)
        {
            string folder = $"{MlNetFile.Predictor}SubPredictor_{k:D3}/";
            file.Add(folder, "CaliPredExec", "CALIPRED", 0x00010001)
                .Add($"{folder}Predictor/", "Linear2CExec", "LINEAR2C", 0x00020002, Linear(k, 1, [], [1]))
                .Add($"{folder}Calibrator/", "PlattCaliExec", "PLATTCAL", 0x00010001, new Body().F64(-1, 0));
        }

        double P(double s) => 1 / (1 + Math.Exp(-s));
        double[] expected = formula switch
        {
            0 => [2, 3],
            1 => [P(2) / (P(2) + P(3)), P(3) / (P(2) + P(3))],
            _ => [1 / (1 + Math.E), Math.E / (1 + Math.E)],
        };
        Assert.That(MlNetFile.Predict(file.Read(), "Score", "x.0", "2"), Is.EqualTo(expected.Select(value => (float)value)).Within(1e-5f));
    }

    [TestCase("MultiClassLRExec", "MULTI LR", true)]
    [TestCase("MulticlassLinear", "MCLINEAR", false)]
    public void Linear_classes_may_be_stored_by_rows_of_listed_slots(string signature, string magic, bool softmax)
    {
        // Weights (0, 2) and (3, 0) with biases 1 and -1.
        Body body = new Body().I32(4, 2, 2).F32(1, -1).I32(3).I32(0, 1, 2).I32(2).I32(1, 0).I32(2).F32(2, 3);
        float[] scores = MlNetFile.Predict(Multiclass(2).Add(MlNetFile.Predictor, signature, magic, 0x00010001, body).Read(), "Score", Header, "1,0.5");
        double[] raw = [2, 2];
        Assert.That(scores, Is.EqualTo(softmax ? new[] { 0.5f, 0.5f } : [.. raw.Select(value => (float)value)]).Within(1e-6f));
    }

    [TestCase(0x00010001u)]
    [TestCase(0x00010002u)]
    public void Naive_bayes_counts_are_of_the_width_of_their_version(uint version)
    {
        Body body = new Body().I32(4);
        Body Number(Body to, long value) => version == 0x00010001 ? to.I32((int)value) : to.I64(value);
        body.I32(3);
        foreach (long count in (long[])[6, 4, 0])
        {
            Number(body, count);
        }

        body.I32(1);
        Number(Number(body, 2), 3);
        body.F64(-0.5, -0.25, 0);
        float[] scores = MlNetFile.Predict(Multiclass(1).Add(MlNetFile.Predictor, "MultiClassNaiveBayesPred", "MNABYPRD", version, body).Read(), "Score", "x.0", "1", "0", "NaN");
        double[] absent = [Math.Log(0.6) - 0.5, Math.Log(0.4) - 0.25];
        double[] present = [absent[0] + Math.Log(3) - Math.Log(5), absent[1] + Math.Log(4) - Math.Log(2)];
        Assert.Multiple(() =>
        {
            Assert.That(scores[..2], Is.EqualTo(present.Select(value => (float)value)).Within(1e-5f));
            Assert.That(scores[2], Is.EqualTo(float.NegativeInfinity));
            Assert.That(scores[3..5], Is.EqualTo(absent.Select(value => (float)value)).Within(1e-5f));
            Assert.That(scores[6..8], Is.EqualTo(scores[..2]), "a missing value counts as present");
        });
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Centres_may_list_their_slots(bool sparse)
    {
        Body body = new Body().I32(4, 2, 2);
        body = sparse ? body.I32(1).I32(1).F32(3).I32(2).F32(1, 1) : body.F32(0, 3, 1, 1);
        IPlainModel model = new MlNetFile().Schema(("x", 2)).Chain(1)
            .Add("TransformerChain/Transform_000/", "ClusteringPredXfer", "CLUSPRED", 0x00010001, new Body().Text("x"))
            .Add(MlNetFile.Predictor, "KMeansPredictor", "KMEANS", sparse ? 0x00010002u : 0x00010001u, body).Read();
        Assert.Multiple(() =>
        {
            Assert.That(MlNetFile.Predict(model, "Score", Header, "0,2"), Is.EqualTo(new[] { 1f, 2 }));
            Assert.That(MlNetFile.Predict(model, "PredictedLabel", Header, "0,2"), Is.EqualTo(new[] { 1f }));
        });
    }

    [Test]
    public void Distances_are_as_coarse_as_the_trainers_far_from_zero_and_none_from_infinity()
    {
        // |c|^2 = 1e8 and |x|^2 = 100,020,001 are whole in single precision; 2 c . x = 200,020,000 is not and loses a half.
        IPlainModel model = new MlNetFile().Schema(("x", 1)).Chain(1)
            .Add("TransformerChain/Transform_000/", "ClusteringPredXfer", "CLUSPRED", 0x00010001, new Body().Text("x"))
            .Add(MlNetFile.Predictor, "KMeansPredictor", "KMEANS", 0x00010001, new Body().I32(4, 1, 1).F32(10000)).Read();
        float expected = (-2 * (float)(10000.0 * 10001)) + 1e8f + (float)(10001.0 * 10001);
        Assert.Multiple(() =>
        {
            Assert.That(MlNetFile.Predict(model, "Score", "x.0", "10001", "Infinity"), Is.EqualTo(new[] { Math.Max(0, expected), float.NaN }));
            Assert.That(MlNetFile.Predict(model, "PredictedLabel", "x.0", "10001", "Infinity"), Is.EqualTo(new[] { 1f, 0 }));
        });
    }

    [Test]
    public void Beside_an_infinite_score_the_others_have_no_share_and_it_is_missing()
    {
        Body body = new Body().I32(4, 1, 3).F32(0, 0, 5).I32(0).I32(0).I32(3).F32(1, -1, 0);
        IPlainModel model = Multiclass(1).Add(MlNetFile.Predictor, "MultiClassLRExec", "MULTI LR", 0x00010003, body).Read();
        Assert.Multiple(() =>
        {
            Assert.That(MlNetFile.Predict(model, "Score", "x.0", "Infinity"), Is.EqualTo(new[] { float.NaN, 0, float.NaN }));
            Assert.That(MlNetFile.Predict(model, "PredictedLabel", "x.0", "Infinity"), Is.EqualTo(new[] { 2f }));
        });
    }

    [Test]
    public void Members_of_one_versus_all_whose_scores_overflow_have_no_share()
    {
        MlNetFile file = Multiclass(1).Add(MlNetFile.Predictor, "OVAExec", "TLC OVA", 0x00010001, new Body().I32(4).U8(2).I32(2));
        for (int k = 0; k < 2; k++)
        {
            file.Add($"{MlNetFile.Predictor}SubPredictor_{k:D3}/", "Linear2CExec", "LINEAR2C", 0x00020002, Linear(0, 1, [], [1 - k]));
        }

        Assert.That(MlNetFile.Predict(file.Read(), "Score", "x.0", "800"), Is.EqualTo(new[] { float.NaN, 0 }));
    }

    [Test]
    public void An_ensemble_without_trees_sums_to_zero()
    {
        IPlainModel model = MlNetFile.Regression(2)
            .Add(MlNetFile.Predictor, "FastTreeRegressionExec", "FTREE RE", 0x00010003, new Body().I32(4, 0).F64(0).I32(-1, -1).I32(2)).Read();
        Assert.That(MlNetFile.Predict(model, "Score", Header, "1,2", ","), Is.EqualTo(new[] { 0f, 0 }));
    }

    [TestCase("Single", false, "2.5", "NaN")]
    [TestCase("Single", true, "2.5", "")]
    [TestCase("Double", false, "0.1", "NaN")]
    [TestCase("Double", true, "0.10000000000000001", "")]
    [TestCase("Int64", false, "10000000005", "0")]
    [TestCase("UInt64", true, "18446744073709551611", "")]
    [TestCase("UInt64", false, "18446744073709551611", "0")]
    [TestCase("Boolean", false, "1", "0")]
    [TestCase("Boolean", true, "1", "")]
    public void A_label_goes_back_to_its_class_and_a_missing_one_to_the_missing_value_of_its_type(string type, bool asText, string expected, string missing)
    {
        (byte kind, Body term) = type switch
        {
            "Single" => ((byte)9, new Body().F32(7, 2.5f)),
            "Double" => ((byte)10, new Body().F64(7, 0.1)),
            "Int64" => ((byte)7, new Body().I64(-4, 10_000_000_005)),
            "UInt64" => ((byte)8, new Body().U64(3, 18446744073709551611)),
            _ => ((byte)12, new Body().U8(0b10)),
        };
        Body loader = new Body().I32(4).I64(0).U32(0).I32(0).I32(1).U8((byte)',', 0)
            .I32(2).Text("c").U8(kind, 0).I32(1).I32(0, 1).U8(0).Text("x").U8(9, 0).I32(1).I32(1, 2).U8(1);
        const string Inner = "TransformerChain/Transform_000/";
        Body classes = new Body().I32(4, 1, 2).F32(0, 0).I32(0).I32(0).I32(2).F32(-1, 1);
        IPlainModel model = new MlNetFile()
            .Add("", "CompositeLoader", "CMPSTLDR", 0x00010001).Add("Loader/", "TextLoader", "TXTLOADR", 0x0001000A, loader)
            .Add("TransformerChain/", "TransformerChain", "XF CHAIN", 0x00010001, new Body().I32(1, 7))
            .Add(Inner, "TransformerChain", "XF CHAIN", 0x00010001, new Body().I32(3, 7, 7, 7))
            .Add($"{Inner}Transform_000/", "TermTransform", "TERMTRNF", 0x00010003, new Body().Pairs(("l", "c")).U8((byte)(asText ? 1 : 0)))
            .Add($"{Inner}Transform_000/Vocabulary/", "TermManager", "TERM MAN", 0x00010002, new Body().I32(1).U8(1).Codec(type, new Body()).I32(2).U8(term.ToArray()))
            .Add($"{Inner}Transform_001/", "MulticlassPredXfer", "MC  PRED", 0x00010002, new Body().Text("x", "l", "Score", "PredictedLabel"))
            .Add($"{Inner}Transform_001/Model/", "MulticlassLinear", "MCLINEAR", 0x00010001, classes)
            .Add($"{Inner}Transform_002/", "KeyToValueTransform", "KEY2VALT", 0x00010001, new Body().Pairs(("PredictedLabel", "PredictedLabel"))).Read();
        PredictionBatch answers = model.Predict(RowFileReader.Read(new StringReader("c,x.0\n,1\n,NaN\n"), model.Schema));
        Assert.Multiple(() =>
        {
            Assert.That(answers.PredictedLabel!.Format(0, 0), Is.EqualTo(expected));
            Assert.That(answers.PredictedLabel!.Format(1, 0), Is.EqualTo(missing));
        });
    }

    [TestCase("RegressionGamPredictor", "GAM REGP")]
    public void An_additive_model_puts_an_equal_value_into_the_lower_bin_and_a_missing_one_into_the_first(string signature, string magic)
    {
        Body body = new Body().I32(1, 2).F64(0.5).Counted(1.0, 2, 4).F64(0, 10, double.PositiveInfinity).I32(1).I32(1, 0);
        IPlainModel model = MlNetFile.Regression(2).Add(MlNetFile.Predictor, signature, magic, 0x00010002, body).Read();
        Assert.That(MlNetFile.Predict(model, "Score", Header, "9,0", "9,0.1", "9,10", "9,11", "9,"), Is.EqualTo(new[] { 1.5f, 2.5f, 2.5f, 4.5f, 1.5f }));
    }

    [Test]
    public void A_calibrator_in_the_predictors_own_folder_gives_probabilities()
    {
        IPlainModel model = Binary(1)
            .Add(MlNetFile.Predictor, "Linear2CExec", "LINEAR2C", 0x00020001, Linear(0, 1, [], [1]), container: 0x00010001)
            .Add($"{MlNetFile.Predictor}Calibrator/", "PlattCaliExec", "PLATTCAL", 0x00010001, new Body().F64(-2, 0.5)).Read();
        Assert.Multiple(() =>
        {
            Assert.That(MlNetFile.Predict(model, "Probability", "x.0", "1")[0], Is.EqualTo(1 / (1 + Math.Exp(-1.5))).Within(1e-6));
            Assert.That(MlNetFile.Predict(model, "PredictedLabel", "x.0", "0", "0.001", "NaN"), Is.EqualTo(new[] { 0f, 1, 0 }));
        });
    }

    [Test]
    public void A_threshold_on_the_probability_is_strict()
    {
        IPlainModel model = Binary(1, 0.5f, "Probability")
            .Add(MlNetFile.Predictor, "FeatWCaliPredExec", "FTWTCALP", 0x00010001)
            .Add($"{MlNetFile.Predictor}Predictor/", "Linear2CExec", "LINEAR2C", 0x00020002, Linear(0, 1, [], [1]))
            .Add($"{MlNetFile.Predictor}Calibrator/", "PlattCaliExec", "PLATTCAL", 0x00010001, new Body().F64(-1, 0)).Read();
        Assert.That(MlNetFile.Predict(model, "PredictedLabel", "x.0", "0", "0.01"), Is.EqualTo(new[] { 0f, 1 }));
    }

    [TestCase("NaiveCalibratTransf", "NaiveCaliExec", "NAIVECAL")]
    [TestCase("PavCalibratTransf", "PAVCaliExec", "PAV  CAL")]
    [TestCase("PlattCalibratTransf", "PlattCaliExec", "PLATTCAL")]
    public void Calibrators_may_come_later_and_leave_score_and_label_alone(string transformer, string calibrator, string magic)
    {
        Body body = calibrator switch
        {
            "NaiveCaliExec" => new Body().I32(4).F32(1, -1).Counted(0.1f, 0.4f, 0.9f),
            "PAVCaliExec" => new Body().I32(4, 2).F32(-1, 0, 0.25f).F32(1, 2, 0.75f),
            _ => new Body().F64(-1, 0),
        };
        float[] expected = calibrator switch
        {
            "NaiveCaliExec" => [0.1f, 0.4f, 0.9f, 0.9f],
            "PAVCaliExec" => [0.25f, 0.5f, 0.75f, 0.75f],
            _ => [0, 0.62245935f, 0.7310586f, 1],
        };
        IPlainModel model = new MlNetFile().Schema(("x", 1)).Chain(2)
            .Add("TransformerChain/Transform_000/", "BinaryPredXfer", "BIN PRED", 0x00010001, new Body().Text("x").F32(0).Text("Score"))
            .Add(MlNetFile.Predictor, "Linear2CExec", "LINEAR2C", 0x00020002, Linear(0, 1, [], [1]))
            .Add("TransformerChain/Transform_001/", transformer, "CALTRANS", 0x00010002, new Body().Text("Score"))
            .Add("TransformerChain/Transform_001/Calibrator/", calibrator, magic, 0x00010001, body, calibrator == "PlattCaliExec" ? "Model.key" : "Model.bin").Read();
        Assert.Multiple(() =>
        {
            Assert.That(MlNetFile.Predict(model, "Probability", "x.0", "-100", "0.5", "1", "100"), Is.EqualTo(expected).Within(1e-6f));
            Assert.That(MlNetFile.Predict(model, "PredictedLabel", "x.0", "-100", "100"), Is.EqualTo(new[] { 0f, 1 }));
        });
    }

    [Test]
    public void What_the_format_document_lists_to_be_refused_is_refused_by_name_and_other_unknown_kinds_are_not_excused()
    {
        MlNetFile With(string signature) => new MlNetFile().Schema(("x", 1)).Chain(1).Add("TransformerChain/Transform_000/", signature, "SOMETHIN", 0x00010001);
        ModelFormatException listed = Assert.Throws<ModelFormatException>(() => With("TreeEnseFeat").Read())!;
        ModelFormatException unknown = Assert.Throws<ModelFormatException>(() => With("NobodyKnows").Read())!;
        Assert.Multiple(() =>
        {
            Assert.That(listed.IsRefusedByName);
            Assert.That(listed.Message, Does.Contain("TreeEnseFeat").And.EndWith("."));
            Assert.That(unknown.IsRefusedByName, Is.False);
        });
    }

    private static NodeTest HeadKind(IPlainModel model) => ((TreeEnsembleHead)model.Split!.Head).Trees[0].Nodes[0].Test;

    private static MlNetFile Binary(int features, float threshold = 0, string column = "Score") => new MlNetFile().Schema(("x", features)).Chain(1)
        .Add("TransformerChain/Transform_000/", "BinaryPredXfer", "BIN PRED", 0x00010001, new Body().Text("x").F32(threshold).Text(column));

    private static MlNetFile Multiclass(int features) => new MlNetFile().Schema(("x", features)).Chain(1)
        .Add("TransformerChain/Transform_000/", "MulticlassPredXfer", "MC  PRED", 0x00010002, new Body().Text("x").I32(-1).Text("Score", "PredictedLabel"));

    private static Body Linear(float bias, int length, int[] indices, float[] weights) => new Body().I32(4).F32(bias).I32(length).Counted(indices).Counted(weights);

    private static Body Trees(Body tree, int features) => new Body().I32(4, 1).U8(tree.ToArray()).F64(123).I32(-1, -1).I32(features);

    // A node on feature 1 with leaves 10 and 20; bins, statistics and weights are there to be passed over.
    private static Body Tree(float threshold, float[]? defaults = null, int[]? categories = null, bool samples = false)
    {
        Body tree = new Body().U8((byte)(samples ? 2 : 0)).I32(2).F64(99, 1).Counted(~0).Counted(~1).Counted(1);
        if (categories is { Length: 0 })
        {
            tree.I32(0);
        }
        else if (categories is not null)
        {
            tree.Counted(0).Counted(categories).I32(0, 0);
        }

        tree.Counted(7).Counted(threshold);
        if (defaults is not null)
        {
            tree.Counted(defaults);
        }

        tree.Counted(10.0, 20).Counted(1.0).Counted(1.0).Counted(1.0);
        return samples ? tree.Counted(1.0, 2).Counted(0.5, 0.5) : tree;
    }
}
