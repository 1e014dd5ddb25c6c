using System.Security.Cryptography;
using Subnet.Crypto.Bfv;
using Subnet.Crypto.Comparison;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;

namespace Subnet.Tests.Crypto.Comparison;

[TestFixture]
internal sealed class ScoringTests
{
    private static readonly byte[] Batch = SHA256.HashData("batch"u8);
    private static readonly byte[] Miner = SHA256.HashData("miner"u8);

    private readonly ScoringBatch clinic = new(ScoringSet.SquaredError, RandomSourceFactory.FromSeed(new byte[64]));
    private readonly byte[] predictions = new byte[300];
    private readonly byte[] labels = new byte[300];

    [OneTimeSetUp]
    public void Draw()
    {
        Random random = new(3);
        random.NextBytes(predictions);
        for (int i = 0; i < labels.Length; i++)
        {
            labels[i] = (byte)random.Next(2);
        }
    }

    [OneTimeTearDown]
    public void Dispose() => clinic.Dispose();

    [Test]
    public void Sets_have_the_bounds_and_sizes_of_the_document()
    {
        ScoringSet brier = ScoringSet.SquaredError;
        ScoringSet pairs = ScoringSet.Pairwise;

        Assert.That((brier.FloodBits, brier.ReplyBits, brier.TagCount), Is.EqualTo((141, 44, 3)));
        Assert.That((pairs.FloodBits, pairs.ReplyBits, pairs.TagCount), Is.EqualTo((369, 32, 5)));
        Assert.That((ScoreOutput.ByteCount(brier), ScoringEvaluator.OutputCount(brier, 1)), Is.EqualTo((45_062, 7)));
        Assert.That((ScoreOutput.ByteCount(pairs), ScoringEvaluator.OutputCount(pairs, 2)), Is.EqualTo((65_540, 17)));
    }

    [Test]
    public void Squared_error_is_exact_and_its_tags_and_checks_hold()
    {
        ulong[] outputs = Score(Encrypt(clinic, ScoringMeasure.SquaredError(), predictions, labels), seed: 1);

        long expected = predictions.Zip(labels, (p, y) => (long)(p - (255 * y)) * (p - (255 * y))).Sum();
        Assert.That(outputs[0], Is.EqualTo((ulong)expected));
        Assert.That(Verify(outputs, seed: 1), Is.EqualTo(ScoreVerdict.Holds));
    }

    [Test]
    public void Replay_gives_the_same_bytes_and_every_other_input_or_seed_gives_others()
    {
        ScoringInputs inputs = Encrypt(clinic, ScoringMeasure.SquaredError(), predictions, labels);
        IReadOnlyList<ScoreOutput> first = Evaluate(inputs, 1);
        IReadOnlyList<ScoreOutput> replay = Evaluate(inputs, 1);
        IReadOnlyList<ScoreOutput> other = Evaluate(inputs, 2);
        inputs.Ordered[^1].Words[5] ^= 1;
        IReadOnlyList<ScoreOutput> changed = Evaluate(inputs, 1);

        for (int i = 0; i < first.Count; i++)
        {
            Assert.That(replay[i].Packed.SequenceEqual(first[i].Packed), Is.True);
            Assert.That(other[i].Packed.SequenceEqual(first[i].Packed), Is.False);
        }

        Assert.That(changed.Where((output, i) => !output.Packed.SequenceEqual(first[i].Packed)), Is.Not.Empty);
    }

    [Test]
    public void Changed_value_tag_or_check_is_found()
    {
        ulong[] outputs = Score(Encrypt(clinic, ScoringMeasure.SquaredError(), predictions, labels), seed: 1);
        ScoreVerdict[] verdicts = new ScoreVerdict[outputs.Length];
        for (int i = 0; i < outputs.Length; i++)
        {
            ulong[] changed = (ulong[])outputs.Clone();
            changed[i] = (changed[i] + 1) % ScoringSet.SquaredError.Parameters.PlainModulus;
            verdicts[i] = Verify(changed, seed: 1);
        }

        Assert.That(verdicts.Take(4), Is.All.EqualTo(ScoreVerdict.WrongTag));
        Assert.That(verdicts.Skip(4), Is.All.EqualTo(ScoreVerdict.InvalidInputs));
        Assert.That(Verify(outputs, seed: 2), Is.EqualTo(ScoreVerdict.WrongTag));
        Assert.That(Verify(outputs[..6], seed: 1), Is.EqualTo(ScoreVerdict.Malformed));
    }

