using Subnet.Crypto.Bfv;
using Subnet.Crypto.Ckks;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;

namespace Subnet.Tests.Crypto.Rlwe;

/// <summary>Keys and encryption made here, over both schemes, with and without a special prime, on double and integer kernels.</summary>
internal sealed class EncryptionTests
{
    private static IEnumerable<TestCaseData> BfvSets()
    {
        yield return Set("double precision", 1024, 65537, true, 40, 40, 40, 40);
        yield return Set("sixty-bit primes", 1024, 65537, true, 60, 60, 60);
        yield return Set("mixed primes", 1024, 65537, true, 60, 36, 50, 51);
        yield return Set("without special prime", 1024, 1 << 20, false, 50, 50);
        yield return Set("one prime", 1024, 1 << 10, true, 50);
        yield return Set("plain modulus above the primes", 1024, 1UL << 45, true, 30, 30, 30, 30);
    }

    [TestCaseSource(nameof(BfvSets))]
    public void Bfv_message_survives_both_encryptions(Parameters parameters)
    {
        using Party party = new(parameters);
        Plaintext message = Message(parameters, 1);
        Ciphertext ciphertext = new(parameters);
        party.Encryptor.Encrypt(message, party.PublicKey, ciphertext);
        Assert.That(party.Decrypt(ciphertext), Is.EqualTo(message.Words.ToArray()));
        Assert.That(party.Decryptor.InvariantNoiseBudget(ciphertext), Is.GreaterThan(0));
        PrngSeed seed = party.Encryptor.EncryptSymmetric(message, party.SecretKey, ciphertext);
        Assert.That(party.Decrypt(ciphertext), Is.EqualTo(message.Words.ToArray()));
        ulong[] expanded = new ulong[parameters.FirstDataLevel.PolynomialWords];
        using SeededRandomSource stream = seed.Expand();
        UniformSampler.Sample(stream, Primes(parameters.FirstDataLevel), parameters.PolyModulusDegree, expanded);
        Assert.That(ciphertext.Polynomial(1).SequenceEqual(expanded));
    }

    // Sets for more than linear circuits: slots and key switching.
    private static IEnumerable<TestCaseData> DeepBfvSets() =>
        BfvSets().Where(set => set.Arguments[0] is Parameters { SupportsBatching: true, HasSpecialPrime: true });

    [TestCaseSource(nameof(DeepBfvSets))]
    public void Bfv_products_and_rotations_are_those_of_the_messages(Parameters parameters)
    {
        using Party party = new(parameters);
        BatchEncoder encoder = new(parameters);
        BfvEvaluator evaluator = new(parameters);
        ulong t = parameters.PlainModulus;
        ulong[] a = Values(encoder.SlotCount, t, 1);
        ulong[] b = Values(encoder.SlotCount, t, 2);
        Ciphertext x = Encrypt(party, encoder, a);
        Ciphertext y = Encrypt(party, encoder, b);
        RelinearizationKeys relinearization = party.Generator.CreateRelinearizationKeys(party.SecretKey);
        GaloisKeys galois = party.Generator.CreateRotationKeys(party.SecretKey, [3, 0]);
        evaluator.Multiply(x, y, x);
        evaluator.Relinearize(x, relinearization, x);
        Assert.That(Slots(party, encoder, x), Is.EqualTo(a.Zip(b, (u, v) => u * v % t)));
        evaluator.RotateRows(y, 3, galois, y);
        evaluator.RotateColumns(y, galois, y);
        int half = encoder.SlotCount / 2;
        ulong[] moved = [.. Enumerable.Range(0, 2 * half).Select(i => b[((i + half) % (2 * half) / half * half) + ((i + 3) % half)])];
        Assert.That(Slots(party, encoder, y), Is.EqualTo(moved));
    }

    [Test]
    public void Relinearization_from_four_polynomials_needs_and_uses_two_keys()
    {
        Parameters parameters = (Parameters)Set("deep", 1024, 257, true, 50, 50, 50, 50, 50).Arguments[0]!;
        using Party party = new(parameters);
        BfvEvaluator evaluator = new(parameters);
        Plaintext two = new([2]);
        Ciphertext x = new(parameters);
        party.Encryptor.Encrypt(two, party.PublicKey, x);
        Ciphertext cube = new(parameters);
        evaluator.Square(x, cube);
        evaluator.Multiply(cube, x, cube);
        Assert.That(cube.Size, Is.EqualTo(4));
        Assert.That(party.Decrypt(cube), Is.EqualTo(new ulong[] { 8 }));
        RelinearizationKeys one = party.Generator.CreateRelinearizationKeys(party.SecretKey);
        Assert.That(() => evaluator.Relinearize(cube, one, cube), Throws.ArgumentException.With.Message.Contains("needs a key for s^3"));
        RelinearizationKeys keys = party.Generator.CreateRelinearizationKeys(party.SecretKey, count: 2);
        evaluator.Relinearize(cube, keys, cube);
        Assert.That(cube.Size, Is.EqualTo(2));
        Assert.That(party.Decrypt(cube), Is.EqualTo(new ulong[] { 8 }));
        evaluator.Exponentiate(x, 5, keys, cube);
        Assert.That(party.Decrypt(cube), Is.EqualTo(new ulong[] { 32 }));
        evaluator.MultiplyMany([x, x.Clone(), x.Clone()], keys, cube);
        Assert.That(party.Decrypt(cube), Is.EqualTo(new ulong[] { 8 }));
        evaluator.AddMany([x, x.Clone(), x.Clone()], cube);
        Assert.That(party.Decrypt(cube), Is.EqualTo(new ulong[] { 6 }));
    }

