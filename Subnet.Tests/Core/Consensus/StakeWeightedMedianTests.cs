using Subnet.Core.Consensus;
using Subnet.Core.Numerics;
using Subnet.Tests.Core.Support;

namespace Subnet.Tests.Core.Consensus;

[TestFixture]
internal sealed class StakeWeightedMedianTests
{
    [Test]
    public void Median_equals_the_references_partition()
    {
        Random random = new(6);
        for (int round = 0; round < 5000; round++)
        {
            (I32F32[] stake, I32F32[] score, I32F32 minority) = Draw(random);
            Assert.That(
                StakeWeightedMedian.Of(stake, score, minority), Is.EqualTo(ReferenceMedian.Of(stake, score, minority)), $"round {round}");
        }
    }

    [Test]
    public void Median_never_falls_when_a_score_rises()
    {
        Random random = new(7);
        for (int round = 0; round < 2000; round++)
        {
            (I32F32[] stake, I32F32[] score, I32F32 minority) = Draw(random);
            if (score.Length == 0)
            {
                continue;
            }

            I32F32 before = StakeWeightedMedian.Of(stake, score, minority);
            int raised = random.Next(score.Length);
            score[raised] += new I32F32(random.NextInt64(1L << 32));
            Assert.That(StakeWeightedMedian.Of(stake, score, minority), Is.GreaterThanOrEqualTo(before));
        }
    }

    private static (I32F32[] Stake, I32F32[] Score, I32F32 Minority) Draw(Random random)
    {
        int count = random.Next(0, 40);
        int levels = random.Next(1, 20);
        I32F32[] stake = [.. Enumerable.Range(0, count).Select(_ => new I32F32(random.Next(5) == 0 ? 0 : random.NextInt64(1L << 28)))];
        I32F32[] score = [.. Enumerable.Range(0, count).Select(_ => new I32F32(random.Next(levels) * (1L << 26)))];
        long total = stake.Sum(s => s.Bits);
        long minority = random.Next(6) switch
        {
            0 => -1 - random.Next(1000),
            1 => total,
            2 => total + 5,
            3 when count > 0 => stake.Take(random.Next(count)).Sum(s => s.Bits),
            _ => random.NextInt64(total + 1),
        };
        return (stake, score, new(minority));
    }
}
