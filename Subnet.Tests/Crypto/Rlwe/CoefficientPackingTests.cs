using Subnet.Crypto.Bfv;
using Subnet.Crypto.Rlwe;

namespace Subnet.Tests.Crypto.Rlwe;

internal sealed class CoefficientPackingTests
{
    [TestCase(5, 1, 1)]
    [TestCase(16, 3, 5)]
    [TestCase(1, 4, 64)]
    [TestCase(256, 1, 1)]
    [TestCase(7, 6, 6)]
    public void One_product_answers_every_row_and_class(int features, int classes, int rows)
    {
        // A power of two as plain modulus: the arithmetic of integers with wrap-around.
        Parameters parameters = NoiseBoundsTests.Create(256, 1 << 20, true, 50, 50, 50);
        using Party party = new(parameters);
        CoefficientPacking packing = new(parameters, features, classes, rows);
        Random random = new(features);
        long[] x = [.. Enumerable.Range(0, rows * features).Select(_ => random.NextInt64(-15, 16))];
        long[] w = [.. Enumerable.Range(0, classes * features).Select(_ => random.NextInt64(-60, 61))];
        w[0] = 1;
        w[^1] = 2;
        using Plaintext message = new();
        using Plaintext weights = new();
        packing.EncodeRows(x, message);
        packing.EncodeWeights(w, weights);
        Ciphertext ciphertext = new(parameters);
        party.Encryptor.EncryptSymmetric(message, party.SecretKey, ciphertext);
        new BfvEvaluator(parameters).MultiplyPlain(ciphertext, weights, ciphertext);
        using Plaintext product = new();
        party.Decryptor.Decrypt(ciphertext, product);
        long[] expected = [.. Enumerable.Range(0, rows * classes).Select(i => Dot(x, w, i / classes, i % classes, features))];
        Assert.That(packing.ReadAnswers(product), Is.EqualTo(expected));
        Assert.That(packing.AnswerPositions(), Is.Unique.And.All.LessThan(256));
        Assert.That(rows, Is.LessThanOrEqualTo(CoefficientPacking.LargestRowCount(parameters, features, classes)));
    }

    [Test]
    public void Constant_coefficient_is_the_dot_product()
    {
        Parameters parameters = NoiseBoundsTests.Create(64, 1 << 20, true, 50, 50, 50);
        using Party party = new(parameters);
        CoefficientPacking packing = new(parameters, features: 64);
        long[] x = [.. Enumerable.Range(0, 64).Select(i => (long)(i % 7) - 3)];
        long[] w = [.. Enumerable.Range(0, 64).Select(i => (long)(i * i % 101) - 50)];
        using Plaintext message = new();
        using Plaintext weights = new();
        packing.EncodeRows(x, message);
        packing.EncodeConstantWeights(w, weights);
        Ciphertext ciphertext = new(parameters);
        party.Encryptor.EncryptSymmetric(message, party.SecretKey, ciphertext);
        new BfvEvaluator(parameters).MultiplyPlain(ciphertext, weights, ciphertext);
        Assert.That(packing.Centre(party.Decrypt(ciphertext)[0]), Is.EqualTo(Dot(x, w, 0, 0, 64)));
    }

    [Test]
    public void What_does_not_fit_is_refused()
    {
        Parameters parameters = NoiseBoundsTests.Create(64, 256, true, 50, 50, 50);
        CoefficientPacking packing = new(parameters, 8, 2, 4);
        using Plaintext target = new();
        Assert.That(() => new CoefficientPacking(parameters, 9, 2, 4), Throws.ArgumentException.With.Message.Contains("72 coefficients"));
        Assert.That(() => new CoefficientPacking(parameters, int.MaxValue, int.MaxValue, int.MaxValue), Throws.ArgumentException);
        Assert.That(() => packing.EncodeRows([1, 2, 3], target), Throws.ArgumentException.With.Message.Contains("rows of 8"));
        Assert.That(() => packing.EncodeRows(new long[40], target), Throws.ArgumentException);
        Assert.That(() => packing.EncodeWeights(new long[15], target), Throws.ArgumentException.With.Message.Contains("2 classes"));
        Assert.That(() => packing.EncodeConstantWeights(new long[16], target), Throws.ArgumentException.With.Message.Contains("one answer"));
        Assert.That(() => packing.EncodeRows([128, 0, 0, 0, 0, 0, 0, 0], target), Throws.ArgumentException.With.Message.Contains("plain modulus 256"));
        Assert.That(() => packing.EncodeRows([long.MinValue, 0, 0, 0, 0, 0, 0, 0], target), Throws.ArgumentException);
        packing.EncodeRows([-127, 127, 0, 0, 0, 0, 0, 0], target);
        Assert.That(packing.Centre(target.Words[0]), Is.EqualTo(-127));
        Assert.That(() => packing.AnswerPosition(4, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    private static long Dot(long[] x, long[] w, int row, int @class, int features) =>
        Enumerable.Range(0, features).Sum(i => x[(row * features) + i] * w[(@class * features) + i]);
}
