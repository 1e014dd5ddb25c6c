using System.Buffers.Binary;
using System.Reflection;
using Subnet.Crypto.Bfv;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Seal;

namespace Subnet.Tests.Crypto.Rlwe;

/// <summary>Keys: reproducible from a seed, read only for callers, gone when they are disposed.</summary>
internal sealed class KeyTests
{
    private static readonly Parameters s_parameters = NoiseBoundsTests.Create(1024, 65537, true, 50, 40, 50);

    [Test]
    public void More_relinearization_keys_than_coefficients_are_refused()
    {
        Parameters parameters = Parameters.Create(new ParametersLiteral
        {
            Scheme = Scheme.Ckks, PolyModulusDegree = 2, CoeffModulus = CoeffModulus.Create(2, 40, 41), Security = SecurityLevel.None,
        });
        using Party party = new(parameters);
        Assert.That(() => party.Generator.CreateRelinearizationKeys(party.SecretKey, 3), Throws.InstanceOf<ArgumentOutOfRangeException>());
        byte[] two = SealWriter.Write(party.Generator.CreateRelinearizationKeys(party.SecretKey, 2));
        SealReader reader = new(parameters);
        Assert.That(reader.ReadRelinearizationKeys(two).Value.Count, Is.EqualTo(2));

        // A third entry without a key, which is 0.
        byte[] three = [.. two, .. new byte[sizeof(ulong)]];
        BinaryPrimitives.WriteInt64LittleEndian(three.AsSpan(8), three.Length);
        BinaryPrimitives.WriteInt64LittleEndian(three.AsSpan(SealHeader.ByteCount + ParametersId.ByteCount), 3);
        Assert.That(() => reader.ReadRelinearizationKeys(three), Throws.InstanceOf<SealFormatException>().With.Message.Contains("at most 2"));
    }

    [Test]
    public void Same_seed_gives_the_same_evaluation_keys([Values(PrngType.Blake2Xb, PrngType.Shake256)] PrngType type)
    {
        (byte[] relinearization, byte[] galois, PrngSeed[] seeds) one = Keys(1, type);
        (byte[] relinearization, byte[] galois, PrngSeed[] seeds) again = Keys(1, type);
        (byte[] relinearization, byte[] galois, PrngSeed[] seeds) other = Keys(2, type);
        Assert.That(again.relinearization, Is.EqualTo(one.relinearization));
        Assert.That(again.galois, Is.EqualTo(one.galois));
        Assert.That(again.seeds, Is.EqualTo(one.seeds));
        Assert.That(other.relinearization, Is.Not.EqualTo(one.relinearization));
        Assert.That(other.galois, Is.Not.EqualTo(one.galois));
        Assert.That(one.seeds.Select(seed => seed.Type), Is.All.EqualTo(type));
        Assert.That(one.seeds, Is.Unique);
    }

    [Test]
    public void Shake256_factory_makes_keys_and_ciphertexts_that_work_and_are_read_back_from_their_seeds()
    {
        using RandomSourceFactory random = RandomSourceFactory.FromSeed(Seed(5), PrngType.Shake256);
        using RandomSourceFactory blake = RandomSourceFactory.FromSeed(Seed(5));
        KeyGenerator generator = new(s_parameters, random);
        using SecretKey secret = generator.CreateSecretKey();
        using SecretKey otherwise = new KeyGenerator(s_parameters, blake).CreateSecretKey();
        Assert.That(secret.Words.SequenceEqual(otherwise.Words), Is.False);
        List<PrngSeed> seeds = [];
        RelinearizationKeys keys = generator.CreateRelinearizationKeys(secret, seeds: seeds);
        RelinearizationKeys read = new SealReader(s_parameters).ReadRelinearizationKeys(SealWriter.Write(keys, SealCompression.Zlib, seeds)).Value;
        Assert.That(SealWriter.Write(read), Is.EqualTo(SealWriter.Write(keys)));

        Encryptor encryptor = new(s_parameters, random);
        BfvEvaluator evaluator = new(s_parameters);
        Ciphertext x = new(s_parameters);
        using Plaintext plaintext = new([7]);
        PrngSeed seed = encryptor.EncryptSymmetric(plaintext, secret, x);
        Assert.That(seed.Type, Is.EqualTo(PrngType.Shake256));
        Ciphertext received = new SealReader(s_parameters).ReadCiphertext(SealWriter.Write(x, SealCompression.None, seed)).Value;
        evaluator.Square(received, received);
        evaluator.Relinearize(received, read, received);
        using Decryptor decryptor = new(secret);
        decryptor.Decrypt(received, plaintext);
        Assert.That(plaintext.Words.ToArray(), Is.EqualTo(new ulong[] { 49 }));
    }