    [Test]
    public void Plane_or_label_that_is_no_bit_fails_its_checks()
    {
        // A clinic that sends a label of 2 for one patient: the value moves, and all checks with it.
        ScoringInputs inputs = Encrypt(clinic, ScoringMeasure.SquaredError(), predictions, labels);
        ulong[] two = new ulong[1];
        two[0] = 2;
        using Plaintext added = new();
        new BatchEncoder(clinic.Set.Parameters).Encode(two, added);
        new BfvEvaluator(clinic.Set.Parameters).AddPlain(inputs.Ordered[^1], added, inputs.Ordered[^1]);

        Assert.That(Verify(Score(inputs, seed: 1), seed: 1), Is.EqualTo(ScoreVerdict.InvalidInputs));
    }

    [Test]
    public void Relinearisation_key_shaped_to_foreseen_digits_does_not_move_the_score_by_choice()
    {
        // The clinic adds to a key polynomial what would, on digits it foresees, add a chosen amount. The digits come from re-randomised inputs, so what it adds is noise:
        // the tags no longer fit and nothing is accepted.
        ScoringBatch cheat = new(ScoringSet.SquaredError, RandomSourceFactory.FromSeed(SHA512.HashData("cheat"u8)));
        using (cheat)
        {
            ScoringInputs inputs = Encrypt(cheat, ScoringMeasure.SquaredError(), predictions, labels);
            Ciphertext key = cheat.Keys.Relinearization.Find(2)!.Digit(0);
            key.Limb(0, 0)[0] = cheat.Set.Parameters.Moduli[0].Add(key.Limb(0, 0)[0], 12345);

            ulong[] outputs = [.. Evaluate(inputs, 1, cheat).Select(cheat.Reader.Read)];

            Assert.That(Verify(outputs, seed: 1), Is.EqualTo(ScoreVerdict.WrongTag).Or.EqualTo(ScoreVerdict.InvalidInputs));
        }
    }

    [Test]
    public void Dividing_an_output_by_its_input_does_not_show_the_tag_s_factor()
    {
        // Without re-randomisation the factor of a tag is c1' / c1 (hole 1 of encrypted-inference 4.1).
        using ScoreRandomness randomness = Session(1);
        using IRandomSource zeros = randomness.Open("in/0");
        using IRandomSource again = randomness.Open("in/0");
        using IRandomSource next = randomness.Open("in/1");
        Ciphertext zero = clinic.Keys.PublicKey.EncryptZero(zeros);

        Assert.That(zero.Words.SequenceEqual(clinic.Keys.PublicKey.EncryptZero(again).Words), Is.True);
        Assert.That(zero.Words.SequenceEqual(clinic.Keys.PublicKey.EncryptZero(next).Words), Is.False);
        using IRandomSource factors = randomness.Open("r");
        ulong r = ScoreRandomness.NextNonZeroElement(factors, clinic.Set.Parameters.PlainModulus);
        IReadOnlyList<ScoreOutput> outputs = Evaluate(Encrypt(clinic, ScoringMeasure.SquaredError(), predictions, labels), 1);
        ulong[] value = outputs[0].Unpack(clinic.Set);
        ulong[] tag = outputs[1].Unpack(clinic.Set);
        ulong mask = (1UL << clinic.Set.ReplyBits) - 1;
        int matching = Enumerable.Range(0, value.Length).Count(i => ((value[i] * r) & mask) == tag[i]);
        Assert.That(matching, Is.LessThan(3));
    }

