using System.Text;
using Subnet.Health.Models;
using Subnet.Health.Models.Evaluation;
using Subnet.Health.Models.MlNet;
using Body = Subnet.Tests.Health.Models.MlNet.MlNetFile.Body;

namespace Subnet.Tests.Health.Models.MlNet;

/// <summary>Transformers that no vector at hand holds, written as the format document has them: each in front of a sum with weights 1, 10, 100, ...</summary>
[TestFixture]
internal sealed class TransformLayoutTests
{
    private const string Second = "TransformerChain/Transform_000/";

    private static readonly (string Output, string Input)[] XtoY = [("y", "x")];

    [Test]
    public void Slots_that_are_dropped_close_up_and_none_left_is_one_zero()
    {
        Body some = new Body().Pairs(XtoY).Counted(0, 3).I32(1, 3);
        Body all = new Body().Pairs(XtoY).Counted(0).I32(int.MaxValue);
        Assert.Multiple(() =>
        {
            Assert.That(Sum("DropSlotsTransform", "DROPSLOT", 0x00010001, some, 4, 1, "1,2,3,4"), Is.EqualTo(new[] { 3f }));
            Assert.That(Sum("DropSlotsTransform", "DROPSLOT", 0x00010001, all, 4, 1, "1,2,3,4"), Is.EqualTo(new[] { 0f }));
        });
    }

    [Test]
    public void Missing_values_are_replaced_by_one_value_or_by_one_for_each_slot()
    {
        Body vector = new Body().Codec("Single", new Body()).I32(1, 3);
        Body scalar = new Body().Pairs(XtoY).Codec("Single", new Body()).F32(7);
        Body dense = new Body().Pairs(XtoY).Codec("VBuffer", vector).I32(1, 3, -1, 0).F32(1, 2, 3);
        Body sparse = new Body().Pairs(XtoY).Codec("VBuffer", vector).I32(1, 3, 1, 1, 1).F32(5);
        Assert.Multiple(() =>
        {
            Assert.That(Sum("NAReplaceTransform", "NAREP TF", 0x00010002, scalar, 3, 3, ",2,"), Is.EqualTo(new[] { 727f }));
            Assert.That(Sum("NAReplaceTransform", "NAREP TF", 0x00010002, dense, 3, 3, ",9,"), Is.EqualTo(new[] { 391f }));
            Assert.That(Sum("NAReplaceTransform", "NAREP TF", 0x00010002, sparse, 3, 3, ",,1"), Is.EqualTo(new[] { 150f }));
        });
    }

    [Test]
    public void Indicators_of_missing_values_are_converted_to_numbers()
    {
        MlNetFile file = new MlNetFile().Schema(("x", 2)).Chain(3)
            .Add("TransformerChain/Transform_000/", "NaIndicatorTransform", "NAIND TF", 0x00010001, new Body().Pairs(("n", "x")))
            .Add("TransformerChain/Transform_001/", "ConvertTransform", "CONVERTF", 0x00010004, new Body().Pairs(("y", "n")).U8(9));
        Assert.That(Predict(file, 2, "3,"), Is.EqualTo(new[] { 10f }));
    }

    [TestCase(0x00010002u)]
    [TestCase(0x00010004u)]
    public void A_conversion_to_keys_is_refused_by_its_type_and_not_by_its_bytes(uint version)
    {
        Body body = new Body().Pairs(XtoY).U8(0x86);
        body = version == 0x00010004 ? body.U64(5) : body.U64(0, 4).U8(1);
        Assert.That(
            () => Sum("ConvertTransform", "CONVERTF", version, body, 2, 2, "3,4"), Throws.InstanceOf<ModelFormatException>().With.Message.Contains("converted to type 6, not to Single"));
    }

