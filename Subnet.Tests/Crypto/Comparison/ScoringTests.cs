using System.Numerics;
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
        // Attack 20. The clinic knows every ciphertext, so it foresees the digits of the square's third polynomial and adds to its relinearisation key what, times these digits, is a message of its
        // choice. Of inputs that are not re-randomised the score moves by exactly that; of re-randomised ones the digits are others, and what it added is noise.
        const ulong Gain = 5_000;
        using ScoringBatch cheat = new(ScoringSet.SquaredError, RandomSourceFactory.FromSeed(SHA512.HashData("cheat"u8)));
        ScoringInputs inputs = Encrypt(cheat, ScoringMeasure.SquaredError(), predictions, labels);
        Shape(cheat, ForeseenDigits(cheat, inputs), Gain);
        ulong honest = (ulong)predictions.Zip(labels, (p, y) => (long)(p - (255 * y)) * (p - (255 * y))).Sum();

        Ciphertext shaped = ScoringKnownAnswers.Values(cheat.Keys, inputs)[0];
        Assert.That(cheat.Reader.Read(ScoreOutputs.Round(cheat.Set, new BfvEvaluator(cheat.Set.Parameters), shaped)), Is.EqualTo(honest + Gain), "the attack's own strength");

        ulong[] outputs = [.. Evaluate(inputs, 1, cheat).Select(cheat.Reader.Read)];
        Assert.That(outputs[0], Is.Not.EqualTo(honest + Gain));
        Assert.That(Verify(outputs, seed: 1), Is.EqualTo(ScoreVerdict.WrongTag));
    }

    [Test]
    public void Dividing_an_output_by_its_input_does_not_show_the_tag_s_factor()
    {
        // Attack 1 (hole 1 of encrypted-inference 4.1): the clinic computes the value's ciphertext itself and divides.
        Parameters parameters = clinic.Set.Parameters;
        CiphertextArithmetic arithmetic = new(new BfvEvaluator(parameters), clinic.Keys.Relinearization);
        ScoringInputs inputs = Encrypt(clinic, ScoringMeasure.SquaredError(), predictions, labels);
        using ScoreRandomness randomness = Session(1);
        using IRandomSource factors = randomness.Open("r");
        ulong r = ScoreRandomness.NextNonZeroElement(factors, parameters.PlainModulus);
        Ciphertext value = ScoringKnownAnswers.Values(clinic.Keys, inputs)[0];
        Ciphertext bare = arithmetic.Scale(value, r);
        using IRandomSource zeros = randomness.Open("out/1");
        Ciphertext zero = clinic.Keys.PublicKey.EncryptZero(zeros);
        int degree = parameters.PolyModulusDegree;
        Assert.That(Quotients(bare, value, r), Is.EqualTo(degree), "the attack's own strength: every coefficient shows the factor");
        Assert.That(Quotients(arithmetic.Add(bare, zero), value, r), Is.LessThan(3));

        // The bytes that leave, against a clinic that knows even the factor and how the inputs were re-randomised, and lacks the output's own encryption of zero only.
        List<Ciphertext> fresh = [];
        foreach (Ciphertext input in inputs.Ordered)
        {
            using IRandomSource source = randomness.Open($"in/{fresh.Count}");
            fresh.Add(arithmetic.Add(input, clinic.Keys.PublicKey.EncryptZero(source)));
        }

        Ciphertext tag = arithmetic.Scale(ScoringCircuits.Values(arithmetic, inputs.Measure, fresh)[0], r);
        ulong[] sent = Evaluate(inputs, 1)[1].Unpack(clinic.Set);
        Assert.That(Matching(sent, arithmetic.Add(tag, zero)), Is.EqualTo(degree), "who has the seed computes what was sent");
        Assert.That(Matching(sent, tag), Is.LessThan(3));
        Assert.That(Matching(sent, arithmetic.Add(bare, zero)), Is.LessThan(3), "and the inputs were re-randomised before");
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

    /// <summary>Digit 0 of the square's third polynomial when nothing is re-randomised: its residues modulo the first prime.</summary>
    private static ulong[] ForeseenDigits(ScoringBatch batch, ScoringInputs inputs)
    {
        BfvEvaluator evaluator = new(batch.Set.Parameters);
        CiphertextArithmetic arithmetic = new(evaluator, batch.Keys.Relinearization);
        ulong[] powers = [.. Enumerable.Range(0, 8).Select(bit => 1UL << bit)];
        Ciphertext prediction = arithmetic.Combine(inputs.Ordered.Take(8).ToArray(), powers);
        Ciphertext difference = arithmetic.Subtract(prediction, arithmetic.Scale(inputs.Ordered[8], 255));
        Ciphertext square = new(batch.Set.Parameters);
        evaluator.Multiply(difference, difference, square);
        return square.Limb(2, 0).ToArray();
    }

    /// <summary>Adds to digit 0 of the relinearisation key, in NTT form, P round(q m / t) / digits, so that after the division by P the sum of all slots is <paramref name="gain"/> more.</summary>
    private static void Shape(ScoringBatch batch, ulong[] digits, ulong gain)
    {
        Parameters parameters = batch.Set.Parameters;
        Modulus t = new(parameters.PlainModulus);
        ulong message = t.Multiply(gain, t.Invert((ulong)parameters.PolyModulusDegree));
        BigInteger scaled = ((parameters.FirstDataLevel.Product * message) + (t.Value / 2)) / t.Value * parameters.Moduli[^1].Value;
        Ciphertext key = batch.Keys.Relinearization.Find(2)!.Digit(0);
        ulong[] transformed = new ulong[digits.Length];
        for (int i = 0; i < parameters.FirstDataLevel.PrimeCount; i++)
        {
            Modulus q = parameters.Moduli[i];
            ulong wanted = (ulong)(scaled % q.Value);
            parameters.Tables(i).Kernels.Forward(digits.Select(digit => q.Reduce(digit)).ToArray(), transformed);
            Span<ulong> limb = key.Limb(0, i);
            for (int slot = 0; slot < limb.Length; slot++)
            {
                limb[slot] = q.Add(limb[slot], q.Multiply(wanted, q.Invert(transformed[slot])));
            }
        }
    }

    /// <summary>Coefficients of c1 whose quotient modulo the first prime is a factor.</summary>
    private static int Quotients(Ciphertext tag, Ciphertext value, ulong factor)
    {
        Modulus q = value.Level.Moduli[0];
        ulong[] numerators = tag.Limb(1, 0).ToArray();
        ulong[] denominators = value.Limb(1, 0).ToArray();
        return numerators.Zip(denominators).Count(pair => pair.First == q.Multiply(pair.Second, q.Reduce(factor)));
    }

    /// <summary>Words of c1 in which an output is what rounding a ciphertext gives.</summary>
    private int Matching(ulong[] sent, Ciphertext computed)
    {
        ulong[] rounded = ScoreOutputs.Round(clinic.Set, new BfvEvaluator(clinic.Set.Parameters), computed).Unpack(clinic.Set);
        return sent.SkipLast(1).Zip(rounded).Count(pair => pair.First == pair.Second);
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
