using System.Numerics;
using Subnet.Core.Numerics;

namespace Subnet.Tests.Core.Numerics;

/// <summary>Each format against arithmetic on integers of any size.</summary>
[TestFixture(typeof(I32F32), 64)]
[TestFixture(typeof(I64F64), 128)]
[TestFixture(typeof(I96F32), 128)]
[TestFixture(typeof(U96F32), 128)]
[TestFixture(typeof(U64F64), 128)]
internal sealed class FixedPointPropertyTests<T>(int storageBits)
    where T : struct, IFixedPoint<T>
{
    private const int Rounds = 4_000;

    private static BigInteger Min => T.MinValue.ToBigInteger();

    private static BigInteger Max => T.MaxValue.ToBigInteger();

    [Test]
    public void Range_fills_the_storage()
    {
        Assert.That(Max - Min, Is.EqualTo(BigInteger.Pow(2, storageBits) - 1));
        Assert.That(T.One.ToBigInteger(), Is.EqualTo(BigInteger.One << T.FractionBits));
        Assert.That(T.Zero.ToBigInteger(), Is.EqualTo(BigInteger.Zero));
    }

    [Test]
    public void Sum_difference_and_product_saturate_and_floor() => ForPairs((a, b, left, right) =>
    {
        Assert.That((left + right).ToBigInteger(), Is.EqualTo(Clamp(a + b)), $"{a} + {b}");
        Assert.That((left - right).ToBigInteger(), Is.EqualTo(Clamp(a - b)), $"{a} - {b}");
        Assert.That((left * right).ToBigInteger(), Is.EqualTo(Clamp((a * b) >> T.FractionBits)), $"{a} * {b}");
    });

    [Test]
    public void Quotient_truncates_and_each_form_treats_overflow_its_own_way() => ForPairs((a, b, left, right) =>
    {
        if (b.IsZero)
        {
            Assert.That(T.TryDivide(left, right, out _), Is.False);
            Assert.That(T.SafeDivide(left, right), Is.EqualTo(T.Zero));
            Assert.That(() => T.SaturatingDivide(left, right), Throws.TypeOf<DivideByZeroException>());
            return;
        }

        BigInteger exact = BigInteger.Divide(a << T.FractionBits, b);
        bool fits = exact >= Min && exact <= Max;
        Assert.That(T.TryDivide(left, right, out T quotient), Is.EqualTo(fits), $"{a} / {b}");
        Assert.That(quotient.ToBigInteger(), Is.EqualTo(fits ? exact : 0), $"{a} / {b}");
        Assert.That(T.SafeDivide(left, right), Is.EqualTo(quotient), $"{a} / {b}");
        Assert.That(T.SaturatingDivide(left, right).ToBigInteger(), Is.EqualTo(Clamp(exact)), $"{a} / {b}");
    });

    [Test]
    public void Order_is_that_of_the_bits() => ForPairs((a, b, left, right) =>
        Assert.That(Math.Sign(left.CompareTo(right)), Is.EqualTo(a.CompareTo(b))));

    private static BigInteger Clamp(BigInteger value) => BigInteger.Max(Min, BigInteger.Min(Max, value));

    private void ForPairs(Action<BigInteger, BigInteger, T, T> check)
    {
        Random random = new(20260630);
        for (int i = 0; i < Rounds; i++)
        {
            BigInteger a = Draw(random), b = Draw(random);
            check(a, b, T.FromBigInteger(a), T.FromBigInteger(b));
        }
    }

    /// <summary>Numbers of every length, often beside a bound, a power of two or 0, where the rounding rules differ.</summary>
    private BigInteger Draw(Random random)
    {
        BigInteger value = random.Next(8) switch
        {
            0 => random.Next(-3, 4),
            1 => Max - random.Next(3),
            2 => Min + random.Next(3),
            3 => (BigInteger.One << random.Next(storageBits)) + random.Next(-2, 3),
            _ => Uniform(random, random.Next(1, storageBits + 1)),
        };
        return Clamp(random.Next(2) == 0 ? value : -value);
    }

    private static BigInteger Uniform(Random random, int bits)
    {
        byte[] bytes = new byte[(bits / 8) + 1];
        random.NextBytes(bytes);
        return new BigInteger(bytes, isUnsigned: true) & ((BigInteger.One << bits) - 1);
    }
}
