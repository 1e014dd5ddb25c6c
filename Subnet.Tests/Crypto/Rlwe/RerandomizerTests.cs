using System.Numerics;
using Subnet.Crypto.Bfv;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;

namespace Subnet.Tests.Crypto.Rlwe;

internal sealed class RerandomizerTests
{
    private static readonly Parameters s_parameters = NoiseBoundsTests.Create(1024, 65537, true, 43, 43, 44, 44, 44);

    [Test]
    public void Zero_changes_both_polynomials_and_not_the_message_and_stays_within_its_bound()
    {
        using Party party = new(s_parameters);
        NoiseBounds bounds = new(s_parameters);
        Ciphertext a = new(s_parameters);
        party.Encryptor.EncryptSymmetric(new Plaintext([7, 0, 9]), party.SecretKey, a);
        Ciphertext b = new(s_parameters);
        new Rerandomizer(party.PublicKey).AddZero(a, Stream(1), b);
        Assert.That(b.Polynomial(0).SequenceEqual(a.Polynomial(0)), Is.False);
        Assert.That(b.Polynomial(1).SequenceEqual(a.Polynomial(1)), Is.False);
        Assert.That(party.Decrypt(b), Is.EqualTo(new ulong[] { 7, 0, 9 }));
        double noise = (double)party.Decryptor.ScaledNoise(b) / 65537;
        Assert.That(noise, Is.LessThanOrEqualTo(NoiseBounds.FreshSymmetric + bounds.ZeroAtDataModulus));
        Ciphertext again = new(s_parameters);
        new Rerandomizer(party.PublicKey).AddZero(a, Stream(1), again);
        Assert.That(again.Words.SequenceEqual(b.Words), "a committed stream replays");
        new Rerandomizer(party.PublicKey).AddZero(a, Stream(2), again);
        Assert.That(again.Words.SequenceEqual(b.Words), Is.False);
    }

    [Test]
    public void Division_by_the_known_query_no_longer_gives_the_private_factor()
    {
        using Party party = new(s_parameters);
        BfvEvaluator evaluator = new(s_parameters);
        Plaintext weights = new([3, 1, 4, 1, 5, 9, 2, 6]);
        Ciphertext query = new(s_parameters);
        party.Encryptor.EncryptSymmetric(new Plaintext([1, 1]), party.SecretKey, query);
        Ciphertext bare = new(s_parameters);
        evaluator.MultiplyPlain(query, weights, bare);
        Assert.That(Quotient(bare, query)[..8], Is.EqualTo(weights.Words.ToArray()), "the attack works on the bare product");
        Ciphertext hidden = new(s_parameters);
        new Rerandomizer(party.PublicKey).AddZero(bare, Stream(3), hidden);
        Assert.That(Quotient(hidden, query).Zip(Quotient(bare, query)).Count(pair => pair.First == pair.Second), Is.LessThan(3));
    }

    [Test]
    public void Flooded_coefficients_decrypt_to_the_same_and_carry_the_whole_range()
    {
        using Party party = new(s_parameters);
        NoiseBounds bounds = new(s_parameters);
        Level level = s_parameters.FirstDataLevel;
        int f = bounds.FloodBits(level);
        Ciphertext a = new(s_parameters);
        party.Encryptor.EncryptSymmetric(new Plaintext([7, 8, 9]), party.SecretKey, a);
        int[] all = [.. Enumerable.Range(0, 1024)];
        using SeededRandomSource stream = Stream(4);
        new Rerandomizer(party.PublicKey).Flood(a, all, f, stream);
        Assert.That(party.Decrypt(a), Is.EqualTo(new ulong[] { 7, 8, 9 }));
        double noise = (double)party.Decryptor.ScaledNoise(a) / 65537;
        Assert.That(noise, Is.InRange(Math.ScaleB(0.98, f), Math.ScaleB(1, f) + NoiseBounds.FreshSymmetric));
    }

    [Test]
    public void Flooding_is_the_low_bits_of_the_stream_less_the_half_range()
    {
        using Party party = new(s_parameters);
        Level level = s_parameters.FirstDataLevel;
        Ciphertext a = new(level, 2, isNttForm: false);
        const int F = 75;
        using SeededRandomSource stream = Stream(5);
        new Rerandomizer(party.PublicKey).Flood(a, [5, 2], F, stream);
        byte[] bytes = new byte[20];
        using SeededRandomSource again = Stream(5);
        again.Fill(bytes);
        for (int i = 0; i < 2; i++)
        {
            BigInteger value = new BigInteger(bytes.AsSpan(10 * i, 10), isUnsigned: true) % (BigInteger.One << (F + 1)) - (BigInteger.One << F);
            for (int prime = 0; prime < level.PrimeCount; prime++)
            {
                BigInteger q = level.Moduli[prime].Value;
                Assert.That(a.Limb(0, prime)[i == 0 ? 5 : 2], Is.EqualTo((ulong)(((value % q) + q) % q)));
            }
        }

        Assert.That(() => new Rerandomizer(party.PublicKey).Flood(a, [0], level.TotalBits, Stream(1)), Throws.ArgumentException);
        Assert.That(() => new Rerandomizer(party.PublicKey).Flood(a, [1024], F, Stream(1)), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Extracted_samples_decrypt_to_their_coefficients()
    {
        using Party party = new(s_parameters);
        BfvEvaluator evaluator = new(s_parameters);
        ulong[] message = [.. Enumerable.Range(1, 1024).Select(i => (ulong)(i * 61 % 65537))];
        Ciphertext a = new(s_parameters);
        party.Encryptor.Encrypt(new Plaintext(message), party.PublicKey, a);
        Assert.That(() => LweCiphertext.Extract(a, 0), Throws.ArgumentException.With.Message.Contains("switch to the last level"));
        evaluator.ModSwitchTo(a, s_parameters.LastLevel, a);
        foreach (int coefficient in (int[])[0, 1, 511, 1023])
        {
            Assert.That(LweCiphertext.Extract(a, coefficient).Decrypt(party.SecretKey), Is.EqualTo(message[coefficient]));
        }

        LweCiphertext sample = LweCiphertext.Extract(a, 3);
        Assert.That(() => new LweCiphertext(s_parameters, sample.Mask, s_parameters.Moduli[0].Value), Throws.ArgumentException);
        Assert.That(() => new LweCiphertext(s_parameters, sample.Mask[1..], 0), Throws.ArgumentException);
    }

    // c_1' / c_1 modulo the first prime: what a key holder would compute.
    private static ulong[] Quotient(Ciphertext product, Ciphertext query)
    {
        ulong[] x = product.Limb(1, 0).ToArray();
        ulong[] y = query.Limb(1, 0).ToArray();
        Level level = query.Level;
        level.Tables(0).Forward(x);
        level.Tables(0).Forward(y);
        for (int i = 0; i < x.Length; i++)
        {
            x[i] = level.Moduli[0].Multiply(x[i], level.Moduli[0].Invert(y[i]));
        }

        level.Tables(0).Inverse(x);
        return x;
    }

    private static SeededRandomSource Stream(byte seed)
    {
        byte[] bytes = new byte[PrngSeed.ByteCount];
        bytes[0] = seed;
        return new SeededRandomSource(PrngType.Blake2Xb, bytes);
    }
}