    [TestCase(false, 0, new float[] { 3, 4, 0 }, new[] { 0.6f, 0.8f, 0 })]
    [TestCase(true, 0, new float[] { 1, 2, 3 }, new[] { -0.70710677f, 0, 0.70710677f })]
    [TestCase(true, 1, new float[] { 1, 2, 3 }, new[] { -1.2247449f, 0, 1.2247449f })]
    [TestCase(false, 2, new float[] { 1, -3, 4 }, new[] { 0.125f, -0.375f, 0.5f })]
    [TestCase(false, 3, new float[] { 1, -4, 2 }, new[] { 0.25f, -1, 0.5f })]
    [TestCase(true, 2, new float[] { 1, 2, 6 }, new[] { -0.33333334f, -0.16666667f, 0.5f })]
    public void A_row_is_divided_by_its_norm_after_its_mean_where_asked(bool subtractMean, int norm, float[] row, float[] expected)
    {
        Body body = new Body().Pairs(XtoY).U8((byte)(subtractMean ? 1 : 0), (byte)norm).F32(1);
        string line = string.Join(',', row.Select(value => value.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        float sum = expected[0] + (10 * expected[1]) + (100 * expected[2]);
        Assert.That(Sum("GcnTransform", "GCNORMAF", 0x00010003, body, 3, 3, line)[0], Is.EqualTo(sum).Within(1e-4));
    }

    [TestCase(0x00010001u)]
    [TestCase(0x00010002u)]
    public void An_affine_normaliser_may_list_its_slots_and_ignores_the_offset_of_a_zero_scale(uint version)
    {
        // Slots 0 and 2 are listed; slot 2 has scale 0.
        Body function = new Body().I32(4, 3).Counted(0, 2).Counted(2f, 0).Counted(1f, 5);
        Assert.That(Normalised(version, "AffineNormExec", "AFF NORM", 0x00010003, function, "4,7,9"), Is.EqualTo(new[] { 6f + 70 }));
    }

    [Test]
    public void A_distribution_normaliser_takes_logarithms_where_asked_and_a_missing_value_to_zero()
    {
        Body function = new Body().I32(4).U8(1).I32(3).F32(1, 1, 1).F32(0.5f, 0, 0.5f);
        double Expected(double x)
        {
            double z = ((float)Math.Log(x) - 1) / 0.5;
            double q = z * z / 2;
            double a = 0.147 * q;
            return 0.5 + (0.5 * Math.Sign(z) * Math.Sqrt(1 - Math.Exp(-q * ((4 / Math.PI) + a) / (1 + a))));
        }

        Assert.Multiple(() =>
        {
            Assert.That(Normalised(0x00010002, "CdfNormalizeFunction", "CDFNORMF", 0x00010001, function, "4,7,1")[0], Is.EqualTo(Expected(4) + (100 * Expected(1))).Within(1e-4));
            Assert.That(Normalised(0x00010002, "CdfNormalizeFunction", "CDFNORMF", 0x00010001, function, "NaN,NaN,0"), Is.EqualTo(new[] { 0f }));
        });
    }

    [TestCase(false, 0, 0.5f, 1)]
    [TestCase(true, -0.5f, 0, 0.5f)]
    public void Bins_are_found_at_or_below_their_bound_and_zero_is_kept_where_asked(bool keepZero, float first, float second, float third)
    {
        MlNetFile file = NormaliserFile(0x00010002)
            .Add("TransformerChain/Transform_000/Normalizer_000/", "BinNormalizeFunction", "BINNORMF", 0x00010001, new Body().U8((byte)(keepZero ? 1 : 0)))
            .Add("TransformerChain/Transform_000/Normalizer_000/BinNormalizer/", "BinNormExec", "BIN NORM", 0x00010001, Bounds(3));
        Assert.That(Predict(file, 3, "-1,0.5,2", "NaN,1,1"), Is.EqualTo(new[] { first + (10 * second) + (100 * third), float.NaN }));

        static Body Bounds(int slots)
        {
            Body body = new Body().I32(4, slots);
            for (int i = 0; i < slots; i++)
            {
                body.Counted(-1f, 1, float.PositiveInfinity);
            }

            return body;
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public void A_vector_of_keys_becomes_a_bag_or_indicators_end_to_end(bool bag)
    {
        // Keys of the numbers 5, 7, 9: (7, 7, 9) counts 0, 2, 1; end to end (5, unseen, 7) has 100 000 010.
        MlNetFile file = new MlNetFile().Schema(("x", 3)).Chain(3)
            .Add("TransformerChain/Transform_000/", "TermTransform", "TERMTRNF", 0x00010003, new Body().Pairs(("k", "x")).U8(0))
            .Add("TransformerChain/Transform_000/Vocabulary/", "TermManager", "TERM MAN", 0x00010002, new Body().I32(1).U8(1).Codec("Single", new Body()).I32(3).F32(5, 7, 9))
            .Add("TransformerChain/Transform_001/", "KeyToVectorTransform", "KEY2VECT", 0x00010002, new Body().Pairs(("y", "k")).U8((byte)(bag ? 1 : 0)));
        Assert.That(Predict(file, bag ? 3 : 9, "7,7,9", "5,6,7", "NaN,NaN,NaN"), Is.EqualTo(bag ? [120, 11, 0] : new float[] { 10 + 10_000 + 100_000_000, 1 + 10_000_000, 0 }));
    }

    [Test]
    public void Texts_of_a_vocabulary_are_found_exactly_and_a_key_goes_back_to_its_number()
    {
        MlNetFile words = new MlNetFile().Schema(("x", -1)).Chain(3)
            .Add("TransformerChain/Transform_000/", "TermTransform", "TERMTRNF", 0x00010003, new Body().Pairs(("k", "x")).U8(0))
            .Add("TransformerChain/Transform_000/Vocabulary/", "TermManager", "TERM MAN", 0x00010002, new Body().I32(1).U8(0).I32(2).Text("no", "Yes"))
            .Add("TransformerChain/Transform_001/", "KeyToVectorTransform", "KEY2VECT", 0x00010001, new Body().I32(4).Pairs(("y", "k")).U8(0));
        MlNetFile numbers = new MlNetFile().Schema(("x", 2)).Chain(4)
            .Add("TransformerChain/Transform_000/", "TermTransform", "TERMTRNF", 0x00010003, new Body().Pairs(("k", "x")).U8(0))
            .Add("TransformerChain/Transform_000/Vocabulary/", "TermManager", "TERM MAN", 0x00010002, new Body().I32(1).U8(1).Codec("Double", new Body()).I32(2).F64(2.5, 4))
            .Add("TransformerChain/Transform_001/", "KeyToValueTransform", "KEY2VALT", 0x00010001, new Body().Pairs(("v", "k")))
            .Add("TransformerChain/Transform_002/", "ConvertTransform", "CONVERTF", 0x00010004, new Body().Pairs(("y", "v")).U8(9));
        Assert.Multiple(() =>
        {
            Assert.That(Predict(words, 2, ["x", "Yes", "no", "yes", "never"]), Is.EqualTo(new[] { 10f, 1, 0, 0 }));
            Assert.That(Predict(numbers, 2, "4,2.5", "4,3"), Is.EqualTo(new[] { 29f, float.NaN }));
        });
    }

    [Test]
    public void Keys_in_binary_have_two_bits_above_the_logarithm_and_a_missing_one_has_all()
    {
        MlNetFile file = new MlNetFile().Schema(("x", 2)).Chain(3)
            .Add("TransformerChain/Transform_000/", "TermTransform", "TERMTRNF", 0x00010003, new Body().Pairs(("k", "x")).U8(0))
            .Add("TransformerChain/Transform_000/Vocabulary/", "TermManager", "TERM MAN", 0x00010002, new Body().I32(1).U8(1).Codec("Single", new Body()).I32(3).F32(1, 2, 3))
            .Add("TransformerChain/Transform_001/", "KeyToBinaryTransform", "KEY2BINR", 0x00000001, new Body().Pairs(("y", "k")));

        // Three values take three bits: key 3 is 010, a missing one 111.
        Assert.That(Predict(file, 6, "3,1", "1,8"), Is.EqualTo(new[] { 10f, 111000 }));
    }

    [Test]
    public void A_hash_with_inverted_names_is_read_and_its_names_are_passed_over()
    {
        MlNetFile file = new MlNetFile().Schema(("x", -1)).Chain(3)
            .Add("TransformerChain/Transform_000/", "HashTransform", "HASHTRNS", 0x00010004, new Body().Pairs(("k", "x")).I32(2).U32(314489979).U8(1, 0))
            .Add("TransformerChain/Transform_000/Vocabulary_000/", "TermLookup", "TEXTKVMP", 0x00010001)
            .Add("TransformerChain/Transform_001/", "KeyToVectorTransform", "KEY2VECT", 0x00010002, new Body().Pairs(("y", "k")).U8(0));
        float[] sums = Predict(file, 4, ["x", "a", " a ", "b"]);
        Assert.Multiple(() =>
        {
            Assert.That(sums[0], Is.AnyOf(1f, 10f, 100f, 1000f));
            Assert.That(sums[1], Is.EqualTo(sums[0]), "blanks at both ends do not count");
        });
    }

    [Test]
    public void All_slots_are_hashed_to_one_key_where_asked_and_a_missing_slot_has_none()
    {
        MlNetFile file = new MlNetFile().Schema(("x", 2)).Chain(3)
            .Add("TransformerChain/Transform_000/", "HashTransform", "HASHTRNS", 0x00010004, new Body().Pairs(("k", "x")).I32(2).U32(9).U8(0, 1))
            .Add("TransformerChain/Transform_001/", "KeyToVectorTransform", "KEY2VECT", 0x00010002, new Body().Pairs(("y", "k")).U8(0));
        uint words = MurmurHash.Round(MurmurHash.Round(9, BitConverter.SingleToUInt32Bits(1.5f)), 0);
        uint key = MurmurHash.Finish(words, 8) & 3;
        Assert.That(Predict(file, 4, "1.5,-0", "1.5,"), Is.EqualTo(new[] { (float)Math.Pow(10, key), 0 }));
    }

    [Test]
    public void A_chain_inside_a_chain_copies_selects_and_joins_columns()
    {
        MlNetFile file = new MlNetFile().Schema(("a", 0), ("b", 0)).Chain(2)
            .Add("TransformerChain/Transform_000/", "TransformerChain", "XF CHAIN", 0x00010001, new Body().I32(3, 1, 2, 4))
            .Add("TransformerChain/Transform_000/Transform_000/", "CopyTransform", "COPYCOLT", 0x00010001, new Body().Pairs(("c", "b")))
            .Add("TransformerChain/Transform_000/Transform_001/", "SelectColumnsTransform", "SELCOLST", 0x00010001, new Body().U8(0, 0, 0).I32(1).Text("b"))
            .Add("TransformerChain/Transform_000/Transform_002/", "ConcatTransform", "CONCAT F", 0x00010003, new Body().I32(1).Text("y").I32(2).Text("a").I32(-1).Text("c").I32(-1));
        Assert.That(Predict(file, 2, ["a,b", "3,4"]), Is.EqualTo(new[] { 43f }));
    }

    [TestCase(0x0001000Au)]
    [TestCase(0x0001000Eu)]
    public void Columns_come_from_a_text_loader_where_the_file_has_one(uint version)
    {
        Body loader = new Body().I32(4).I64(0).U32(0).I32(0).I32(1).U8((byte)',', 0);
        loader = version >= 0x0001000D ? loader.U8((byte)'"', (byte)'.') : loader;
        loader.I32(2).Text("label").U8(12, 0).I32(1).I32(0, 1).U8(0).Text("x").U8(9, 0).I32(1).I32(1, 3).U8(0);
        MlNetFile file = new MlNetFile()
            .Add("", "CompositeLoader", "CMPSTLDR", 0x00010001).Add("Loader/", "TextLoader", "TXTLOADR", version, loader)
            .Add("TransformerChain/", "TransformerChain", "XF CHAIN", 0x00010001, new Body().I32(1, 7))
            .Add("TransformerChain/Transform_000/", "TransformerChain", "XF CHAIN", 0x00010001, new Body().I32(1, 7))
            .Add("TransformerChain/Transform_000/Transform_000/", "RegressionPredXfer", "REG PRED", 0x00010001, new Body().Text("x"))
            .Add("TransformerChain/Transform_000/Transform_000/Model/", "LinearRegressionExec", "LIN RGRS", 0x00020001, new Body().I32(4).F32(0).I32(2, 0).Counted(1f, 10));
        Assert.That(MlNetFile.Predict(file.Read(), "Score", "label,x.0,x.1", "1,3,4"), Is.EqualTo(new[] { 43f }));
    }

    [Test]
    public void Entry_names_with_backslashes_are_those_with_slashes()
    {
        byte[] zip = MlNetFile.Regression(1).Add(MlNetFile.Predictor, "LinearRegressionExec", "LIN RGRS", 0x00020001, new Body().I32(4).F32(0).I32(1, 0).Counted(2f)).ToZip();
        for (int at = zip.AsSpan().IndexOf("TransformerChain/"u8); at >= 0;)
        {
            int end = at;
            while (zip[end] is >= 0x20 and < 0x7F)
            {
                zip[end] = zip[end] == (byte)'/' ? (byte)'\\' : zip[end];
                end++;
            }

            int next = zip.AsSpan(end).IndexOf("TransformerChain/"u8);
            at = next < 0 ? -1 : end + next;
        }

        Assert.That(Encoding.ASCII.GetString(zip), Does.Contain("TransformerChain\\Transform_000\\Model\\Model.key"));
        Assert.That(MlNetFile.Predict(MlNetModelReader.Read("model.zip", new MemoryStream(zip)), "Score", "x.0", "3"), Is.EqualTo(new[] { 6f }));
    }

    private static float[] Sum(string signature, string magic, uint version, Body body, int slots, int made, params string[] rows) =>
        Predict(new MlNetFile().Schema(("x", slots)).Chain(2).Add(Second, signature, magic, version, body), made, Rows(slots, rows));

    private static MlNetFile NormaliserFile(uint version)
    {
        Body shell = new Body().Pairs(XtoY).U8(1);
        shell = version >= 0x00010002 ? shell.U8(9).Counted(3) : shell.I32(3).U8(9);
        return new MlNetFile().Schema(("x", 3)).Chain(2).Add(Second, "Normalizer", "NORMALZR", version, shell);
    }

    private static float[] Normalised(uint version, string signature, string magic, uint functionVersion, Body function, params string[] rows) =>
        Predict(NormaliserFile(version).Add($"{Second}Normalizer_000/", signature, magic, functionVersion, function), 3, Rows(3, rows));

    private static string[] Rows(int slots, string[] rows) => [string.Join(',', Enumerable.Range(0, slots).Select(slot => $"x.{slot}")), .. rows];

    // Adds the sum at the end of the chain: weights 1, 10, 100, ... over the column y.
    private static float[] Predict(MlNetFile file, int slots, params string[] rows)
    {
        string[] table = rows[0].Contains('x', StringComparison.Ordinal) || rows[0].Contains('a', StringComparison.Ordinal) ? rows : Rows(rows[0].Split(',').Length, rows);
        string last = file.Last;
        IPlainModel model = file
            .Add(last, "RegressionPredXfer", "REG PRED", 0x00010001, new Body().Text("y"))
            .Add($"{last}Model/", "LinearRegressionExec", "LIN RGRS", 0x00020001, new Body().I32(4).F32(0).I32(slots, 0).Counted([.. Enumerable.Range(0, slots).Select(slot => (float)Math.Pow(10, slot))]))
            .Read();
        return MlNetFile.Predict(model, "Score", table);
    }
}
