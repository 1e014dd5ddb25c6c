using Subnet.Core.Staking;

namespace Subnet.Tests.Core.Staking;

[TestFixture]
internal sealed class SharePoolTests
{
    [Test]
    public void Giving_to_all_is_pro_rata()
    {
        SharePool<string> pool = new();
        pool.GiveToOne("a", 300);
        pool.GiveToOne("b", 700);
        pool.GiveToAll(1000);
        Assert.That(pool.Total, Is.EqualTo(2000));
        Assert.That(pool.ValueOf("a"), Is.EqualTo(600));
        Assert.That(pool.ValueOf("b"), Is.EqualTo(1400));
        Assert.That(pool.ValueOf("nobody"), Is.Zero);
    }

    [Test]
    public void Values_never_add_up_to_more_than_the_total()
    {
        Random random = new(3);
        for (int round = 0; round < 30; round++)
        {
            SharePool<int> pool = new();
            for (int step = 0; step < 100; step++)
            {
                int key = random.Next(8);
                ulong amount = (ulong)random.NextInt64(0, 1L << random.Next(1, 50));
                switch (random.Next(3))
                {
                    case 0:
                        pool.GiveToAll(pool.Total == 0 ? 0 : amount);
                        break;
                    case 1:
                        pool.GiveToOne(key, amount);
                        break;
                    default:
                        pool.TakeFromOne(key, Math.Min(amount, pool.ValueOf(key)));
                        break;
                }

                UInt128 sum = pool.Shares.Keys.Aggregate(UInt128.Zero, (s, k) => s + pool.ValueOf(k));
                Assert.That(sum, Is.LessThanOrEqualTo((UInt128)pool.Total));
            }
        }
    }

    [Test]
    public void State_survives_a_store()
    {
        SharePool<string> pool = new();
        pool.GiveToOne("a", 12_345_678_901);
        pool.GiveToAll(777);
        pool.GiveToOne("b", 3);
        SharePool<string> restored = new(
            pool.Total,
            ShareNumber.FromParts(pool.Denominator.Mantissa, pool.Denominator.Exponent),
            pool.Shares.Select(s => KeyValuePair.Create(s.Key, ShareNumber.FromParts(s.Value.Mantissa, s.Value.Exponent))));
        restored.GiveToOne("b", 55);
        pool.GiveToOne("b", 55);
        Assert.That(restored.ValueOf("b"), Is.EqualTo(pool.ValueOf("b")));
        Assert.That(() => ShareNumber.FromParts(5, 0), Throws.ArgumentException);
    }

    [Test]
    public void Taking_more_than_there_is_is_refused_and_changes_nothing()
    {
        SharePool<string> pool = new();
        pool.GiveToOne("a", 100);
        pool.GiveToOne("b", 50);
        Assert.That(() => pool.TakeFromOne("a", 101), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => pool.TakeFromOne("nobody", 1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => pool.TakeFromAll(151), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(pool.Total, Is.EqualTo(150));
        Assert.That(pool.ValueOf("a"), Is.EqualTo(100));
    }

    [Test]
    public void Worthless_shares_give_way_to_the_first_who_stakes_again()
    {
        SharePool<string> pool = new();
        pool.GiveToOne("a", 100);
        pool.TakeFromAll(100);
        Assert.That(pool.ValueOf("a"), Is.Zero);
        pool.GiveToOne("b", 60);
        Assert.That(pool.ValueOf("a"), Is.Zero);
        Assert.That(pool.ValueOf("b"), Is.EqualTo(60));
    }
}
