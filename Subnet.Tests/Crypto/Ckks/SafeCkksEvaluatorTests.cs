using Subnet.Crypto.Ckks;
using Subnet.Crypto.Rlwe;
using Subnet.Tests.Crypto.Rlwe;

namespace Subnet.Tests.Crypto.Ckks;

internal sealed class SafeCkksEvaluatorTests
{
    private const double Scale = 1L << 40;

    [Test]
    public void Random_circuits_compute_their_values_at_any_mixture_of_levels([Range(1, 8)] int seed)
    {
        Parameters parameters = Create(256, levels: 6);
        using Party party = new(parameters, (byte)seed);
        SafeCkksEvaluator safe = Evaluator(party);
        Random random = new(seed);
        List<(Ciphertext Ciphertext, double[] Slots)> pool = [.. Enumerable.Range(0, 3).Select(_ => Fresh(party, safe, random))];
        for (int step = 0; step < 25; step++)
        {
            (Ciphertext a, double[] x) = pool[random.Next(pool.Count)];
            (Ciphertext b, double[] y) = pool[random.Next(pool.Count)];
            double[] z = Numbers(random);
            double c = random.NextDouble() + 0.1;
            bool deep = a.Level.ChainIndex == 0 || b.Level.ChainIndex == 0;
            (Ciphertext Ciphertext, double[] Slots) next = random.Next(9) switch
            {
                0 => (safe.Multiply(safe.Add(a, b), Fresh(party, safe, random, 0.5)), Zip(x, y, (u, v) => (u + v) * 0.5)),
                1 when !ReferenceEquals(a, b) => (safe.MultiplyInteger(safe.Subtract(a, b), -1), Zip(x, y, (u, v) => v - u)),
                2 => (safe.AddPlain(a, z), Zip(x, z, (u, v) => u + v)),
                3 when !deep => (safe.MultiplyPlain(a, z), Zip(x, z, (u, v) => u * v)),
                4 when !deep => (safe.MultiplyConstant(a, c), [.. x.Select(u => u * c)]),
                5 => (safe.AddConstant(safe.Negate(a), c), [.. x.Select(u => c - u)]),
                6 => (safe.Rotate(a, 5), [.. Enumerable.Range(0, 128).Select(i => x[(i + 5) % 128])]),
                7 => (safe.Conjugate(a), x),
                _ when !deep => (safe.Multiply(a, b), Zip(x, y, (u, v) => u * v)),
                _ => (safe.LowerTo(a, parameters.LastLevel), x),
            };

            // Values beyond the room of the last level are no test of scales.
            if (next.Slots.All(v => Math.Abs(v) < 8))
            {
                pool.Add(next);
            }
        }

        foreach ((Ciphertext ciphertext, double[] slots) in pool)
        {
            Assert.That(ciphertext.Scale, Is.EqualTo(safe.ScaleAt(ciphertext.Level)));
            Assert.That(Decrypt(party, ciphertext), Is.EqualTo(slots).Within(1e-6));
        }
    }

    [Test]
    public void Scales_of_the_levels_are_exact_and_products_meet_them()
    {
        Parameters parameters = Create(64, levels: 8);
        SafeCkksEvaluator safe = new(parameters, Scale);
        Assert.That(safe.Depth, Is.EqualTo(8));
        for (Level level = parameters.FirstDataLevel; level.Next is { } next; level = next)
        {
            double expected = safe.ScaleAt(level) * safe.ScaleAt(level) / level.Moduli[^1].Value;
            Assert.That(safe.ScaleAt(next), Is.EqualTo(expected).Within(expected * 1e-15));
        }
    }

    [Test]
    public void Chain_whose_scales_drift_away_is_refused()
    {
        Assert.That(() => new SafeCkksEvaluator(Create(64, levels: 8), Scale * 1.3), Throws.ArgumentException.With.Message.Contains("bit length of the scale"));
    }

