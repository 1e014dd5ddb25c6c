using Subnet.Crypto.Bfv;
using Subnet.Crypto.Comparison;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Rlwe;
using Subnet.Tests.Crypto.Rlwe;

namespace Subnet.Tests.Crypto.Comparison;

internal sealed class ComparisonPolynomialsTests
{
    private static readonly Parameters s_parameters = NoiseBoundsTests.Create(64, 65537, true, 50, 50, 50, 50, 50, 50, 50);
    private static readonly Modulus s_t = new(65537);

    [Test]
    public void Sign_is_exact_over_its_range([Values(1, 2, 4, 7)] int bits)
    {
        int bound = (1 << bits) - 1;
        ulong[] q = ComparisonPolynomials.SignOfRoot(s_parameters, bits);
        Assert.That(q, Has.Length.EqualTo(bound));
        for (int d = -bound; d <= bound; d++)
        {
            ulong x = s_t.FromSigned(d);
            Assert.That(s_t.Multiply(x, Horner(q, s_t.Multiply(x, x))), Is.EqualTo(s_t.FromSigned(Math.Sign(d))), $"{d}");
        }
    }

    [Test]
    public void Zero_test_and_threshold_are_exact_over_their_range([Values(1, 4, 30, 100)] int range)
    {
        ulong[] zero = ComparisonPolynomials.ZeroTest(s_parameters, range);
        int below = (range + 1) / 2;
        ulong[] threshold = ComparisonPolynomials.Threshold(s_parameters, range, below);
        for (int x = 0; x <= range; x++)
        {
            Assert.That(Horner(zero, (ulong)x), Is.EqualTo(x == 0 ? 1 : 0));
            Assert.That(Horner(threshold, (ulong)x), Is.EqualTo(x < below ? 1 : 0));
        }
    }

    [Test]
    public void Encrypted_sign_is_exact_in_every_slot_ties_included()
    {
        using Party party = new(s_parameters);
        BfvEvaluator evaluator = new(s_parameters);
        BatchEncoder encoder = new(s_parameters);
        RelinearizationKeys keys = party.Generator.CreateRelinearizationKeys(party.SecretKey);
        const int Bound = 15;
        long[] values = [.. Enumerable.Range(0, 64).Select(i => (long)((i % 31) - Bound))];
        Plaintext plaintext = new();
        encoder.Encode(values, plaintext);
        Ciphertext d = new(s_parameters);
        party.Encryptor.Encrypt(plaintext, party.PublicKey, d);
        Ciphertext u = new(s_parameters);
        evaluator.Square(d, u);
        evaluator.Relinearize(u, keys, u);
        evaluator.EvaluatePolynomial(u, ComparisonPolynomials.SignOfRoot(s_parameters, 4), keys, u);
        evaluator.Multiply(u, d, u);
        party.Decryptor.Decrypt(u, plaintext);
        long[] signs = new long[64];
        encoder.Decode(plaintext, signs);
        Assert.That(signs, Is.EqualTo(values.Select(v => (long)Math.Sign(v))));
    }

    [Test]
    public void Polynomials_with_gaps_and_of_every_shape_evaluate_to_their_value(
        [Values("1,2", "0,0,0,0,0,0,0,0,5", "3,0,0,0,0,0,0,0,0,7", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18", "0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,2")] string text)
    {
        ulong[] coefficients = [.. text.Split(',').Select(ulong.Parse)];
        using Party party = new(s_parameters);
        BfvEvaluator evaluator = new(s_parameters);
        BatchEncoder encoder = new(s_parameters);
        RelinearizationKeys keys = party.Generator.CreateRelinearizationKeys(party.SecretKey);
        ulong[] values = [.. Enumerable.Range(0, 64).Select(i => (ulong)(i * 997 % 65537))];
        Plaintext plaintext = new();
        encoder.Encode(values, plaintext);
        Ciphertext x = new(s_parameters);
        party.Encryptor.Encrypt(plaintext, party.PublicKey, x);
        evaluator.EvaluatePolynomial(x, coefficients, keys, x);
        party.Decryptor.Decrypt(x, plaintext);
        ulong[] results = new ulong[64];
        encoder.Decode(plaintext, results);
        Assert.That(results, Is.EqualTo(values.Select(v => Horner(coefficients, v))));
    }

    [Test]
    public void Unusable_ranges_and_constant_polynomials_are_refused()
    {
        Assert.That(() => ComparisonPolynomials.SignOfRoot(s_parameters, 0), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => ComparisonPolynomials.SignOfRoot(s_parameters, 13), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => ComparisonPolynomials.Threshold(s_parameters, 10, 11), Throws.InstanceOf<ArgumentException>());
        using Party party = new(s_parameters);
        Ciphertext x = new(s_parameters);
        party.Encryptor.Encrypt(new Plaintext([1]), party.PublicKey, x);
        RelinearizationKeys keys = party.Generator.CreateRelinearizationKeys(party.SecretKey);
        Assert.That(() => new BfvEvaluator(s_parameters).EvaluatePolynomial(x, [5, 0], keys, x), Throws.ArgumentException.With.Message.Contains("constant"));
        Assert.That(() => new BfvEvaluator(s_parameters).EvaluatePolynomial(x, [5, 65537], keys, x), Throws.ArgumentException.With.Message.Contains("plain modulus"));
    }

    private static ulong Horner(ulong[] coefficients, ulong x)
    {
        ulong value = 0;
        for (int i = coefficients.Length - 1; i >= 0; i--)
        {
            value = s_t.Add(s_t.Multiply(value, x), coefficients[i]);
        }

        return value;
    }
}