    [Test]
    public void Malformed_inputs_keys_and_outputs_are_refused()
    {
        ScoringInputs inputs = Encrypt(clinic, ScoringMeasure.SquaredError(), predictions, labels);
        Ciphertext low = new(clinic.Set.Parameters);
        new BfvEvaluator(clinic.Set.Parameters).ModSwitchToNext(inputs.Ordered[^1], low);

        Assert.That(() => ScoringInputs.Create(inputs.Measure, [.. inputs.Ordered, low]), Throws.ArgumentException);
        Assert.That(() => ScoringInputs.Create(inputs.Measure, [.. inputs.Ordered.Skip(1), low]), Throws.ArgumentException);
        Assert.That(() => ScoringInputs.Create(ScoringMeasure.Pairs(7), [.. inputs.Ordered, .. inputs.Ordered.Take(7)]), Throws.ArgumentException);
        Assert.That(() => new ScoringPublicKey(clinic.Set, clinic.Keys.PublicKey.Seed, new ulong[7]), Throws.ArgumentException);
        ulong[] unreduced = clinic.Keys.PublicKey.P0.ToArray();
        unreduced[0] = ulong.MaxValue;
        Assert.That(() => new ScoringPublicKey(clinic.Set, clinic.Keys.PublicKey.Seed, unreduced), Throws.ArgumentException);
        byte[] packed = Evaluate(inputs, 1)[0].Packed.ToArray();
        Assert.That(ScoreOutput.TryParse(clinic.Set, packed), Is.Not.Null);
        Assert.That(ScoreOutput.TryParse(clinic.Set, packed.AsSpan(1)), Is.Null);
        packed[^1] |= 0xF0;
        Assert.That(ScoreOutput.TryParse(clinic.Set, packed), Is.Null);
        Assert.That(() => clinic.EncryptLabels(inputs.Measure, predictions), Throws.ArgumentException);
        Assert.That(() => clinic.EncryptPredictions(ScoringMeasure.SquaredError(7), predictions), Throws.ArgumentException);
        Assert.That(() => clinic.EncryptPredictions(ScoringMeasure.Pairs(7), predictions), Throws.ArgumentException);
    }

    [Test]
    public void Commitment_to_outputs_depends_on_nonce_and_every_output()
    {
        byte[] nonce = new byte[32];
        byte[] commitment = ScoreOpening.Commit(nonce, [1, 2, 3]);

        Assert.That(ScoreOpening.Commit(nonce, [1, 2, 3]), Is.EqualTo(commitment));
        Assert.That(ScoreOpening.Commit(nonce, [1, 3, 2]), Is.Not.EqualTo(commitment));
        Assert.That(ScoreOpening.Commit(Miner, [1, 2, 3]), Is.Not.EqualTo(commitment));
        Assert.That(() => ScoreOpening.Commit(new byte[16], [1]), Throws.ArgumentException);
    }

    [Test]
    public void Score_is_found_by_trying_every_value_only_once_the_nonce_is_open()
    {
        // Attack 16: a score has few values, so a hash of it alone, or under anything that is known, is as good as open.
        byte[] nonce = SHA256.HashData("nonce"u8);
        const ulong Score = 4711;
        ulong[] others = [12, 34, 56];
        byte[] commitment = ScoreOpening.Commit(nonce, [Score, .. others]);
        ulong[] Tried(byte[] under) => [.. Enumerable.Range(0, 1 << 14).Select(v => (ulong)v).Where(v => ScoreOpening.Commit(under, [v, .. others]).AsSpan().SequenceEqual(commitment))];

        foreach (byte[] known in new[] { new byte[32], Batch, Miner, SHA256.HashData(Batch), commitment })
        {
            Assert.That(Tried(known), Is.Empty);
        }

        Assert.That(Tried(nonce), Is.EqualTo(new[] { Score }), "the search itself finds what there is to find");
    }

    [Test]
    public void Worst_batch_of_the_largest_size_does_not_wrap_and_a_larger_one_cannot_be_made()
    {
        // Attack 11: 8192 squared errors of 255 are 2^29, and the modulus is above twice that; one patient more has no slot.
        byte[] worst = [.. Enumerable.Repeat((byte)255, 8192)];
        ulong[] outputs = Score(Encrypt(clinic, ScoringMeasure.SquaredError(), worst, new byte[worst.Length]), seed: 1);
        Assert.That(outputs[0], Is.EqualTo(8192UL * 255 * 255));
        Assert.That(2 * outputs[0], Is.LessThan(clinic.Set.Parameters.PlainModulus));
        Assert.That(Verify(outputs, seed: 1), Is.EqualTo(ScoreVerdict.Holds));
        Assert.That(() => clinic.EncryptPredictions(ScoringMeasure.SquaredError(), [.. worst, 0]), Throws.ArgumentException);
    }

