using Subnet.Crypto.Bfv;
using Subnet.Crypto.Comparison;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;

namespace Subnet.Tests.Crypto.Comparison;

/// <summary>Counts and argmax, every measure's bounds, and the bytes in which inputs and keys travel.</summary>
[TestFixture]
internal sealed class ScoringMeasureTests
{
    private static readonly byte[] Batch = new byte[32];

    [TestCase("brier-8", 93, 122)]
    [TestCase("auc-6", 286, double.NaN)]
    [TestCase("auc-7", 316, double.NaN)]
    public void Bounds_from_the_circuit_are_those_of_the_document(string word, double privacy, double worst)
    {
        Assert.That(ScoringMeasure.TryParse(word, out ScoringMeasure? measure), Is.True);

        TestContext.Out.WriteLine($"{word}: B 2^{measure!.Noise.LogPrivacyBound:F1}, W 2^{measure.Noise.LogWorst:F1}");
        Assert.That(measure.Noise.LogPrivacyBound, Is.EqualTo(privacy).Within(9));
        Assert.That(measure.LogFloodingRatio, Is.GreaterThan(40));
        if (!double.IsNaN(worst))
        {
            Assert.That(measure.Noise.LogWorst, Is.EqualTo(worst).Within(3));
        }
    }

    [Test]
    public void Noise_of_pairs_stays_below_its_bound()
    {
        ScoringMeasure measure = ScoringMeasure.Pairs(6);
        Random random = new(4);
        byte[] p = [.. Enumerable.Range(0, 128).Select(_ => (byte)random.Next(64))];
        byte[] y = [.. p.Select(_ => (byte)random.Next(2))];
        using ScoringBatch clinic = new(measure.Set, RandomSourceFactory.FromSeed(new byte[64]));
        ScoringInputs inputs = ScoringInputs.Join(measure, clinic.EncryptPredictions(measure, p), clinic.EncryptLabels(measure, y));

        Assert.That(MeasureNoise(measure, clinic, inputs), Is.LessThan(measure.Noise.LogPrivacyBound));
    }

    [Test]
    public void Measures_are_named_in_one_way_and_what_cannot_be_hidden_is_refused()
    {
        foreach (string word in new[] { "brier-8", "auc-7", "counts-8-128", "argmax-8-7" })
        {
            Assert.That(ScoringMeasure.TryParse(word, out ScoringMeasure? measure), Is.True, word);
            Assert.That(measure!.Word, Is.EqualTo(word));
        }

        foreach (string word in new[] { "", "auc", "auc-8", "auc-07", "auc-7-1", "brier-9", "brier-+8", "counts-7-128", "counts-7-0", "argmax-9-7", "argmax-3-8", "sum-1" })
        {
            Assert.That(ScoringMeasure.TryParse(word, out _), Is.False, word);
        }

        Assert.That(() => ScoringMeasure.Pairs(8), Throws.ArgumentException.With.Message.Contains("flooding"));
    }

    [Test]
    public void Counts_at_a_threshold_are_exact_and_empty_slots_count_as_nothing([Values(1, 37, 255)] int threshold)
    {
        ScoringMeasure measure = ScoringMeasure.Counts(8, threshold);
        Random random = new(threshold);
        byte[] p = [.. Enumerable.Range(0, 300).Select(_ => (byte)random.Next(256))];
        p[0] = (byte)threshold;
        p[1] = (byte)(threshold - 1);
        byte[] y = [.. p.Select(_ => (byte)random.Next(2))];

        ulong[] values = Score(measure, p, y, out double noise);

        Assert.That(values[0], Is.EqualTo((ulong)p.Zip(y).Count(pair => pair.First >= threshold && pair.Second == 1)));
        Assert.That(values[1], Is.EqualTo((ulong)p.Count(value => value >= threshold)));
        Assert.That(values[2], Is.EqualTo((ulong)y.Sum(value => value)));
        Assert.That(noise, Is.LessThan(measure.Noise.LogPrivacyBound));
    }

