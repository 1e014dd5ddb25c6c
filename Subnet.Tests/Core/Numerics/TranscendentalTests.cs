using System.Numerics;
using Subnet.Core.Numerics;

namespace Subnet.Tests.Core.Numerics;

[TestFixture]
internal sealed class TranscendentalTests
{
    private const long One = 1L << 32;

    [Test]
    public void Exponential_equals_its_series_in_integers_of_any_size()
    {
        Random random = new(7);
        for (int i = 0; i < 2000; i++)
        {
            long x = random.NextInt64(-25L << 32, 25L << 32) >> random.Next(40);
            bool defined = I32F32.TryExp(new(x), out I32F32 actual);
            BigInteger? expected = Series(x);
            Assert.That(defined, Is.EqualTo(expected is not null), $"x = {x}");
            Assert.That((BigInteger)actual.Bits, Is.EqualTo(expected ?? 0), $"x = {x}");
        }
    }

    [Test]
    public void Exponential_is_close_to_the_real_one()
    {
        for (double x = -20; x <= 20; x += 0.125)
        {
            double actual = I32F32.BoundedExp(new((long)(x * One))).ToDouble();
            Assert.That(actual, Is.EqualTo(Math.Exp(x)).Within(Math.Exp(x) * 1e-2 + 1e-6), $"x = {x}");
        }
    }

    [Test]
    public void Bounded_exponential_clamps_its_argument()
    {
        I32F32 twenty = I32F32.FromInteger(20), minusTwenty = I32F32.FromInteger(-20);
        Assert.That(I32F32.BoundedExp(I32F32.MaxValue), Is.EqualTo(I32F32.BoundedExp(twenty)));
        Assert.That(I32F32.BoundedExp(I32F32.MinValue), Is.EqualTo(I32F32.BoundedExp(minusTwenty)));
        Assert.That(I32F32.TryExp(I32F32.MaxValue, out _), Is.False);
        Assert.That(I32F32.TryExp(I32F32.MinValue, out _), Is.False);
    }

    [Test]
    public void Logarithm_undoes_the_exponential()
    {
        for (double x = -18; x <= 20; x += 0.25)
        {
            I32F32 power = I32F32.BoundedExp(new((long)(x * One)));
            Assert.That(I32F32.TryLn(power, out I32F32 back), Is.True);
            Assert.That(back.ToDouble(), Is.EqualTo(Math.Log(power.ToDouble())).Within(1e-6), $"x = {x}");
        }
    }

    [Test]
    public void Logarithm_of_what_is_not_positive_or_too_small_has_no_value()
    {
        Assert.That(I32F32.TryLn(I32F32.Zero, out _), Is.False);
        Assert.That(I32F32.TryLn(new(-1), out _), Is.False);
        Assert.That(I32F32.TryLn(new(1), out _), Is.False, "the reciprocal of the least positive number does not fit");
        Assert.That(I96F32.TryLog2(I96F32.Zero, out _), Is.False);
        Assert.That(I96F32.TryLog2(new(1), out I96F32 least), Is.True);
        Assert.That(least, Is.EqualTo(new I96F32(-(Int128)32 << 32)));
    }

    [Test]
    public void Base_two_logarithm_is_exact_on_powers_of_two()
    {
        for (int power = 0; power < 90; power++)
        {
            Assert.That(I96F32.TryLog2(new(Int128.One << (32 + power)), out I96F32 log), Is.True);
            Assert.That(log.Bits, Is.EqualTo((Int128)power << 32));
        }
    }

    [Test]
    public void Logarithms_equal_the_rule_in_integers_of_any_size()
    {
        Random random = new(8);
        for (int i = 0; i < 4_000; i++)
        {
            long x = random.NextInt64(long.MinValue / 8, long.MaxValue) >> random.Next(63);
            bool defined = I32F32.TryLn(new(x), out I32F32 ln);
            BigInteger? log2 = Log2(x, long.MaxValue);
            Assert.That(defined, Is.EqualTo(log2 is not null), $"x = {x}");
            Assert.That((BigInteger)ln.Bits, Is.EqualTo(log2 is { } exact ? (exact << 32) / (12_102_203L << 9) : 0), $"x = {x}");

            Int128 wide = new Int128((ulong)random.NextInt64(-1, long.MaxValue), (ulong)random.NextInt64()) >> random.Next(127);
            defined = I96F32.TryLog2(new(wide), out I96F32 wideLog);
            log2 = Log2(wide, Int128.MaxValue);
            Assert.That(defined, Is.EqualTo(log2 is not null), $"x = {wide}");
            Assert.That((BigInteger)wideLog.Bits, Is.EqualTo(log2 ?? 0), $"x = {wide}");
        }
    }

    /// <summary>Section 1.2, word for word; null where it is an error.</summary>
    private static BigInteger? Log2(BigInteger x, BigInteger greatest)
    {
        BigInteger one = One, two = 2 * one;
        if (x <= 0)
        {
            return null;
        }

        if (x < one)
        {
            BigInteger reciprocal = (one << 32) / x;
            return reciprocal > greatest ? null : -Log2(reciprocal, greatest);
        }

        BigInteger result = 0;
        for (; x >= two; result++)
        {
            x = (x >> 1) + (x & 1);
        }

        if (x == one)
        {
            return result << 32;
        }

        for (int i = 0; i < 32; i++)
        {
            x = (x * x) >> 32;
            result <<= 1;
            if (x >= two)
            {
                result |= 1;
                x = (x >> 1) + (x & 1);
            }
        }

        return result;
    }

    private static BigInteger? Series(long x)
    {
        if (x == 0)
        {
            return One;
        }

        if (x == One)
        {
            return 22802600L * 512;
        }

        BigInteger magnitude = BigInteger.Abs(x), result = One + magnitude, term = magnitude;
        if (result > long.MaxValue)
        {
            return null;
        }

        for (int i = 2; i <= 31; i++)
        {
            BigInteger product = (term * magnitude) >> 32;
            if (product > long.MaxValue)
            {
                return null;
            }

            term = product / i;
            result += term;
            if (result > long.MaxValue)
            {
                return null;
            }
        }

        return x > 0 ? result : (BigInteger.One << 64) / result;
    }
}