    [Test]
    public void Order_of_the_patients_shows_in_nothing_that_a_clinic_reads()
    {
        // Attack 13: beside coefficient 0 nothing of c0 leaves, so partial sums and single patients stay where they are.
        byte[] mirrored = [.. predictions.Reverse()];
        byte[] outcomes = [.. labels.Reverse()];
        ScoringInputs inputs = Encrypt(clinic, ScoringMeasure.SquaredError(), predictions, labels);
        ScoringInputs turned = Encrypt(clinic, ScoringMeasure.SquaredError(), mirrored, outcomes);
        Assert.That(Evaluate(inputs, 1)[0].Unpack(clinic.Set), Has.Length.EqualTo(clinic.Set.Parameters.PolyModulusDegree + 1), "c1 and one coefficient");
        Assert.That(Score(turned, 1), Is.EqualTo(Score(inputs, 1)), "value, tags and checks of one session are the same");
    }

    [Test]
    public void Sign_polynomial_is_the_sign_on_every_difference([Values(1, 2, 6, 7)] int bits)
    {
        Modulus t = new(65537);
        ulong[] q = SignPolynomial.EvenPart(bits, t.Value);
        for (int d = 1 - (1 << bits); d < 1 << bits; d++)
        {
            ulong x = t.FromSigned(d);
            ulong square = t.Multiply(x, x);
            ulong value = 0;
            for (int i = q.Length - 1; i >= 0; i--)
            {
                value = t.Add(t.Multiply(value, square), q[i]);
            }

            Assert.That(t.Multiply(value, x), Is.EqualTo(t.FromSigned(Math.Sign(d))), $"{d}");
        }
    }

    [Test]
    public void Pairwise_comparison_of_128_patients_is_exact_with_ties()
    {
        using ScoringBatch pairs = new(ScoringSet.Pairwise, RandomSourceFactory.FromSeed(new byte[64]));
        Random random = new(7);
        byte[] p = [.. Enumerable.Range(0, 128).Select(_ => (byte)random.Next(0, 64))];
        byte[] y = [.. Enumerable.Range(0, 128).Select(_ => (byte)random.Next(2))];

        ulong[] outputs = [.. Evaluate(Encrypt(pairs, ScoringMeasure.Pairs(6), p, y), 1, pairs).Select(pairs.Reader.Read)];

        int expected = Enumerable.Range(0, 128 * 128).Sum(s => Math.Sign(p[s / 128] - p[s % 128]) * y[s / 128] * (1 - y[s % 128]));
        Modulus t = new(65537);
        Assert.That(outputs[0], Is.EqualTo(t.FromSigned(expected)));
        Assert.That(outputs[1], Is.EqualTo((ulong)(128 * y.Sum(v => v))));
        using ScoreRandomness randomness = Session(1);
        Assert.That(ScoreOpening.Verify(ScoringMeasure.Pairs(6), randomness, outputs), Is.EqualTo(ScoreVerdict.Holds));
    }

    private static ScoringInputs Encrypt(ScoringBatch batch, ScoringMeasure measure, byte[] predictions, byte[] labels) =>
        ScoringInputs.Join(measure, batch.EncryptPredictions(measure, predictions), batch.EncryptLabels(measure, labels));

    private static ScoreRandomness Session(byte seed) => new(Batch, Miner, [.. Enumerable.Repeat(seed, 32)]);

    private static ScoreVerdict Verify(ulong[] outputs, byte seed)
    {
        using ScoreRandomness randomness = Session(seed);
        return ScoreOpening.Verify(ScoringMeasure.SquaredError(), randomness, outputs);
    }

    private IReadOnlyList<ScoreOutput> Evaluate(ScoringInputs inputs, byte seed, ScoringBatch? batch = null)
    {
        using ScoreRandomness randomness = Session(seed);
        batch ??= clinic;
        return new ScoringEvaluator(batch.Keys.PublicKey, batch.Keys.Relinearization, randomness).Evaluate(inputs);
    }

    private ulong[] Score(ScoringInputs inputs, byte seed) => [.. Evaluate(inputs, seed).Select(clinic.Reader.Read)];
}
