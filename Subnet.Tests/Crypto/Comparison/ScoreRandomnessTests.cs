using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using Subnet.Crypto.Bfv;
using Subnet.Crypto.Comparison;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;

namespace Subnet.Tests.Crypto.Comparison;

/// <summary>
/// Session randomness and its use (protocol 8.2, parameters 3.1) against numbers of a second reference, written from the documents alone in Python's integers: streams, elements, flooding, and
/// which element meets which slot. All are of one session: batch, miner and seed are the hashes of these words.
/// </summary>
[TestFixture]
internal sealed class ScoreRandomnessTests
{
    private const ulong Brier = 1_073_692_673;
    private const ulong Pairs = 65_537;

    private static readonly byte[] Batch = SHA256.HashData("batch"u8);
    private static readonly byte[] Miner = SHA256.HashData("miner"u8);
    private static readonly byte[] Seed = SHA256.HashData("seed"u8);

    [TestCase("r", Brier, new ulong[] { 978909502, 823975883, 344719224, 699334449, 21981449, 807428330 })]
    [TestCase("s", Brier, new ulong[] { 87813188, 180078377, 959409584, 840815675, 56711403, 42164532 })]
    [TestCase("s'", Brier, new ulong[] { 517350512, 77025096, 933407117, 938421154, 974165471, 721955071 })]
    [TestCase("rho/0", Brier, new ulong[] { 741293814, 321275899, 34116937, 901582361, 777347511, 746781855 })]
    [TestCase("r", Pairs, new ulong[] { 64566, 4808, 32502, 49707, 43702, 43707 })]
    [TestCase("rho/4", Pairs, new ulong[] { 38290, 4676, 34340, 52561, 524, 3572 })]
    public void Elements_of_a_label_are_those_of_the_reference(string label, ulong t, ulong[] expected)
    {
        using ScoreRandomness session = new(Batch, Miner, Seed);
        using IRandomSource source = session.Open(label);

        Assert.That(expected.Select(_ => label == "r" ? ScoreRandomness.NextNonZeroElement(source, t) : ScoreRandomness.NextElement(source, t)), Is.EqualTo(expected));
    }

    [TestCase(Brier, 10765468677522UL, 1058399141UL)]
    [TestCase(Pairs, 654998557UL, 26937UL)]
    public void Twenty_thousand_elements_have_the_sum_and_the_last_one_of_the_reference(ulong t, ulong sum, ulong last)
    {
        using ScoreRandomness session = new(Batch, Miner, Seed);
        using IRandomSource source = session.Open("s");
        ulong[] elements = [.. Enumerable.Range(0, 20_000).Select(_ => ScoreRandomness.NextElement(source, t))];

        Assert.That(elements.Aggregate((a, b) => a + b), Is.EqualTo(sum));
        Assert.That(elements[^1], Is.EqualTo(last));
    }

    [Test]
    public void Words_above_the_last_multiple_of_the_modulus_are_skipped()
    {
        // Half of all words lie above the one multiple of a modulus just over 2^63; taken modulo it they would make small elements twice as likely.
        const ulong Large = (1UL << 63) + 29;
        using ScoreRandomness session = new(Batch, Miner, Seed);
        using IRandomSource source = session.Open("s");

        Assert.That(
            Enumerable.Range(0, 5).Select(_ => ScoreRandomness.NextElement(source, Large)),
            Is.EqualTo(new ulong[] { 4133845738406762469, 2854362126241927025, 2758125855572937837, 4173851476618496652, 3405456370816879218 }));
    }

    [TestCase(6, "-1367446684847621409920540955634926377922991")]
    [TestCase(7, "-1165991994170660649570917797290172524525206140428265446998969380190702491783655181804620389827299217804764803503")]
    public void Flooding_of_an_output_is_that_of_the_reference(int number, string expected)
    {
        ScoringSet set = ScoringSet.Find(number)!;
        using ScoreRandomness session = new(Batch, Miner, Seed);
        using IRandomSource source = session.Open("flood/0");
        Ciphertext output = new(set.Parameters.FirstDataLevel, 2, isNttForm: false);
        ScoreOutputs.Flood(set, source, output);

        BigInteger flooding = BigInteger.Parse(expected, CultureInfo.InvariantCulture);
        for (int i = 0; i < output.Level.PrimeCount; i++)
        {
            BigInteger q = output.Level.Moduli[i].Value;
            Assert.That((BigInteger)output.Limb(0, i)[0], Is.EqualTo(((flooding % q) + q) % q));
            Assert.That(output.Limb(0, i)[1..].ContainsAnyExcept(0UL) || output.Limb(1, i).ContainsAnyExcept(0UL), Is.False, "one coefficient");
        }
    }

