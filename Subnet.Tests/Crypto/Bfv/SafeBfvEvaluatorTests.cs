using Subnet.Crypto.Bfv;
using Subnet.Crypto.Rlwe;
using Subnet.Tests.Crypto.Rlwe;

namespace Subnet.Tests.Crypto.Bfv;

internal sealed class SafeBfvEvaluatorTests
{
    private const ulong T = 12289;

    [Test]
    public void Random_circuits_decrypt_to_their_values_and_stay_within_their_noise([Range(1, 8)] int seed)
    {
        Parameters parameters = NoiseBoundsTests.Create(1024, T, true, 50, 50, 50, 50, 50, 50);
        using Party party = new(parameters, (byte)seed);
        SafeBfvEvaluator safe = new(
            parameters, party.Generator.CreateRelinearizationKeys(party.SecretKey), party.Generator.CreateRotationKeys(party.SecretKey, [4, -1]));
        BatchEncoder encoder = new(parameters);
        Random random = new(seed);
        List<(BfvValue Value, ulong[] Slots)> pool = [];
        for (int i = 0; i < 3; i++)
        {
            ulong[] slots = Slots(random);
            using Plaintext plaintext = new();
            encoder.Encode(slots, plaintext);
            Ciphertext fresh = new(parameters);
            party.Encryptor.Encrypt(plaintext, party.PublicKey, fresh);
            pool.Add((safe.Fresh(fresh, isSymmetric: false), slots));
        }

        int refused = 0;
        for (int step = 0; step < 14; step++)
        {
            (BfvValue a, ulong[] x) = pool[random.Next(pool.Count)];
            (BfvValue b, ulong[] y) = pool[random.Next(pool.Count)];
            ulong[] z = Slots(random);
            using Plaintext plain = new();
            encoder.Encode(z, plain);
            try
            {
                pool.Add(random.Next(7) switch
                {
                    0 => (safe.Add(a, b), Zip(x, y, (u, v) => u + v)),
                    1 when !ReferenceEquals(a, b) => (safe.Subtract(a, b), Zip(x, y, (u, v) => u + T - v)),
                    2 => (safe.AddPlain(a, plain), Zip(x, z, (u, v) => u + v)),
                    3 => (safe.MultiplyPlain(a, plain), Zip(x, z, (u, v) => u * v)),
                    4 => (safe.RotateRows(a, 3), [.. Enumerable.Range(0, 1024).Select(i => x[(i / 512 * 512) + ((i + 3) % 512)])]),
                    5 => (safe.Lower(a), x),
                    _ => (safe.Multiply(a, b), Zip(x, y, (u, v) => u * v)),
                });
            }
            catch (InvalidOperationException error) when (error is not TransparentCiphertextException)
            {
                Assert.That(error.Message, Does.Contain("might not decrypt"));
                refused++;
            }
        }

        foreach ((BfvValue value, ulong[] slots) in pool)
        {
            using Plaintext plaintext = new();
            party.Decryptor.Decrypt(value.Ciphertext, plaintext);
            ulong[] decoded = new ulong[1024];
            encoder.Decode(plaintext, decoded);
            Assert.That(decoded, Is.EqualTo(slots));
            double noise = (double)party.Decryptor.ScaledNoise(value.Ciphertext) / T;
            Assert.That(noise, Is.LessThanOrEqualTo(value.Noise.WorstCase).And.LessThanOrEqualTo(value.Noise.PrivacyBound));
        }

        Assert.That(pool.Count + refused, Is.EqualTo(17));
    }

    [Test]
    public void A_result_that_might_not_decrypt_is_refused_before_it_is_made()
    {
        Parameters parameters = NoiseBoundsTests.Create(1024, T, true, 40, 40, 40);
        using Party party = new(parameters);
        SafeBfvEvaluator safe = new(parameters, party.Generator.CreateRelinearizationKeys(party.SecretKey));
        Ciphertext fresh = new(parameters);
        party.Encryptor.Encrypt(new Plaintext([3]), party.PublicKey, fresh);
        BfvValue x = safe.Fresh(fresh, isSymmetric: false);
        BfvValue square = safe.Multiply(x, x);
        Assert.That(party.Decrypt(square.Ciphertext), Is.EqualTo(new ulong[] { 9 }));
        BfvValue fourth = safe.Multiply(square, square);
        Assert.That(party.Decrypt(fourth.Ciphertext), Is.EqualTo(new ulong[] { 81 }));
        Assert.That(() => safe.Multiply(fourth, fourth), Throws.InvalidOperationException.With.Message.Contains("might not decrypt"));
    }

    [Test]
    public void What_is_missing_is_named()
    {
        Parameters parameters = NoiseBoundsTests.Create(64, 257, true, 50, 50, 50);
        using Party party = new(parameters);
        SafeBfvEvaluator safe = new(parameters);
        Ciphertext fresh = new(parameters);
        party.Encryptor.Encrypt(new Plaintext([3]), party.PublicKey, fresh);
        BfvValue x = safe.Fresh(fresh, isSymmetric: false);
        Assert.That(() => safe.Multiply(x, x), Throws.InvalidOperationException.With.Message.Contains("relinearization keys"));
        Assert.That(() => safe.RotateRows(x, 1), Throws.InvalidOperationException.With.Message.Contains("Galois keys"));
        new BfvEvaluator(parameters).ModSwitchToNext(fresh, fresh);
        Assert.That(() => safe.Fresh(fresh, isSymmetric: true), Throws.ArgumentException.With.Message.Contains("fresh ciphertext"));
        Parameters others = NoiseBoundsTests.Create(64, 257, true, 50, 50);
        using Party stranger = new(others);
        Assert.That(
            () => new SafeBfvEvaluator(parameters, stranger.Generator.CreateRelinearizationKeys(stranger.SecretKey)), Throws.ArgumentException.With.Message.Contains("belong to"));
    }

    private static ulong[] Slots(Random random) => [.. Enumerable.Range(0, 1024).Select(_ => (ulong)random.NextInt64((long)T))];

    private static ulong[] Zip(ulong[] x, ulong[] y, Func<ulong, ulong, ulong> f) => [.. x.Zip(y, (u, v) => f(u, v) % T)];
}
