using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Tests.Support;

namespace Subnet.Tests.Crypto.Lattice.Randomness;

/// <summary>Streams and samplers against what Microsoft SEAL drew from the same seeds.</summary>
[TestFixture]
internal sealed class SeededRandomSourceTests
{
    [TestCase(PrngType.Blake2Xb)]
    [TestCase(PrngType.Shake256)]
    public void Stream_has_the_bytes_of_seal(PrngType type)
    {
        JsonElement known = KnownAnswers(type);
        using SeededRandomSource source = new(type, Seed(known));
        byte[] bytes = new byte[3 * 4096];
        source.Fill(bytes);

        foreach (int offset in new[] { 0, 4096, 8192 })
        {
            Assert.That(Convert.ToHexStringLower(bytes, offset, 64), Is.EqualTo(known.GetProperty($"bytes_{offset}").GetString()));
        }
    }

    [TestCase(PrngType.Blake2Xb)]
    [TestCase(PrngType.Shake256)]
    public void Stream_does_not_depend_on_how_it_is_read(PrngType type)
    {
        byte[] seed = new byte[64];
        new Random(7).NextBytes(seed);
        using SeededRandomSource whole = new(type, seed);
        byte[] expected = new byte[5 * 4096 + 17];
        whole.Fill(expected);

        using SeededRandomSource pieces = new(type, seed);
        byte[] actual = new byte[expected.Length];
        Random lengths = new(8);
        for (int at = 0; at < actual.Length;)
        {
            int length = Math.Min(actual.Length - at, lengths.Next(lengths.Next(4) == 0 ? 9000 : 40));
            pieces.Fill(actual.AsSpan(at, length));
            at += length;
        }

        Assert.That(actual, Is.EqualTo(expected));
    }

    [TestCase(PrngType.Blake2Xb)]
    [TestCase(PrngType.Shake256)]
    public void Uniform_polynomial_is_that_of_seal(PrngType type)
    {
        JsonElement known = KnownAnswers(type).GetProperty("uniform");
        ulong[] moduli = Words(known.GetProperty("moduli"));
        ulong[] actual = new ulong[moduli.Length * known.GetProperty("n").GetInt32()];
        using SeededRandomSource source = new(type, Seed(KnownAnswers(type)));
        UniformSampler.Sample(source, moduli, known.GetProperty("n").GetInt32(), actual);

        Assert.That(actual, Is.EqualTo(Words(known.GetProperty("values"))));
    }

    [TestCase(PrngType.Blake2Xb)]
    [TestCase(PrngType.Shake256)]
    public void Uniform_polynomial_with_rejected_words_is_that_of_seal(PrngType type)
    {
        JsonElement known = KnownAnswers(type).GetProperty("uniform_rejecting");
        ulong[] moduli = Words(known.GetProperty("moduli"));
        int n = known.GetProperty("n").GetInt32();
        ulong[] actual = new ulong[moduli.Length * n];
        using SeededRandomSource source = new(type, Seed(KnownAnswers(type)));
        UniformSampler.Sample(source, moduli, n, actual);

        Assert.Multiple(() =>
        {
            Assert.That(actual[..4], Is.EqualTo(Words(known.GetProperty("head"))));
            Assert.That(actual[n..(n + 4)], Is.EqualTo(Words(known.GetProperty("second_modulus_head"))));
            Assert.That(Fnv1a64(actual), Is.EqualTo(known.GetProperty("fnv1a64").GetString()));
        });
    }

    [TestCase(PrngType.Blake2Xb)]
    [TestCase(PrngType.Shake256)]
    public void Noise_is_that_of_seal(PrngType type)
    {
        JsonElement known = KnownAnswers(type).GetProperty("cbd_n64_first_modulus_centered");
        sbyte[] actual = new sbyte[64];
        using SeededRandomSource source = new(type, Seed(KnownAnswers(type)));
        NoiseSampler.Sample(source, actual);

        Assert.That(actual.Select(v => (int)v), Is.EqualTo(known.EnumerateArray().Select(v => v.GetInt32())));
    }

