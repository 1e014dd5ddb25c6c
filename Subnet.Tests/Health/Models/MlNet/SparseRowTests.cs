using Subnet.Health.Models;
using Body = Subnet.Tests.Health.Models.MlNet.MlNetFile.Body;

namespace Subnet.Tests.Health.Models.MlNet;

/// <summary>
/// Which entries of a row are explicit, seen through a distribution normaliser of mean 1 and deviation 1: an implicit zero
/// stays 0, an explicit one becomes <see cref="OfZero"/>. ML.NET 5.0.1 answers pipelines of these kinds the same way.
/// </summary>
[TestFixture]
internal sealed class SparseRowTests
{
    private const double OfOne = 0.5;
    private static readonly double OfZero = Distribution(0);
    private static readonly double OfTwo = Distribution(2);

    [Test]
    public void A_bag_of_keys_is_written_out_once_a_key_meets_a_row_one_short_of_half_its_slots()
    {
        // Six terms: half is three. Two distinct keys leave the row sparse, a third key, new or not, fills it.
        MlNetFile file = Keys(3, terms: 6, ("y", "k"), bag: true, transformers: 4);
        Assert.Multiple(() =>
        {
            Assert.That(Sum(Normalised(file, 2, "y", 6), "1,2,NaN"), Is.EqualTo(2 * OfOne).Within(1e-6));
            Assert.That(Sum(Normalised(file, 2, "y", 6), "1,2,3"), Is.EqualTo((3 * OfOne) + (3 * OfZero)).Within(1e-6));
            Assert.That(Sum(Normalised(file, 2, "y", 6), "1,2,2"), Is.EqualTo(OfOne + OfTwo + (4 * OfZero)).Within(1e-6));
            Assert.That(Sum(Normalised(file, 2, "y", 6), "2,2,2"), Is.EqualTo(Distribution(3)).Within(1e-6));
            Assert.That(Sum(Normalised(file, 2, "y", 6), "NaN,7,9"), Is.Zero);
        });
    }

    [TestCase(0f)]
    [TestCase(2f)]
    public void A_missing_entry_of_a_sparse_row_that_is_replaced_by_zero_is_left_out(float replacement)
    {
        // Five indicators of one key and the number itself: the row of a known key has two entries of six and is sparse.
        MlNetFile file = Keys(1, terms: 5, ("h", "k"), bag: false, transformers: 6)
            .Add("TransformerChain/Transform_002/", "ConcatTransform", "CONCAT F", 0x00010003, new Body().I32(1).Text("j").I32(2).Text("h").I32(-1).Text("x").I32(-1))
            .Add("TransformerChain/Transform_003/", "NAReplaceTransform", "NAREP TF", 0x00010002, new Body().Pairs(("y", "j")).Codec("Single", new Body()).F32(replacement));
        double replaced = replacement == 0 ? 0 : Distribution(replacement);
        Assert.Multiple(() =>
        {
            Assert.That(Sum(Normalised(file, 4, "y", 6), "2"), Is.EqualTo(OfOne + OfTwo).Within(1e-6));
            Assert.That(Sum(Normalised(file, 4, "y", 6), "NaN"), Is.EqualTo(replaced).Within(1e-6));
            Assert.That(Sum(Normalised(file, 4, "y", 6), "0"), Is.EqualTo(OfZero).Within(1e-6), "a zero that was there stays explicit");
        });
    }

    [Test]
    public void A_centred_row_is_written_out_unless_its_mean_is_zero()
    {
        MlNetFile file = Keys(1, terms: 4, ("h", "k"), bag: false, transformers: 5)
            .Add("TransformerChain/Transform_002/", "GcnTransform", "GCNORMAF", 0x00010003, new Body().Pairs(("y", "h")).U8(1, 0).F32(1));
        double length = Math.Sqrt(0.75 * 0.75);
        Assert.Multiple(() =>
        {
            Assert.That(Sum(Normalised(file, 3, "y", 4), "9"), Is.Zero);
            Assert.That(Sum(Normalised(file, 3, "y", 4), "1"), Is.EqualTo(Distribution(0.75 / length) + (3 * Distribution(-0.25 / length))).Within(1e-5));
        });
    }

    // Keys 1, 2, 3, ... of the column x, and indicators of them.
    private static MlNetFile Keys(int width, int terms, (string Output, string Input) indicators, bool bag, int transformers) => new MlNetFile()
        .Schema(("x", width)).Chain(transformers)
        .Add("TransformerChain/Transform_000/", "TermTransform", "TERMTRNF", 0x00010003, new Body().Pairs(("k", "x")).U8(0))
        .Add("TransformerChain/Transform_000/Vocabulary/", "TermManager", "TERM MAN", 0x00010002, new Body().I32(1).U8(1).Codec("Single", new Body()).Counted([.. Enumerable.Range(1, terms).Select(term => (float)term)]))
        .Add("TransformerChain/Transform_001/", "KeyToVectorTransform", "KEY2VECT", 0x00010002, new Body().Pairs(indicators).U8((byte)(bag ? 1 : 0)));

    private static IPlainModel Normalised(MlNetFile file, int at, string column, int slots)
    {
        string folder = $"TransformerChain/Transform_{at:D3}/";
        float[] ones = [.. Enumerable.Repeat(1f, slots)];
        return file
            .Add(folder, "Normalizer", "NORMALZR", 0x00010002, new Body().Pairs(("z", column)).U8(1, 9).Counted(slots))
            .Add($"{folder}Normalizer_000/", "CdfNormalizeFunction", "CDFNORMF", 0x00010001, new Body().I32(4).U8(0).I32(slots).F32(ones).F32(ones))
            .Add(file.Last, "RegressionPredXfer", "REG PRED", 0x00010001, new Body().Text("z"))
            .Add($"{file.Last}Model/", "LinearRegressionExec", "LIN RGRS", 0x00020001, new Body().I32(4).F32(0).I32(slots, 0).Counted(ones))
            .Read();
    }

    private static double Sum(IPlainModel model, string row) =>
        MlNetFile.Predict(model, "Score", string.Join(',', row.Split(',').Select((_, slot) => $"x.{slot}")), row)[0];

    private static double Distribution(double x)
    {
        double z = x - 1;
        double q = z * z / 2;
        double a = 0.147 * q;
        return 0.5 + (0.5 * Math.Sign(z) * Math.Sqrt(1 - Math.Exp(-q * ((4 / Math.PI) + a) / (1 + a))));
    }
}
