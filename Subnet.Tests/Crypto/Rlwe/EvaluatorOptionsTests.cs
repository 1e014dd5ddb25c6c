using System.Numerics;
using Subnet.Crypto.Bfv;
using Subnet.Crypto.Ckks;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;

namespace Subnet.Tests.Crypto.Rlwe;

internal sealed class EvaluatorOptionsTests
{
    [Test]
    public void Several_threads_give_the_words_of_one([Values("50 50 50 50", "60 60 60", "45 60 40 60")] string bits)
    {
        Parameters parameters = NoiseBoundsTests.Create(128, 257, true, [.. bits.Split(' ').Select(int.Parse)]);
        using Party party = new(parameters);
        RelinearizationKeys relinearization = party.Generator.CreateRelinearizationKeys(party.SecretKey);
        GaloisKeys galois = party.Generator.CreateRotationKeys(party.SecretKey, [1]);
        Ciphertext a = new(parameters);
        Ciphertext b = new(parameters);
        party.Encryptor.Encrypt(new Plaintext([1, 2, 3]), party.PublicKey, a);
        party.Encryptor.Encrypt(new Plaintext([4, 5, 6]), party.PublicKey, b);
        Assert.That(Results(new EvaluatorOptions { Parallelism = 3 }), Is.EqualTo(Results(new EvaluatorOptions())));

        ulong[][] Results(EvaluatorOptions options)
        {
            BfvEvaluator evaluator = new(parameters, options);
            Ciphertext product = new(parameters);
            Ciphertext square = b.Clone();
            Ciphertext rotated = new(parameters);
            evaluator.Multiply(a, b, product);
            ulong[] before = product.Words.ToArray();
            evaluator.Relinearize(product, relinearization, product);
            evaluator.Square(square, square);
            evaluator.RotateRows(a, 1, galois, rotated);
            return [before, product.Words.ToArray(), square.Words.ToArray(), rotated.Words.ToArray()];
        }
    }

    [Test]
    public void Several_threads_give_the_words_of_one_in_ntt_form()
    {
        Parameters parameters = Parameters.Create(new ParametersLiteral
        {
            Scheme = Scheme.Ckks,
            PolyModulusDegree = 128,
            CoeffModulus = CoeffModulus.Create(128, 50, 60, 40, 50),
            Security = SecurityLevel.None,
        });
        using Party party = new(parameters);
        GaloisKeys galois = party.Generator.CreateRotationKeys(party.SecretKey, [1]);
        using Plaintext plaintext = new();
        new CkksEncoder(parameters).Encode([Complex.One], 1L << 30, plaintext);
        Ciphertext a = new(parameters);
        party.Encryptor.Encrypt(plaintext, party.PublicKey, a);
        Ciphertext one = new(parameters);
        Ciphertext several = new(parameters);
        new CkksEvaluator(parameters).RotateVector(a, 1, galois, one);
        new CkksEvaluator(parameters, new EvaluatorOptions { Parallelism = 4 }).RotateVector(a, 1, galois, several);
        Assert.That(several.Words.ToArray(), Is.EqualTo(one.Words.ToArray()));
    }

    [Test]
    public void Transparent_results_are_rerandomised_where_that_is_the_policy()
    {
        Parameters parameters = NoiseBoundsTests.Create(64, 257, true, 50, 50, 50);
        using Party party = new(parameters);
        using RandomSourceFactory random = RandomSourceFactory.FromSeed(new byte[PrngSeed.ByteCount]);
        BfvEvaluator evaluator = new(
            parameters, new EvaluatorOptions { Transparent = TransparentPolicy.Rerandomize, PublicKey = party.PublicKey, Random = random });
        Ciphertext a = new(parameters);
        party.Encryptor.Encrypt(new Plaintext([5]), party.PublicKey, a);
        Ciphertext zero = new(parameters);
        evaluator.Subtract(a, a.Clone(), zero);
        Assert.That(zero.IsTransparent, Is.False);
        Assert.That(party.Decrypt(zero), Is.EqualTo(new ulong[] { 0 }));
        evaluator.MultiplyPlain(a, new Plaintext([0]), zero);
        Assert.That(zero.IsTransparent, Is.False);
        Ciphertext sum = new(parameters);
        evaluator.Add(a, zero, sum);
        Assert.That(party.Decrypt(sum), Is.EqualTo(new ulong[] { 5 }));
    }

    [Test]
    public void Options_that_do_not_fit_are_refused()
    {
        Parameters parameters = NoiseBoundsTests.Create(64, 257, true, 50, 50);
        Assert.That(() => new BfvEvaluator(parameters, new EvaluatorOptions { Parallelism = 0 }), Throws.ArgumentException.With.Message.Contains("1 to 64 threads"));
        Assert.That(
            () => new BfvEvaluator(parameters, new EvaluatorOptions { Transparent = TransparentPolicy.Rerandomize }), Throws.ArgumentException.With.Message.Contains("public key"));
        Assert.That(() => new BfvEvaluator(parameters, new EvaluatorOptions { Transparent = (TransparentPolicy)9 }), Throws.ArgumentException);
        using Party stranger = new(NoiseBoundsTests.Create(64, 257, true, 50, 50, 50));
        Assert.That(() => new BfvEvaluator(parameters, new EvaluatorOptions { PublicKey = stranger.PublicKey }), Throws.ArgumentException.With.Message.Contains("belongs to"));
    }
}