    [Test]
    public void Commitments_and_the_noise_of_publication_are_those_of_the_reference()
    {
        Assert.That(Convert.ToHexStringLower(ScoreRandomness.CommitmentOf(Seed)), Is.EqualTo("ebe925faf333cf0413ea1d96f25c738845377cc43c7461a4cc4fc1221bfad68c"));
        Assert.That(
            Convert.ToHexStringLower(ScoreOpening.Commit(SHA256.HashData("nonce"u8), [1, 1UL << 40, Brier - 1])),
            Is.EqualTo("ffa540a4798656987a4dc9ac6bbdc4225b19757a1a9654203a2e77156efb6d53"));

        // The scale of a squared error over three miners at epsilon 0.5.
        using IRandomSource noise = ScoreRandomness.OpenNoise(Batch, Miner, SHA256.HashData("eta"u8), [.. Seed, .. SHA256.HashData("seed 2"u8)]);
        Assert.That(
            Enumerable.Range(0, 6).Select(_ => DiscreteLaplace.Sample(noise, 255UL * 255 * 3 * 1000, 500)), Is.EqualTo(new long[] { -475942, -321041, -227287, -327852, 1443, 260978 }));
    }

    [Test]
    public void Every_tag_has_a_factor_and_a_shift_of_its_own_and_every_slot_of_a_plane_its_own_weight_in_a_check()
    {
        ulong[] shifts = [517350512, 77025096, 933407117];
        ScoringMeasure measure = ScoringMeasure.SquaredError();
        using ScoringBatch clinic = new(measure.Set, RandomSourceFactory.FromSeed(new byte[64]));
        byte[] predictions = new byte[300];
        predictions[7] = 100;
        ScoringInputs Inputs() => ScoringInputs.Join(measure, clinic.EncryptPredictions(measure, predictions), clinic.EncryptLabels(measure, new byte[300]));

        ulong[] honest = Score(measure, clinic, Inputs());
        Assert.That(honest[0], Is.EqualTo(10_000UL));
        ulong[] factors = [978909502, 823975883, 344719224];
        ulong[] added = [87813188, 180078377, 959409584];
        IEnumerable<ulong> tags = factors.Zip(added).Select(pair => ((pair.First * 10_000) + pair.Second) % Brier);
        Assert.That(honest.Skip(1), Is.EqualTo(tags.Concat(shifts)));

        // A 2 is no bit: x² - x = 2, met by the weight of its plane (0 to 7, then the label) and slot.
        Assert.That(
            Score(measure, clinic, Changed(Inputs(), input: 7, slot: 3)).Skip(4), Is.EqualTo(Moved(shifts, [261788398, 801305217, 611473498])), "plane 7, slot 3");
        Assert.That(
            Score(measure, clinic, Changed(Inputs(), input: 8, slot: 0)).Skip(4), Is.EqualTo(Moved(shifts, [935539916, 1040792969, 381967835])), "the label, slot 0");

        static IEnumerable<ulong> Moved(ulong[] shifts, ulong[] weights) => shifts.Zip(weights).Select(pair => (pair.First + (2 * pair.Second)) % Brier);
    }

    [TestCase(2, 5, new ulong[] { 25189, 55279, 51554, 54239, 44703 }, Description = "plane 0 of layout B")]
    [TestCase(1, 391, new ulong[] { 12035, 39416, 9492, 13241, 18466 }, Description = "label of layout A, patient 3 against 7")]
    [TestCase(1, 384, new ulong[] { 62895, 9004, 24811, 16098, 30756 }, Description = "label of layout A, patient 3 against 0: the element that balances row and column")]
    public void Layouts_that_differ_in_one_slot_fail_every_check_by_that_slot_s_weight(int input, int slot, ulong[] weights)
    {
        ulong[] shifts = [39368, 10870, 25254, 55719, 29789];
        ScoringMeasure measure = ScoringMeasure.Pairs(1);
        using ScoringBatch clinic = new(measure.Set, RandomSourceFactory.FromSeed(new byte[64]));
        ScoringInputs inputs = ScoringInputs.Join(measure, clinic.EncryptPredictions(measure, new byte[128]), clinic.EncryptLabels(measure, new byte[128]));
        int tags = measure.ValueCount * (1 + measure.Set.TagCount);
        Assert.That(Score(measure, clinic, inputs).Skip(tags), Is.EqualTo(shifts));

        // A 1 is a bit: only the other layout shows that it does not belong there.
        ulong[] checks = [.. Score(measure, clinic, Changed(inputs, input, slot, by: 1)).Skip(tags)];
        Assert.That(checks, Is.EqualTo(shifts.Zip(weights).Select(pair => (pair.First + pair.Second) % Pairs)));
    }

    private static ScoringInputs Changed(ScoringInputs inputs, int input, int slot, ulong by = 2)
    {
        Parameters parameters = inputs.Measure.Set.Parameters;
        ulong[] slots = new ulong[slot + 1];
        slots[slot] = by;
        using Plaintext added = new();
        new BatchEncoder(parameters).Encode(slots, added);
        new BfvEvaluator(parameters).AddPlain(inputs.Ordered[input], added, inputs.Ordered[input]);
        return inputs;
    }

    private static ulong[] Score(ScoringMeasure measure, ScoringBatch clinic, ScoringInputs inputs)
    {
        using ScoreRandomness session = new(Batch, Miner, Seed);
        return [.. new ScoringEvaluator(clinic.Keys.PublicKey, clinic.Keys.Relinearization, session).Evaluate(inputs).Select(clinic.Reader.Read)];
    }
}