    [Test]
    public void Argmax_counts_the_right_class_with_ties_to_the_lower_number()
    {
        ScoringMeasure measure = ScoringMeasure.Argmax(3, 3);
        Random random = new(9);
        byte[] scores = [.. Enumerable.Range(0, 3 * 200).Select(_ => (byte)random.Next(8))];
        byte[] y = [.. Enumerable.Range(0, 200).Select(_ => (byte)random.Next(3))];

        ulong[] values = Score(measure, scores, y, out double noise);

        int right = y.Select((label, i) => Array.IndexOf(scores[(3 * i)..((3 * i) + 3)], scores[(3 * i)..((3 * i) + 3)].Max()) == label).Count(holds => holds);
        Assert.That(values[0], Is.EqualTo((ulong)right));
        Assert.That(values[1], Is.EqualTo(200UL));
        Assert.That(noise, Is.LessThan(measure.Noise.LogPrivacyBound));
    }

    [Test]
    public void Patient_with_two_labels_fails_the_checks_of_an_argmax()
    {
        ScoringMeasure measure = ScoringMeasure.Argmax(2, 1);
        using ScoringBatch clinic = new(measure.Set, RandomSourceFactory.FromSeed(new byte[64]));
        IReadOnlyList<ScoringInput> labels = clinic.EncryptLabels(measure, [0, 1]);
        ScoringInputs inputs = ScoringInputs.Join(measure, clinic.EncryptPredictions(measure, [1, 0, 0, 1]), labels);

        // Patient 0 is of class 0 and, added here, of class 1 as well: each label is a bit, their sum is not.
        using Plaintext added = new();
        new BatchEncoder(measure.Set.Parameters).Encode([1UL], added);
        new BfvEvaluator(measure.Set.Parameters).AddPlain(inputs.Ordered[^1], added, inputs.Ordered[^1]);

        Assert.That(Verdict(measure, clinic, inputs, out _), Is.EqualTo(ScoreVerdict.InvalidInputs));
    }

    [Test]
    public void Inputs_and_keys_travel_as_seeds_and_packed_residues_of_the_stated_length()
    {
        ScoringMeasure measure = ScoringMeasure.SquaredError(1);
        using ScoringBatch clinic = new(measure.Set, RandomSourceFactory.FromSeed(new byte[64]));
        ScoringInput input = clinic.EncryptLabels(measure, [1, 0, 1])[0];
        byte[] bytes = input.Encode();
        byte[] keys = clinic.Keys.Encode();

        Assert.That((ScoringInput.ByteCount(ScoringSet.SquaredError), ScoringInput.ByteCount(ScoringSet.Pairwise)), Is.EqualTo((178_240, 796_736)));
        Assert.That(ScoringInput.TryParse(measure.Set, bytes)!.Ciphertext.Words.SequenceEqual(input.Ciphertext.Words), Is.True);
        Assert.That(ScoringKeys.TryParse(keys)!.Encode(), Is.EqualTo(keys));
        Assert.That(keys, Has.Length.LessThan(1_100_000));
        Assert.That(ScoringInput.TryParse(measure.Set, bytes.AsSpan(1)), Is.Null);
        Array.Fill(bytes, (byte)0xff, 64, 8192);
        Assert.That(ScoringInput.TryParse(measure.Set, bytes), Is.Null, "residues above the prime");
        Assert.That(ScoringKeys.TryParse(keys.AsSpan(0, keys.Length - 1)), Is.Null);
        Assert.That(ScoringKeys.TryParse([9, .. keys[1..]]), Is.Null);
        Assert.That(ScoringKeys.TryParse([]), Is.Null);
    }