    [TestCase(new[] { 50, 40, 40, 50 })]
    [TestCase(new[] { 60, 40, 40, 60 })]
    public void Ckks_values_survive_encryption_product_and_rotation(int[] bits)
    {
        Parameters parameters = Parameters.Create(new ParametersLiteral
        {
            Scheme = Scheme.Ckks,
            PolyModulusDegree = 1024,
            CoeffModulus = CoeffModulus.Create(1024, bits),
            Security = SecurityLevel.None,
        });
        using Party party = new(parameters);
        CkksEncoder encoder = new(parameters);
        CkksEvaluator evaluator = new(parameters);
        double[] a = [.. Enumerable.Range(0, 512).Select(i => Math.Sin(i))];
        double[] b = [.. Enumerable.Range(0, 512).Select(i => Math.Cos(2 * i))];
        Plaintext plaintext = new();
        Ciphertext x = new(parameters);
        Ciphertext y = new(parameters);
        encoder.Encode(a, 1L << 40, plaintext);
        party.Encryptor.Encrypt(plaintext, party.PublicKey, x);
        encoder.Encode(b, 1L << 40, plaintext);
        party.Encryptor.EncryptSymmetric(plaintext, party.SecretKey, y);
        evaluator.Multiply(x, y, x);
        evaluator.Relinearize(x, party.Generator.CreateRelinearizationKeys(party.SecretKey), x);
        evaluator.RescaleToNext(x, x);
        evaluator.RotateVector(x, -7, party.Generator.CreateGaloisKeys(party.SecretKey), x);
        party.Decryptor.Decrypt(x, plaintext);
        double[] decoded = new double[512];
        encoder.Decode(plaintext, decoded);
        Assert.That(decoded, Is.EqualTo(Enumerable.Range(0, 512).Select(i => a[(i + 505) % 512] * b[(i + 505) % 512])).Within(1e-6));
    }

    [Test]
    public void Same_seed_gives_the_same_keys_and_other_seeds_others()
    {
        Parameters parameters = (Parameters)BfvSets().First().Arguments[0]!;
        using Party one = new(parameters, seed: 1);
        using Party again = new(parameters, seed: 1);
        using Party other = new(parameters, seed: 2);
        Assert.That(again.SecretKey.Words.SequenceEqual(one.SecretKey.Words));
        Assert.That(again.PublicKey.Ciphertext.Words.SequenceEqual(one.PublicKey.Ciphertext.Words));
        Assert.That(other.SecretKey.Words.SequenceEqual(one.SecretKey.Words), Is.False);
    }

    [Test]
    public void Transparent_results_are_refused_unless_allowed()
    {
        Parameters parameters = (Parameters)BfvSets().First().Arguments[0]!;
        using Party party = new(parameters);
        Ciphertext x = new(parameters);
        party.Encryptor.Encrypt(new Plaintext([5]), party.PublicKey, x);
        BfvEvaluator strict = new(parameters);
        Assert.That(() => strict.Subtract(x, x.Clone(), new Ciphertext(parameters)), Throws.InstanceOf<TransparentCiphertextException>());
        Assert.That(() => strict.MultiplyPlain(x, new Plaintext([0]), new Ciphertext(parameters)), Throws.InstanceOf<TransparentCiphertextException>());
        Ciphertext zero = new(parameters);
        new BfvEvaluator(parameters, TransparentPolicy.Allow).Subtract(x, x.Clone(), zero);
        Assert.That(zero.IsTransparent);
    }

