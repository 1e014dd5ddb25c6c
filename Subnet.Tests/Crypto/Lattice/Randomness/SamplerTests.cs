using System.Numerics;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Tests.Support;

namespace Subnet.Tests.Crypto.Lattice.Randomness;

/// <summary>
/// Distributions under fixed seeds (chi-square, so a wrong sampler fails and a right one cannot flicker), scalar twins, and
/// the independence of what a factory hands out.
/// </summary>
[TestFixture]
internal sealed class SamplerTests
{
    private const int SampleCount = 300_000;

    [Test]
    public void Ternary_is_uniform_on_three_values()
    {
        sbyte[] values = new sbyte[SampleCount];
        using SeededRandomSource source = NewSource(1);
        TernarySampler.Sample(source, values);

        int[] counts = Histogram(values, 1);
        Assert.That(ChiSquare(counts, [1 / 3.0, 1 / 3.0, 1 / 3.0]), Is.LessThan(ChiSquareLimit(2)));
    }

    [Test]
    public void Noise_is_centred_binomial()
    {
        sbyte[] values = new sbyte[SampleCount];
        using SeededRandomSource source = NewSource(2);
        NoiseSampler.Sample(source, values);

        Assert.That(values.Max(v => Math.Abs((int)v)), Is.LessThanOrEqualTo(NoiseSampler.Bound));

        // P(v) = C(42, 21 + v) / 2^42; the tails beyond 11 have too few expected and are pooled.
        const int Edge = 11;
        double[] probabilities = [.. Enumerable.Range(-Edge, (2 * Edge) + 1).Select(v => Binomial(42, 21 + v) / Math.Pow(2, 42))];
        double tail = Enumerable.Range(Edge + 1, 21 - Edge).Sum(v => Binomial(42, 21 + v) / Math.Pow(2, 42));
        probabilities[0] += tail;
        probabilities[^1] += tail;
        int[] counts = Histogram([.. values.Select(v => (sbyte)Math.Clamp((int)v, -Edge, Edge))], Edge);
        Assert.That(ChiSquare(counts, probabilities), Is.LessThan(ChiSquareLimit(2 * Edge)));
        Assert.That(values.Average(v => (double)v * v), Is.EqualTo(10.5).Within(0.15));
    }

    [TestCase(17UL)]
    [TestCase(1032193UL)]
    [TestCase(1125899906826241UL)]
    [TestCase((1UL << 61) - 1)]
    public void Uniform_is_uniform(ulong modulus)
    {
        ulong[] values = new ulong[SampleCount];
        using SeededRandomSource source = NewSource(3);
        UniformSampler.Sample(source, [modulus], SampleCount, values);

        Assert.That(values.Max(), Is.LessThan(modulus));
        const int Bins = 17;
        int[] counts = new int[Bins];
        foreach (ulong value in values)
        {
            counts[(int)((UInt128)value * Bins / modulus)]++;
        }

        double[] probabilities = [.. Enumerable.Range(0, Bins).Select(bin =>
            (double)(CountBelow(bin + 1, modulus, Bins) - CountBelow(bin, modulus, Bins)) / modulus)];
        Assert.That(ChiSquare(counts, probabilities), Is.LessThan(ChiSquareLimit(Bins - 1)));
    }

    [Test]
    public void Uniform_reduction_agrees_with_its_scalar_twin()
    {
        Random random = new(4);
        for (int repeat = 0; repeat < 300; repeat++)
        {
            ulong modulus = ((ulong)random.NextInt64() >> 2 >> random.Next(59)) | 3;
            ulong[] words = new ulong[40];
            for (int i = 0; i < words.Length; i++)
            {
                // Multiples of the modulus and their neighbours are where a quotient estimate errs; the top is where words are rejected.
                ulong multiple = ((ulong)random.NextInt64() << 1) / modulus * modulus;
                words[i] = random.Next(4) switch
                {
                    0 => multiple,
                    1 => multiple - 1,
                    2 => ulong.MaxValue - (ulong)random.Next(3),
                    _ => (ulong)random.NextInt64(long.MinValue, long.MaxValue),
                };
            }

            ulong[] expected = [.. words];
            using SeededRandomSource first = NewSource(repeat);
            using SeededRandomSource second = NewSource(repeat);
            UniformSampler.ReduceScalar(first, modulus, expected);
            UniformSampler.Reduce(second, modulus, words);
            Assert.That(words, Is.EqualTo(expected), $"modulus {modulus}");
        }
    }

    [Test]
    public void Ternary_map_is_the_remainder_for_every_byte()
    {
        byte[] bytes = [.. Enumerable.Range(0, 255).Select(b => (byte)b)];
        sbyte[] mapped = new sbyte[bytes.Length];
        TernarySampler.MapScalar(bytes, mapped);
        Assert.That(mapped.Select(v => (int)v), Is.EqualTo(bytes.Select(b => (b % 3) - 1)));
    }

