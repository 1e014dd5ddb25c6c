using System.Numerics;
using Subnet.Crypto.Bfv;
using Subnet.Crypto.Rlwe;

namespace Subnet.Tests.Crypto.Rlwe;

internal sealed class NoiseBoundsTests
{
    [Test]
    public void Bound_is_never_below_the_true_noise_of_a_random_circuit([Range(1, 12)] int seed)
    {
        Parameters parameters = Create(1024, 257, true, 50, 50, 50, 50, 50, 50);
        using Party party = new(parameters, (byte)seed);
        NoiseBounds bounds = new(parameters);
        BfvEvaluator evaluator = new(parameters);
        RelinearizationKeys relinearization = party.Generator.CreateRelinearizationKeys(party.SecretKey);
        GaloisKeys galois = party.Generator.CreateGaloisKeys(party.SecretKey, [3]);
        Random random = new(seed);
        List<(Ciphertext Ciphertext, double Bound)> pool = [];
        for (int i = 0; i < 4; i++)
        {
            Ciphertext fresh = new(parameters);
            Plaintext message = Message(parameters, random);
            if (i % 2 == 0)
            {
                party.Encryptor.Encrypt(message, party.PublicKey, fresh);
                pool.Add((fresh, bounds.FreshPublic));
            }
            else
            {
                party.Encryptor.EncryptSymmetric(message, party.SecretKey, fresh);
                pool.Add((fresh, NoiseBounds.FreshSymmetric));
            }
        }

        for (int step = 0; step < 14; step++)
        {
            (Ciphertext a, double bound) = pool[random.Next(pool.Count)];
            (Ciphertext b, double other) = pool[random.Next(pool.Count)];
            Level level = a.Level;
            Ciphertext r = new(parameters);
            double after;
            switch (random.Next(6))
            {
                case 0 when level.Matches(b.Level) && !ReferenceEquals(a, b):
                    evaluator.Add(a, b, r);
                    after = NoiseBounds.Add(bound, other);
                    break;
                case 1 when level.Matches(b.Level):
                    evaluator.Multiply(a, b, r);
                    evaluator.Relinearize(r, relinearization, r);
                    after = bounds.KeySwitch(level, bounds.Multiply(level, bound, other));
                    break;
                case 2:
                    evaluator.ApplyGalois(a, 3, galois, r);
                    after = bounds.KeySwitch(level, bound);
                    break;
                case 3 when level.ChainIndex > 1:
                    evaluator.ModSwitchToNext(a, r);
                    after = bounds.ModSwitchToNext(level, bound);
                    break;
                case 4:
                    Plaintext factor = Message(parameters, random);
                    evaluator.MultiplyPlain(a, factor, r);
                    double norm = 0;
                    foreach (ulong c in factor.Words)
                    {
                        norm += Math.Min(c, 257 - c);
                    }

                    after = NoiseBounds.MultiplyPlain(bound, norm);
                    Assert.That(norm, Is.LessThanOrEqualTo(bounds.LargestPlainNorm));
                    break;
                default:
                    evaluator.AddPlain(a, Message(parameters, random), r);
                    after = NoiseBounds.AddPlain(bound);
                    break;
            }

            if (!bounds.IsExact(r.Level, after))
            {
                continue;
            }

            double noise = (double)party.Decryptor.ScaledNoise(r) / parameters.PlainModulus;
            Assert.That(noise, Is.LessThanOrEqualTo(after), $"step {step}");
            pool.Add((r, after));
        }

        Assert.That(pool, Has.Count.GreaterThan(6));
    }

    [Test]
    public void Flooding_fills_a_quarter_of_the_margin()
    {
        Parameters parameters = Create(1024, 65537, true, 43, 43, 44, 44, 44);
        NoiseBounds bounds = new(parameters);
        int f = bounds.FloodBits(parameters.FirstDataLevel);
        BigInteger margin = parameters.FirstDataLevel.Product / (2 * 65537);
        Assert.That(BigInteger.One << f, Is.LessThanOrEqualTo(margin / 4));
        Assert.That(BigInteger.One << (f + 1), Is.GreaterThan(margin / 4));
        Assert.That(bounds.FloodMargin(parameters.FirstDataLevel, Math.ScaleB(1, f - 40)), Is.EqualTo(40));
    }

    [Test]
    public void Scheme_without_a_plain_modulus_is_refused()
    {
        Parameters ckks = Parameters.Create(new ParametersLiteral
        {
            Scheme = Scheme.Ckks,
            PolyModulusDegree = 64,
            CoeffModulus = CoeffModulus.Create(64, 40, 40),
            Security = SecurityLevel.None,
        });
        Assert.That(() => new NoiseBounds(ckks), Throws.ArgumentException);
    }

    internal static Parameters Create(int degree, ulong t, bool special, params int[] bits) => Parameters.Create(new ParametersLiteral
    {
        Scheme = Scheme.Bfv,
        PolyModulusDegree = degree,
        CoeffModulus = CoeffModulus.Create(degree, bits),
        PlainModulus = t,
        Security = SecurityLevel.None,
        HasSpecialPrime = special,
    });

    private static Plaintext Message(Parameters parameters, Random random)
    {
        ulong[] values = new ulong[random.Next(2, 40)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (ulong)random.NextInt64(1, (long)parameters.PlainModulus);
        }

        return new Plaintext(values);
    }
}