    [Test]
    public void Disposing_overwrites_the_words_of_keys_powers_and_plaintexts()
    {
        using Party party = new(s_parameters);
        SecretKey secret = party.Generator.CreateSecretKey();
        Span<ulong> words = secret.MutableWords;
        Assert.That(words.ContainsAnyExcept(0UL));
        secret.Dispose();
        Assert.That(words.ContainsAnyExcept(0UL), Is.False);
        Assert.That(() => secret.Words.Length, Throws.InstanceOf<ObjectDisposedException>());

        Ciphertext square = new(s_parameters);
        party.Encryptor.Encrypt(new Plaintext([3]), party.PublicKey, square);
        new BfvEvaluator(s_parameters).Square(square, square);
        Plaintext plaintext = new();
        party.Decryptor.Decrypt(square, plaintext);
        ReadOnlySpan<ulong> power = party.Decryptor.Power(2);
        Assert.That(power.ContainsAnyExcept(0UL));
        party.Decryptor.Dispose();
        Assert.That(power.ContainsAnyExcept(0UL), Is.False);

        Span<ulong> message = plaintext.Words;
        Assert.That(message.ToArray(), Is.EqualTo(new ulong[] { 9 }));
        plaintext.Dispose();
        Assert.That(message.ToArray(), Is.EqualTo(new ulong[] { 0 }));
    }

    [Test]
    public void Callers_cannot_write_to_keys([Values(typeof(SecretKey), typeof(PublicKey), typeof(KeySwitchKey), typeof(RelinearizationKeys), typeof(GaloisKeys))] Type type)
    {
        MemberInfo[] open =
        [
            .. type.GetMethods(BindingFlags.Public | BindingFlags.Instance).Where(method => Writable(method.ReturnType)),
            .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => Writable(property.PropertyType) || property.SetMethod?.IsPublic == true),
            .. type.GetFields(BindingFlags.Public | BindingFlags.Instance),
        ];
        Assert.That(open, Is.Empty);

        static bool Writable(Type result) => result == typeof(Span<ulong>) || result == typeof(Memory<ulong>) || result == typeof(ulong[]) || result == typeof(Ciphertext);
    }

    private static (byte[] Relinearization, byte[] Galois, PrngSeed[] Seeds) Keys(byte seed, PrngType type)
    {
        using RandomSourceFactory random = RandomSourceFactory.FromSeed(Seed(seed), type);
        KeyGenerator generator = new(s_parameters, random);
        using SecretKey secret = generator.CreateSecretKey();
        List<PrngSeed> seeds = [];
        RelinearizationKeys relinearization = generator.CreateRelinearizationKeys(secret, 2, seeds);
        GaloisKeys galois = generator.CreateRotationKeys(secret, [1, -1, 0], seeds);
        return (SealWriter.Write(relinearization), SealWriter.Write(galois), [.. seeds]);
    }

    private static byte[] Seed(byte first)
    {
        byte[] seed = new byte[PrngSeed.ByteCount];
        seed[0] = first;
        return seed;
    }
}