    [Test]
    public void Ternary_vector_path_agrees_with_its_definition()
    {
        using SeededRandomSource source = NewSource(5);
        using SeededRandomSource bytes = NewSource(5);
        sbyte[] actual = new sbyte[5000];
        TernarySampler.Sample(source, actual);

        byte[] one = new byte[1];
        for (int i = 0; i < actual.Length;)
        {
            bytes.Fill(one);
            if (one[0] != 255)
            {
                Assert.That((int)actual[i], Is.EqualTo((one[0] % 3) - 1), $"coefficient {i}");
                i++;
            }
        }
    }

    [Test]
    public void Residues_of_small_coefficients_agree_with_big_integers()
    {
        sbyte[] values = [.. Enumerable.Range(-128, 256).Select(v => (sbyte)v), -1];
        foreach (ulong modulus in new[] { 2UL, 3UL, 13UL, 41UL, 64UL, 97UL, 127UL, 128UL, 129UL, 65537UL, 1125899906826241UL, (1UL << 63) - 25 })
        {
            ulong[] residues = new ulong[values.Length];
            SmallCoefficients.ToResidues(values, modulus, residues);
            Assert.That(residues, Is.EqualTo(values.Select(v => (ulong)((v + (128 * (BigInteger)modulus)) % modulus))));
        }
    }

    [Test]
    public void Factory_with_a_seed_is_reproducible_and_never_repeats_itself()
    {
        byte[] seed = new byte[64];
        new Random(6).NextBytes(seed);
        using RandomSourceFactory first = RandomSourceFactory.FromSeed(seed);
        using RandomSourceFactory second = RandomSourceFactory.FromSeed(seed);
        HashSet<string> seen = [];
        for (int i = 0; i < 10; i++)
        {
            string drawn = Draw(first);
            Assert.That(Draw(second), Is.EqualTo(drawn));
            Assert.That(seen.Add(drawn), "a source repeats an earlier one");
            PrngSeed published = first.CreatePublicSeed();
            Assert.That(second.CreatePublicSeed(), Is.EqualTo(published));
            Assert.That(seen.Add(Convert.ToHexString(published.Bytes)), "a public seed repeats");
        }
    }

    [Test]
    public void Factory_of_the_operating_system_gives_different_sources()
    {
        using RandomSourceFactory first = RandomSourceFactory.FromOperatingSystem();
        using RandomSourceFactory second = RandomSourceFactory.FromOperatingSystem(PrngType.Shake256);
        Assert.That(new[] { Draw(first), Draw(first), Draw(second), Draw(second) }, Is.Unique);
    }

    [Test]
    public void Sampling_allocates_nothing()
    {
        OptimisedBuild.Require();
        ulong[] uniform = new ulong[3 * 4096];
        ulong[] moduli = [68719403009, 68719230977, 137438822401];
        sbyte[] small = new sbyte[4096];
        using SeededRandomSource source = NewSource(9);
        UniformSampler.Sample(source, moduli, 4096, uniform);
        TernarySampler.Sample(source, small);
        NoiseSampler.Sample(source, small);
        SmallCoefficients.ToResidues(small, moduli[0], uniform.AsSpan(0, 4096));

        // A collection in between, which any thread may cause, charges this one the rest of its allocation buffer: the least of some measurements counts.
        long least = long.MaxValue;
        for (int measurement = 0; measurement < 4 && least != 0; measurement++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            UniformSampler.Sample(source, moduli, 4096, uniform);
            TernarySampler.Sample(source, small);
            NoiseSampler.Sample(source, small);
            SmallCoefficients.ToResidues(small, moduli[0], uniform.AsSpan(0, 4096));
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.That(least, Is.Zero);
    }

    private static SeededRandomSource NewSource(int seed)
    {
        byte[] bytes = new byte[64];
        new Random(seed).NextBytes(bytes);
        return new SeededRandomSource(PrngType.Blake2Xb, bytes);
    }

    private static string Draw(RandomSourceFactory factory)
    {
        using IRandomSource source = factory.Create();
        byte[] bytes = new byte[64];
        source.Fill(bytes);
        return Convert.ToHexString(bytes);
    }

    private static int[] Histogram(sbyte[] values, int bound)
    {
        int[] counts = new int[(2 * bound) + 1];
        foreach (sbyte value in values)
        {
            counts[value + bound]++;
        }

        return counts;
    }

    private static double ChiSquare(int[] counts, double[] probabilities)
    {
        double total = counts.Sum();
        return counts.Zip(probabilities, (count, p) => Math.Pow(count - (total * p), 2) / (total * p)).Sum();
    }

    // Wilson and Hilferty's approximation of the quantile at 1 - 10^-6 (4.75 standard deviations).
    private static double ChiSquareLimit(int degrees) =>
        degrees * Math.Pow(1 - (2.0 / (9 * degrees)) + (4.75 * Math.Sqrt(2.0 / (9 * degrees))), 3);

    private static UInt128 CountBelow(int bin, ulong modulus, int bins) => (((UInt128)bin * modulus) + (UInt128)bins - 1) / (UInt128)bins;

    private static double Binomial(int n, int k)
    {
        double result = 1;
        for (int i = 1; i <= k; i++)
        {
            result = result * (n - k + i) / i;
        }

        return result;
    }
}