    [Test]
    public void Mismatches_are_refused_naming_both_sides()
    {
        Parameters parameters = (Parameters)BfvSets().First().Arguments[0]!;
        Parameters others = (Parameters)BfvSets().ElementAt(1).Arguments[0]!;
        using Party party = new(parameters);
        using Party stranger = new(others);
        BfvEvaluator evaluator = new(parameters);
        Plaintext one = new([1]);
        Ciphertext x = new(parameters);
        Ciphertext foreign = new(others);
        party.Encryptor.Encrypt(one, party.PublicKey, x);
        stranger.Encryptor.Encrypt(one, stranger.PublicKey, foreign);
        Ciphertext lower = new(parameters);
        evaluator.ModSwitchToNext(x, lower);
        Ciphertext result = new(parameters);
        Ciphertext inNtt = new(parameters);
        evaluator.TransformToNtt(x, inNtt);
        Assert.That(() => evaluator.Add(x, foreign, result), Throws.ArgumentException.With.Message.Contains(parameters.ToString()).And.Message.Contains(others.ToString()));
        Assert.That(() => evaluator.Add(x, lower, result), Throws.ArgumentException.With.Message.Contains(x.Level.ToString()).And.Message.Contains(lower.Level.ToString()));
        Assert.That(() => evaluator.Add(x, inNtt, result), Throws.ArgumentException.With.Message.Contains("NTT form"));
        Assert.That(() => evaluator.Multiply(inNtt, inNtt, result), Throws.ArgumentException.With.Message.Contains("transform it first"));
        Assert.That(() => evaluator.AddPlain(inNtt, one, result), Throws.ArgumentException.With.Message.Contains("transform it first"));
        Assert.That(() => evaluator.AddPlain(x, new Plaintext([65537]), result), Throws.ArgumentException.With.Message.Contains("plain modulus"));
        Assert.That(() => evaluator.ModSwitchTo(lower, x.Level, result), Throws.ArgumentException.With.Message.Contains("only go down"));
        Assert.That(() => party.Decryptor.Decrypt(foreign, new Plaintext()), Throws.ArgumentException);
        Assert.That(() => party.Decryptor.Decrypt(inNtt, new Plaintext()), Throws.ArgumentException);
        Assert.That(() => party.Encryptor.Encrypt(one, stranger.PublicKey, result), Throws.ArgumentException);
        Assert.That(() => new CkksEvaluator(parameters), Throws.ArgumentException);
        GaloisKeys galois = party.Generator.CreateGaloisKeys(party.SecretKey, [3]);
        Assert.That(() => evaluator.RotateRows(x, 2, galois, result), Throws.ArgumentException.With.Message.Contains("no key for Galois element 9"));
        Assert.That(() => evaluator.RotateRows(x, 512, galois, result), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Disposed_decryptor_no_longer_decrypts_products()
    {
        Parameters parameters = (Parameters)BfvSets().First().Arguments[0]!;
        using Party party = new(parameters);
        Ciphertext x = new(parameters);
        party.Encryptor.Encrypt(new Plaintext([3]), party.PublicKey, x);
        new BfvEvaluator(parameters).Square(x, x);
        Assert.That(party.Decrypt(x), Is.EqualTo(new ulong[] { 9 }));
        party.Decryptor.Dispose();
        Assert.That(() => party.Decrypt(x), Throws.InstanceOf<ObjectDisposedException>());
    }

    private static TestCaseData Set(string name, int degree, ulong t, bool special, params int[] bits) =>
        new TestCaseData(Parameters.Create(new ParametersLiteral
        {
            Scheme = Scheme.Bfv,
            PolyModulusDegree = degree,
            CoeffModulus = CoeffModulus.Create(degree, bits),
            PlainModulus = t,
            Security = SecurityLevel.None,
            HasSpecialPrime = special,
        })).SetArgDisplayNames(name);

    private static ulong[] Primes(Level level)
    {
        ulong[] primes = new ulong[level.PrimeCount];
        for (int i = 0; i < primes.Length; i++)
        {
            primes[i] = level.Moduli[i].Value;
        }

        return primes;
    }

    private static ulong[] Values(int count, ulong t, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (ulong)random.NextInt64((long)t))];
    }

    private static Plaintext Message(Parameters parameters, int seed)
    {
        ulong[] values = Values(parameters.PolyModulusDegree, parameters.PlainModulus, seed);
        values[0] = parameters.PlainModulus - 1;
        values[^1] = parameters.PlainModulus / 2;
        return new Plaintext(values);
    }

    private static Ciphertext Encrypt(Party party, BatchEncoder encoder, ulong[] values)
    {
        Plaintext plaintext = new();
        encoder.Encode(values, plaintext);
        Ciphertext ciphertext = new(party.Parameters);
        party.Encryptor.Encrypt(plaintext, party.PublicKey, ciphertext);
        return ciphertext;
    }

    private static ulong[] Slots(Party party, BatchEncoder encoder, Ciphertext ciphertext)
    {
        Plaintext plaintext = new();
        party.Decryptor.Decrypt(ciphertext, plaintext);
        ulong[] slots = new ulong[encoder.SlotCount];
        encoder.Decode(plaintext, slots);
        return slots;
    }
}