    [Test]
    public void Discrete_laplace_has_the_stated_distribution()
    {
        // Scale 3/2: P(0) = tanh(1/3), P(|x| = k) in proportion to exp(-2k/3).
        using SeededRandomSource source = new(PrngType.Blake2Xb, new byte[64]);
        const int Draws = 60_000;
        int[] counts = new int[9];
        long sum = 0;
        for (int i = 0; i < Draws; i++)
        {
            long x = DiscreteLaplace.Sample(source, 3, 2);
            sum += x;
            counts[Math.Min(Math.Abs(x), 8)]++;
        }

        double zero = Math.Tanh(1 / 3.0);
        double chi = 0;
        double rest = 1;
        for (int k = 0; k < 8; k++)
        {
            double expected = Draws * (k == 0 ? zero : 2 * zero * Math.Exp(-2 * k / 3.0));
            rest -= expected / Draws;
            chi += (counts[k] - expected) * (counts[k] - expected) / expected;
        }

        chi += (counts[8] - (Draws * rest)) * (counts[8] - (Draws * rest)) / (Draws * rest);

        // Eight degrees of freedom: above 26.1 once in a thousand seeds, and this seed is fixed.
        Assert.That(chi, Is.LessThan(26.1));
        Assert.That(Math.Abs(sum), Is.LessThan(4 * Math.Sqrt(Draws * 4.2)));
        Assert.That(() => DiscreteLaplace.Sample(source, 0, 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    private static ulong[] Score(ScoringMeasure measure, byte[] predictions, byte[] labels, out double noise)
    {
        using ScoringBatch clinic = new(measure.Set, RandomSourceFactory.FromSeed(new byte[64]));
        ScoringInputs inputs = ScoringInputs.Join(measure, clinic.EncryptPredictions(measure, predictions), clinic.EncryptLabels(measure, labels));
        Assert.That(Verdict(measure, clinic, inputs, out ulong[] outputs), Is.EqualTo(ScoreVerdict.Holds));
        noise = MeasureNoise(measure, clinic, inputs);
        return outputs[..measure.ValueCount];
    }

    private static ScoreVerdict Verdict(ScoringMeasure measure, ScoringBatch clinic, ScoringInputs inputs, out ulong[] outputs)
    {
        using ScoreRandomness randomness = new(Batch, Batch, Batch);
        outputs = [.. new ScoringEvaluator(clinic.Keys.PublicKey, clinic.Keys.Relinearization, randomness).Evaluate(inputs).Select(clinic.Reader.Read)];
        return ScoreOpening.Verify(measure, randomness, outputs);
    }

    /// <summary>log2 of the largest noise coefficient of the first value, scaled as a tag is: by t / 2 at most.</summary>
    private static double MeasureNoise(ScoringMeasure measure, ScoringBatch clinic, ScoringInputs inputs)
    {
        CiphertextArithmetic arithmetic = new(new BfvEvaluator(measure.Set.Parameters), clinic.Keys.Relinearization);
        using ScoreRandomness randomness = new(Batch, Batch, Batch);
        Ciphertext[] fresh = [.. inputs.Ordered.Select((input, i) => Rerandomize(input, i))];
        Ciphertext value = ScoringCircuits.Values(arithmetic, measure, fresh)[0];

        // The batch drew its secret key first from this very seed.
        using SecretKey secret = new KeyGenerator(measure.Set.Parameters, RandomSourceFactory.FromSeed(new byte[64])).CreateSecretKey();
        int budget = new Decryptor(secret).InvariantNoiseBudget(value);
        double t = measure.Set.Parameters.PlainModulus;
        double noise = measure.Set.Parameters.FirstDataLevel.Product.GetBitLength() - Math.Log2(2 * t) - budget + Math.Log2(t);
        TestContext.Out.WriteLine($"{measure}: measured 2^{noise:F1}, bound 2^{measure.Noise.LogPrivacyBound:F1}");
        return noise;

        Ciphertext Rerandomize(Ciphertext input, int number)
        {
            using IRandomSource source = randomness.Open($"in/{number}");
            return arithmetic.Add(input, clinic.Keys.PublicKey.EncryptZero(source));
        }
    }
}
