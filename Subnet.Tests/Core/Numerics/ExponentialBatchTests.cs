using Subnet.Core.Numerics;

namespace Subnet.Tests.Core.Numerics;

[TestFixture]
internal sealed class ExponentialBatchTests
{
    [Test]
    public void Four_at_a_time_gives_the_bits_of_one_at_a_time()
    {
        Random random = new(8);
        long[] corners = [0, 1, -1, 1L << 32, -(1L << 32), 20L << 32, -(20L << 32), (20L << 32) + 1, long.MaxValue, long.MinValue, 5L << 32];
        for (int round = 0; round < 2000; round++)
        {
            I32F32[] values = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ =>
                new I32F32(random.Next(3) == 0 ? corners[random.Next(corners.Length)] : random.NextInt64(-22L << 32, 22L << 32) >> random.Next(36)))];
            I32F32[] expected = [.. values.Select(I32F32.BoundedExp)];
            I32F32.BoundedExpInPlace(values);
            Assert.That(values, Is.EqualTo(expected));
        }
    }

    [Test]
    public void Multiplying_by_the_factor_divides()
    {
        Random random = new(9);
        for (uint divisor = 2; divisor < 32; divisor++)
        {
            for (int round = 0; round < 500; round++)
            {
                ulong p = round < 3 ? (ulong)long.MaxValue - (ulong)round : (ulong)random.NextInt64(long.MaxValue) / divisor * divisor - (ulong)(round % 2);
                ulong quotient = Math.BigMul(p, SmallDivisors.Factors[(int)divisor], out _) >> SmallDivisors.Shifts[(int)divisor];
                Assert.That(quotient, Is.EqualTo(p / divisor), $"{p} / {divisor}");
            }
        }
    }
}
