using System.Numerics;
using Subnet.Crypto.Ckks;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;
using Subnet.Tests.Crypto.Rlwe;

namespace Subnet.Tests.Crypto.Ckks;

internal sealed class PublicDecryptorTests
{
    private const double Scale = 1L << 40;
    private readonly Parameters _parameters = SafeCkksEvaluatorTests.Create(1024, levels: 2);

    [Test]
    public void Published_numbers_are_right_to_the_digits_they_claim_and_no_more()
    {
        using Party party = new(_parameters);
        using RandomSourceFactory random = RandomSourceFactory.FromSeed(new byte[PrngSeed.ByteCount]);
        using PublicDecryptor publisher = new(party.SecretKey, random, queries: 16);
        CkksNoise noise = new CkksNoiseBounds(_parameters).FreshPublic(1, Scale);
        double[] x = [.. Enumerable.Range(0, 512).Select(i => Math.Sin(i))];
        PublishedNumbers published = publisher.Decrypt(Encrypt(party, x), noise.Error);
        double unit = Math.ScaleB(1, -published.FractionBits);
        Assert.That(published.Deviation, Is.LessThanOrEqualTo(unit).And.GreaterThan(unit / 2));
        Assert.That(published.Values.Select(v => v.Real / unit), Is.All.Matches<double>(v => v == Math.Round(v)));

        // The spread is that of the noise: neither less, which would not hide, nor more.
        double[] errors = [.. published.Values.Select((v, i) => v.Real - x[i])];
        double measured = Math.Sqrt(errors.Average(e => e * e));
        double expected = Math.Sqrt((published.Deviation * published.Deviation) + (unit * unit / 12));
        Assert.That(measured, Is.EqualTo(expected).Within(expected * 0.15));
        Assert.That(errors.Select(Math.Abs).Max(), Is.LessThan(6 * expected));
    }

    [Test]
    public void Noise_drowns_the_error_by_the_stated_factor()
    {
        using Party party = new(_parameters);
        using RandomSourceFactory random = RandomSourceFactory.FromSeed(new byte[PrngSeed.ByteCount]);
        using PublicDecryptor publisher = new(party.SecretKey, random, queries: 100, statisticalBits: 40);
        Assert.That(publisher.Deviation(1000), Is.EqualTo(Math.Sqrt(1200) * (1 << 20) * 1000).Within(1));
        Ciphertext a = Encrypt(party, [0.5]);
        Assert.That(publisher.Decrypt(a, 1000).Values[0], Is.Not.EqualTo(publisher.Decrypt(a, 1000).Values[0]), "every publication takes fresh noise");
    }

    [Test]
    public void What_would_publish_nothing_or_hide_nothing_is_refused()
    {
        using Party party = new(_parameters);
        using RandomSourceFactory random = RandomSourceFactory.FromSeed(new byte[PrngSeed.ByteCount]);
        using PublicDecryptor publisher = new(party.SecretKey, random, queries: 1);
        Ciphertext a = Encrypt(party, [0.5]);
        new CkksEvaluator(_parameters).ModSwitchTo(a, _parameters.LastLevel, a);
        Assert.That(() => publisher.Decrypt(a, 1e9), Throws.InvalidOperationException.With.Message.Contains("does not fit"));
        Assert.That(() => publisher.Decrypt(a, 0), Throws.ArgumentException);
        Assert.That(() => publisher.Decrypt(a, double.NaN), Throws.ArgumentException);
        Assert.That(() => new PublicDecryptor(party.SecretKey, random, 1, statisticalBits: 29), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new PublicDecryptor(party.SecretKey, random, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Error_of_a_computation_is_never_above_its_bound([Range(1, 6)] int seed)
    {
        using Party party = new(_parameters, (byte)seed);
        CkksEvaluator evaluator = new(_parameters);
        CkksNoiseBounds bounds = new(_parameters);
        Random random = new(seed);
        double[] x = Numbers(random);
        double[] y = Numbers(random);
        Ciphertext a = Encrypt(party, x);
        Ciphertext b = Encrypt(party, y);
        CkksNoise noise = bounds.FreshPublic(1, Scale);
        AssertWithin(x);
        evaluator.Multiply(a, b, a);
        noise = bounds.Multiply(noise, noise);
        evaluator.Relinearize(a, party.Generator.CreateRelinearizationKeys(party.SecretKey), a);
        noise = bounds.KeySwitch(a.Level, noise);
        AssertWithin([.. x.Zip(y, (u, v) => u * v)]);
        Level level = a.Level;
        evaluator.RescaleToNext(a, a);
        noise = bounds.Rescale(level, noise);
        evaluator.RotateVector(a, 1, party.Generator.CreateRotationKeys(party.SecretKey, [1]), a);
        noise = bounds.KeySwitch(a.Level, noise);
        evaluator.Add(a, a, a);
        noise = CkksNoiseBounds.Add(noise, noise);
        double[] rotated = [.. Enumerable.Range(0, 512).Select(i => 2 * x[(i + 1) % 512] * y[(i + 1) % 512])];
        AssertWithin(rotated);
        using Plaintext factor = new();
        new CkksEncoder(_parameters).Encode(y, a.Level, 1 << 20, factor);
        evaluator.MultiplyPlain(a, factor, a);
        noise = bounds.MultiplyPlain(noise, 1, 1 << 20);
        AssertWithin([.. rotated.Zip(y, (u, v) => u * v)]);

        void AssertWithin(double[] expected)
        {
            double[] decrypted = SafeCkksEvaluatorTests.Decrypt(party, a);
            double worst = decrypted.Zip(expected, (u, v) => Math.Abs(u - v)).Max() * a.Scale;
            Assert.That(worst, Is.LessThanOrEqualTo(noise.Error * _parameters.PolyModulusDegree));
            Assert.That(expected.Select(Math.Abs).Max() * a.Scale, Is.LessThanOrEqualTo(noise.Message * _parameters.PolyModulusDegree));
        }
    }

    private Ciphertext Encrypt(Party party, double[] values)
    {
        using Plaintext plaintext = new();
        new CkksEncoder(_parameters).Encode(values.Select(v => new Complex(v, 0)).ToArray(), Scale, plaintext);
        Ciphertext ciphertext = new(_parameters);
        party.Encryptor.Encrypt(plaintext, party.PublicKey, ciphertext);
        return ciphertext;
    }

    private static double[] Numbers(Random random) => [.. Enumerable.Range(0, 512).Select(_ => (2 * random.NextDouble()) - 1)];
}
