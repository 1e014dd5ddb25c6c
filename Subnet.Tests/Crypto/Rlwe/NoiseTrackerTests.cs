using Subnet.Crypto.Bfv;
using Subnet.Crypto.Rlwe;

namespace Subnet.Tests.Crypto.Rlwe;

internal sealed class NoiseTrackerTests
{
    [TestCase(2, 54)]
    [TestCase(3, 83)]
    [TestCase(4, 111)]
    public void Privacy_bound_of_a_hundred_trees_is_that_of_the_parameters_document(int depth, int expectedBits)
    {
        Parameters parameters = Forest();
        NoiseTracker tracker = new(parameters);
        Level level = parameters.FirstDataLevel;
        NoiseLevel bit = NoiseTracker.FreshSymmetric;

        // Horner on the tree: right + bit (left - right), leaves modulo t, all roots summed before they are relinearized.
        NoiseLevel node = NoiseTracker.AddPlain(NoiseTracker.MultiplyScalar(bit, 32768));
        for (int d = 2; d <= depth; d++)
        {
            NoiseLevel product = tracker.Multiply(level, bit, NoiseTracker.Add(node, node));
            node = d == depth ? product : NoiseTracker.Add(node, tracker.KeySwitch(level, product));
        }

        NoiseLevel forest = tracker.KeySwitch(level, NoiseTracker.AddMany(node, 100));
        Assert.That(Math.Log2(forest.PrivacyBound), Is.EqualTo(expectedBits).Within(1.5));
        Assert.That(tracker.FloodMargin(level, tracker.Rerandomize(forest)), Is.GreaterThanOrEqualTo(40));
    }

    [Test]
    public void Privacy_bound_of_a_brier_score_is_that_of_the_parameters_document()
    {
        Parameters parameters = Parameters.Create(new ParametersLiteral
        {
            Scheme = Scheme.Bfv, PolyModulusDegree = 8192, CoeffModulus = CoeffModulus.Default(8192), PlainModulus = 1_073_692_673,
        });
        NoiseTracker tracker = new(parameters);
        Level level = parameters.FirstDataLevel;
        NoiseLevel plane = tracker.Rerandomize(NoiseTracker.FreshSymmetric);
        NoiseLevel difference = NoiseTracker.MultiplyScalar(plane, 255);
        for (int bit = 0; bit < 8; bit++)
        {
            difference = NoiseTracker.Add(difference, NoiseTracker.MultiplyScalar(plane, 1 << bit));
        }

        NoiseLevel square = tracker.KeySwitch(level, tracker.Square(level, difference));
        NoiseLevel tag = NoiseTracker.MultiplyScalar(square, parameters.PlainModulus / Math.Sqrt(12));
        Assert.That(Math.Log2(tag.PrivacyBound), Is.EqualTo(93).Within(1.2));
    }

    [Test]
    public void Prediction_is_near_the_true_noise_and_the_privacy_bound_above_it([Range(1, 6)] int seed)
    {
        Parameters parameters = NoiseBoundsTests.Create(2048, 12289, true, 50, 50, 50, 50, 50);
        using Party party = new(parameters, (byte)seed);
        NoiseTracker tracker = new(parameters);
        BfvEvaluator evaluator = new(parameters);
        BatchEncoder encoder = new(parameters);
        RelinearizationKeys relinearization = party.Generator.CreateRelinearizationKeys(party.SecretKey);
        GaloisKeys galois = party.Generator.CreateGaloisKeys(party.SecretKey, [3]);
        Random random = new(seed);
        Level level = parameters.FirstDataLevel;
        Ciphertext a = Encrypt(out NoiseLevel noise);
        AssertNear(a, noise, 2);
        Ciphertext b = Encrypt(out NoiseLevel other);
        evaluator.Multiply(a, b, a);
        noise = tracker.Multiply(level, noise, other);
        AssertNear(a, noise, 4.5);
        evaluator.Relinearize(a, relinearization, a);
        noise = tracker.KeySwitch(level, noise);
        evaluator.ApplyGalois(a, 3, galois, a);
        noise = tracker.KeySwitch(level, noise);
        using Plaintext factor = new();
        encoder.Encode([.. Enumerable.Range(0, 2048).Select(_ => (ulong)random.NextInt64(12289))], factor);
        evaluator.MultiplyPlain(a, factor, a);
        noise = tracker.MultiplyBatch(noise);
        AssertNear(a, noise, 4.5);
        evaluator.Square(a, a);
        noise = tracker.Square(level, noise);
        AssertNear(a, noise, 4.5);
        evaluator.ModSwitchToNext(a, b);
        AssertNear(b, tracker.ModSwitchToNext(level, noise), 4.5);

        Ciphertext Encrypt(out NoiseLevel fresh)
        {
            using Plaintext message = new();
            encoder.Encode([.. Enumerable.Range(0, 2048).Select(_ => (ulong)random.NextInt64(12289))], message);
            Ciphertext ciphertext = new(parameters);
            party.Encryptor.EncryptSymmetric(message, party.SecretKey, ciphertext);
            fresh = NoiseTracker.FreshSymmetric;
            return ciphertext;
        }

        void AssertNear(Ciphertext ciphertext, NoiseLevel predicted, double factorOfPrediction)
        {
            // The largest of 2048 normal numbers is 3.3 to 5 deviations.
            double largest = (double)party.Decryptor.ScaledNoise(ciphertext) / parameters.PlainModulus;
            Assert.That(largest, Is.LessThanOrEqualTo(predicted.WorstCase));
            Assert.That(largest, Is.LessThanOrEqualTo(predicted.PrivacyBound));
            Assert.That(largest, Is.GreaterThan(predicted.RootMeanSquare / factorOfPrediction).And.LessThan(predicted.RootMeanSquare * 5.5 * factorOfPrediction));
        }
    }

    [Test]
    public void Failure_is_impossible_within_the_worst_case_and_a_gaussian_tail_beyond()
    {
        Parameters parameters = Forest();
        NoiseTracker tracker = new(parameters);
        Level level = parameters.FirstDataLevel;
        double limit = tracker.Bounds.Limit(level);
        Assert.That(tracker.FailureLog2(level, new NoiseLevel(limit / 2, 1)), Is.EqualTo(double.NegativeInfinity));
        Assert.That(tracker.FailureLog2(level, new NoiseLevel(limit, 1), flooding: limit / 2), Is.LessThan(-1000));
        Assert.That(tracker.FailureLog2(level, new NoiseLevel(1, 1), flooding: limit), Is.Zero);

        // 64 deviations are 2^-128 for every coefficient of 8192.
        double deviation = limit / NoiseLevel.PrivacyDeviations;
        Assert.That(tracker.FailureLog2(level, new NoiseLevel(2 * limit, deviation * deviation)), Is.EqualTo(13 - (Math.Pow(64 / 4.5, 2) / 2 * Math.Log2(Math.E))).Within(0.01).And.LessThan(-128));
        Assert.That(tracker.FailureLog2(level, new NoiseLevel(2 * limit, limit * limit)), Is.Zero);
    }

    [Test]
    public void Levels_only_go_down()
    {
        Parameters parameters = Forest();
        NoiseTracker tracker = new(parameters);
        Assert.That(() => tracker.ModSwitchTo(parameters.LastLevel, parameters.FirstDataLevel, default), Throws.ArgumentException.With.Message.Contains("only go down"));
    }

    private static Parameters Forest() => Parameters.Create(new ParametersLiteral
    {
        Scheme = Scheme.Bfv, PolyModulusDegree = 8192, CoeffModulus = CoeffModulus.Default(8192), PlainModulus = 65537,
    });
}