    [Test]
    public void Labelled_seeds_give_the_samples_of_the_independent_reference()
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllText(SharedFolder.Require("vectors", "proofs", "seeds.json")));
        JsonElement[] cases = [.. file.RootElement.GetProperty("cases").EnumerateArray()];
        Assert.That(cases, Is.Not.Empty, "no vectors found");
        foreach (JsonElement known in cases)
        {
            byte[] master = Convert.FromHexString(known.GetProperty("master").GetString()!);
            foreach (JsonProperty labelled in known.GetProperty("seeds").EnumerateObject())
            {
                byte[] label = System.Text.Encoding.ASCII.GetBytes(labelled.Name);
                byte[] seed = new byte[64];
                ExtendableOutput.Shake256([.. "subnet-seed/1\n"u8, (byte)label.Length, .. label, .. master], seed);
                Assert.That(Convert.ToHexStringLower(seed), Is.EqualTo(labelled.Value.GetString()), labelled.Name);
            }

            int n = known.GetProperty("N").GetInt32();
            sbyte[] secret = new sbyte[n];
            using SeededRandomSource secretSource = Source(known, "secret");
            TernarySampler.Sample(secretSource, secret);
            Assert.That(secret.Take(48).Select(v => (int)v), Is.EqualTo(Integers(known.GetProperty("secret_head"))));
            Assert.That(secret.Sum(v => (int)v), Is.EqualTo(known.GetProperty("secret_sum").GetInt32()));
            Assert.That(secret.Count(v => v != 0), Is.EqualTo(known.GetProperty("secret_weight").GetInt32()));

            sbyte[] noise = new sbyte[n];
            using SeededRandomSource noiseSource = Source(known, "ct-noise");
            NoiseSampler.Sample(noiseSource, noise);
            Assert.That(noise.Take(48).Select(v => (int)v), Is.EqualTo(Integers(known.GetProperty("noise_head"))));
            Assert.That(noise.Sum(v => (int)v), Is.EqualTo(known.GetProperty("noise_sum").GetInt32()));
            Assert.That(noise.Sum(v => v * v), Is.EqualTo(known.GetProperty("noise_squares").GetInt32()));

            ulong[] primes = Words(known.GetProperty("primes"));
            ulong[] uniform = new ulong[primes.Length * n];
            using SeededRandomSource uniformSource = Source(known, "ct-a");
            UniformSampler.Sample(uniformSource, primes, n, uniform);
            byte[] digest = System.Security.Cryptography.SHA256.HashData(MemoryMarshal.AsBytes(uniform.AsSpan()));
            Assert.That(Convert.ToHexStringLower(digest), Is.EqualTo(known.GetProperty("a_sha256").GetString()));
        }
    }

    [Test]
    public void Source_refuses_to_go_on_after_dispose()
    {
        SeededRandomSource source = new(PrngType.Blake2Xb, new byte[64]);
        source.Dispose();

        Assert.That(() => source.Fill(new byte[1]), Throws.InstanceOf<ObjectDisposedException>());
    }

    [TestCase(0)]
    [TestCase(63)]
    [TestCase(65)]
    public void Seed_of_a_wrong_length_is_refused(int length) =>
        Assert.That(() => new SeededRandomSource(PrngType.Blake2Xb, new byte[length]), Throws.ArgumentException);

    [TestCase(0)]
    [TestCase(3)]
    public void Seed_of_an_unknown_type_is_refused(int type) =>
        Assert.That(() => new PrngSeed((PrngType)type, new byte[64]), Throws.ArgumentException);

    private static SeededRandomSource Source(JsonElement known, string label) =>
        new(PrngType.Blake2Xb, Convert.FromHexString(known.GetProperty("seeds").GetProperty(label).GetString()!));

    private static JsonElement KnownAnswers(PrngType type)
    {
        using JsonDocument tables = JsonDocument.Parse(File.ReadAllText(SharedFolder.Require("vectors", "seal", "tables.json")));
        return tables.RootElement.GetProperty("prng").EnumerateArray()
            .Single(entry => entry.GetProperty("prng_type").GetInt32() == (int)type).Clone();
    }

    private static byte[] Seed(JsonElement known)
    {
        byte[] seed = new byte[64];
        int at = 0;
        foreach (JsonElement word in known.GetProperty("seed_words").EnumerateArray())
        {
            BinaryPrimitives.WriteUInt64LittleEndian(seed.AsSpan(at), ulong.Parse(word.GetString()!, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            at += sizeof(ulong);
        }

        return seed;
    }

    private static ulong[] Words(JsonElement array) => [.. array.EnumerateArray().Select(word => word.GetUInt64())];

    private static int[] Integers(JsonElement array) => [.. array.EnumerateArray().Select(value => value.GetInt32())];

    private static string Fnv1a64(ReadOnlySpan<ulong> words)
    {
        ulong hash = 0xcbf29ce484222325;
        foreach (byte value in MemoryMarshal.AsBytes(words))
        {
            hash = (hash ^ value) * 0x100000001b3;
        }

        return hash.ToString("x16", CultureInfo.InvariantCulture);
    }
}
