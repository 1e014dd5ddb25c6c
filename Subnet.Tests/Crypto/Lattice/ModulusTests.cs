using System.Numerics;
using Subnet.Crypto.Lattice;

namespace Subnet.Tests.Crypto.Lattice;

internal sealed class ModulusTests
{
    private static readonly ulong[] s_moduli =
    [
        2, 3, 4, 5, 257, 65537, 1UL << 20, (1UL << 30) - 35, 0x3fffffff000001, (1UL << 50) - 27, 1UL << 60,
        1152921504606844417, 2305843009213554689, (1UL << 61) - 1,
    ];

    [Test]
    public void Reduction_agrees_with_big_integers_at_the_edges_and_at_random(
        [ValueSource(nameof(s_moduli))] ulong value)
    {
        Modulus q = new(value);
        Random random = new(1);
        foreach (UInt128 x in Samples(random, value))
        {
            Assert.That(q.Reduce(x), Is.EqualTo((ulong)((BigInteger)x % value)));
            Assert.That(q.Reduce((ulong)x), Is.EqualTo((ulong)x % value));
            ulong a = (ulong)x % value;
            ulong b = (ulong)(x >> 64) % value;
            Assert.That(q.Add(a, b), Is.EqualTo((ulong)(((UInt128)a + b) % value)));
            Assert.That(q.Subtract(a, b), Is.EqualTo((ulong)(((UInt128)a + value - b) % value)));
            Assert.That(q.Negate(a), Is.EqualTo((value - a) % value));
            Assert.That(q.Multiply(a, b), Is.EqualTo((ulong)((UInt128)a * b % value)));
            Assert.That(q.FromSigned((long)x), Is.EqualTo((ulong)((((BigInteger)(long)x % value) + value) % value)));
            ShoupOperand w = new(b, q);
            Assert.That(w.Multiply((ulong)x, q), Is.EqualTo((ulong)((UInt128)(ulong)x * b % value)));
        }
    }

    [Test]
    public void Inverse_times_value_is_one([ValueSource(nameof(s_moduli))] ulong value)
    {
        Modulus q = new(value);
        Random random = new(2);
        for (int i = 0; i < 200; i++)
        {
            ulong a = 1 + (ulong)random.NextInt64((long)value - 1);
            if (BigInteger.GreatestCommonDivisor(a, value) == 1)
            {
                Assert.That(q.Multiply(a, q.Invert(a)), Is.EqualTo(1));
            }
            else
            {
                Assert.That(() => q.Invert(a), Throws.ArgumentException.With.Message.Contains("share the factor"));
            }
        }
    }

    [TestCase(0UL)]
    [TestCase(1UL)]
    [TestCase(1UL << 61)]
    [TestCase(ulong.MaxValue)]
    public void Modulus_outside_two_to_sixty_one_bits_is_refused(ulong value) =>
        Assert.That(() => new Modulus(value), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void Primality_agrees_with_trial_division_below_two_thousand()
    {
        for (ulong n = 0; n < 2000; n++)
        {
            bool prime = n > 1;
            for (ulong d = 2; d * d <= n; d++)
            {
                prime &= n % d != 0;
            }

            Assert.That(Primes.IsPrime(n), Is.EqualTo(prime), $"{n}");
        }
    }

    [Test]
    public void Strong_pseudoprimes_and_carmichael_numbers_are_composite(
        [Values(561UL, 2047UL, 3215031751UL, 3474749660383UL, 341550071728321UL, 3825123056546413051 % (1UL << 61))] ulong n) =>
        Assert.That(Primes.IsPrime(n), Is.False);

    [Test]
    public void Search_for_more_primes_than_there_are_is_refused() =>
        Assert.That(() => Primes.Descending(64, 8, 3), Throws.ArgumentException.With.Message.Contains("only 1 primes of 8 bits"));

    private static IEnumerable<UInt128> Samples(Random random, ulong value)
    {
        foreach (ulong high in (ulong[])[0, 1, value - 1, ulong.MaxValue])
        {
            foreach (ulong low in (ulong[])[0, 1, value - 1, value, value + 1, ulong.MaxValue - 1, ulong.MaxValue])
            {
                yield return new UInt128(high, low);
            }
        }

        byte[] bytes = new byte[16];
        for (int i = 0; i < 500; i++)
        {
            random.NextBytes(bytes);
            yield return new UInt128(BitConverter.ToUInt64(bytes), BitConverter.ToUInt64(bytes, 8));
        }
    }
}