    [Test]
    public void A_chain_without_levels_left_is_named_and_so_is_a_foreign_scale()
    {
        Parameters parameters = Create(64, levels: 1);
        using Party party = new(parameters);
        SafeCkksEvaluator safe = Evaluator(party);
        (Ciphertext a, _) = Fresh(party, safe, new Random(1));
        Ciphertext product = safe.Square(a);
        Assert.That(() => safe.Square(product), Throws.InvalidOperationException.With.Message.Contains("allows 1"));
        Assert.That(() => safe.MultiplyConstant(a, 2, parameters.FirstDataLevel), Throws.ArgumentException);
        a.Scale *= 2;
        Assert.That(() => safe.Add(a, a), Throws.ArgumentException.With.Message.Contains("must be"));
        SafeCkksEvaluator bare = new(parameters, Scale);
        (Ciphertext b, _) = Fresh(party, safe, new Random(1));
        Assert.That(() => bare.Square(b), Throws.InvalidOperationException.With.Message.Contains("relinearization keys"));
        Assert.That(() => bare.Rotate(b, 1), Throws.InvalidOperationException.With.Message.Contains("Galois keys"));
    }

    [Test]
    public void Rotations_together_are_those_alone()
    {
        Parameters parameters = Create(64, levels: 2);
        using Party party = new(parameters);
        SafeCkksEvaluator safe = Evaluator(party);
        (Ciphertext a, double[] x) = Fresh(party, safe, new Random(3));
        IReadOnlyList<Ciphertext> rotated = safe.RotateMany(a, [1, 5]);
        Assert.That(rotated[1].Words.ToArray(), Is.EqualTo(safe.Rotate(a, 5).Words.ToArray()));
        Assert.That(Decrypt(party, rotated[0]), Is.EqualTo(Enumerable.Range(0, 32).Select(i => x[(i + 1) % 32])).Within(1e-6));
    }

    internal static Parameters Create(int degree, int levels) => Parameters.Create(new ParametersLiteral
    {
        Scheme = Scheme.Ckks,
        PolyModulusDegree = degree,
        CoeffModulus = CoeffModulus.Create(degree, [50, .. Enumerable.Repeat(40, levels), 50]),
        Security = SecurityLevel.None,
    });

    internal static SafeCkksEvaluator Evaluator(Party party) => new(
        party.Parameters, Scale, party.Generator.CreateRelinearizationKeys(party.SecretKey), party.Generator.CreateRotationKeys(party.SecretKey, [0, 1, 5]));

    internal static double[] Decrypt(Party party, Ciphertext ciphertext)
    {
        using Plaintext plaintext = new();
        party.Decryptor.Decrypt(ciphertext, plaintext);
        double[] slots = new double[party.Parameters.PolyModulusDegree / 2];
        new CkksEncoder(party.Parameters).Decode(plaintext, slots);
        return slots;
    }

    private static (Ciphertext Ciphertext, double[] Slots) Fresh(Party party, SafeCkksEvaluator safe, Random random)
    {
        double[] slots = [.. Enumerable.Range(0, party.Parameters.PolyModulusDegree / 2).Select(_ => (2 * random.NextDouble()) - 1)];
        return (Encrypt(party, safe, slots), slots);
    }

    // A constant in every slot, at the level where it is needed.
    private static Ciphertext Fresh(Party party, SafeCkksEvaluator safe, Random random, double value)
    {
        _ = random;
        return Encrypt(party, safe, [.. Enumerable.Repeat(value, party.Parameters.PolyModulusDegree / 2)]);
    }

    private static Ciphertext Encrypt(Party party, SafeCkksEvaluator safe, double[] slots)
    {
        using Plaintext plaintext = safe.Encode(slots);
        Ciphertext ciphertext = new(party.Parameters);
        party.Encryptor.Encrypt(plaintext, party.PublicKey, ciphertext);
        return ciphertext;
    }

    private static double[] Numbers(Random random) => [.. Enumerable.Range(0, 128).Select(_ => (2 * random.NextDouble()) - 1)];

    private static double[] Zip(double[] x, double[] y, Func<double, double, double> f) => [.. x.Zip(y, f)];
}
