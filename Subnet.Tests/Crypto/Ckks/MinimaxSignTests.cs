using Subnet.Crypto.Ckks;
using Subnet.Crypto.Rlwe;
using Subnet.Tests.Crypto.Rlwe;

namespace Subnet.Tests.Crypto.Ckks;

internal sealed class MinimaxSignTests
{
    [TestCase(6, 9, 15, 6.4)]
    [TestCase(8, 12, 20, 8.8)]
    [TestCase(10, 14, 26, 10.3)]
    [TestCase(12, 17, 31, 13.3)]
    public void Error_depth_and_products_are_those_of_the_table(int alpha, int depth, int products, double errorBits)
    {
        MinimaxSign sign = MinimaxSign.For(alpha);
        Assert.That((sign.Depth, sign.ProductCount), Is.EqualTo((depth, products)));
        double worst = 0;
        double least = Math.ScaleB(1, -alpha);
        for (int i = 0; i <= 200_000; i++)
        {
            double x = least + ((1 - least) * i / 200_000);
            worst = Math.Max(worst, Math.Abs(sign.Evaluate(x) - 1));
            Assert.That(sign.Evaluate(-x), Is.EqualTo(-sign.Evaluate(x)));
        }

        Assert.That(-Math.Log2(worst), Is.GreaterThan(errorBits));
        Assert.That(sign.Evaluate(0), Is.Zero);
    }

    [Test]
    public void Encrypted_sign_is_that_in_the_clear([Values(6, 8, 10, 12)] int alpha)
    {
        MinimaxSign sign = MinimaxSign.For(alpha);
        Parameters parameters = SafeCkksEvaluatorTests.Create(256, sign.Depth);
        using Party party = new(parameters);
        SafeCkksEvaluator safe = SafeCkksEvaluatorTests.Evaluator(party);
        double least = Math.ScaleB(1, -alpha);
        double[] x = [.. Enumerable.Range(0, 128).Select(i => (i % 2 == 0 ? 1 : -1) * (least + ((1 - least) * i / 127)))];
        Ciphertext ciphertext = new(parameters);
        using Plaintext plaintext = safe.Encode(x);
        party.Encryptor.Encrypt(plaintext, party.PublicKey, ciphertext);
        Ciphertext result = safe.Sign(ciphertext, sign);
        Assert.That(result.Level.ChainIndex, Is.Zero);
        double[] decrypted = SafeCkksEvaluatorTests.Decrypt(party, result);
        Assert.That(decrypted, Is.EqualTo(x.Select(sign.Evaluate)).Within(1e-4));
        Assert.That(decrypted, Is.EqualTo(x.Select(v => (double)Math.Sign(v))).Within(least + 1e-4));
    }

    [Test]
    public void Comparison_is_one_where_the_first_is_greater()
    {
        Parameters parameters = SafeCkksEvaluatorTests.Create(64, MinimaxSign.For(6).Depth + 1);
        using Party party = new(parameters);
        SafeCkksEvaluator safe = SafeCkksEvaluatorTests.Evaluator(party);
        Ciphertext a = new(parameters);
        Ciphertext b = new(parameters);
        using Plaintext x = safe.Encode([0.9, 0.1, 0.5]);
        using Plaintext y = safe.Encode([0.2, 0.7, 0.48]);
        party.Encryptor.Encrypt(x, party.PublicKey, a);
        party.Encryptor.Encrypt(y, party.PublicKey, b);
        double[] greater = SafeCkksEvaluatorTests.Decrypt(party, safe.IsGreater(a, b, MinimaxSign.For(6)));
        Assert.That(greater[..3], Is.EqualTo(new[] { 1.0, 0.0, 1.0 }).Within(0.01));
    }

    [Test]
    public void Too_few_levels_and_an_unknown_alpha_are_named()
    {
        Parameters parameters = SafeCkksEvaluatorTests.Create(64, 8);
        using Party party = new(parameters);
        SafeCkksEvaluator safe = SafeCkksEvaluatorTests.Evaluator(party);
        using Plaintext x = safe.Encode([0.5]);
        Ciphertext a = new(parameters);
        party.Encryptor.Encrypt(x, party.PublicKey, a);
        Assert.That(() => safe.Sign(a, MinimaxSign.For(6)), Throws.InvalidOperationException.With.Message.Contains("uses 9 levels"));
        Assert.That(() => MinimaxSign.For(7), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }
}
