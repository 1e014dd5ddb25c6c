using System.Numerics;
using Subnet.Core.Numerics;
using Subnet.Core.Pools;

namespace Subnet.Tests.Core.Pools;

[TestFixture]
internal sealed class PoolReservesTests
{
    private const ushort NoFee = 0;
    private static readonly PoolReserves s_even = new(1_000_000_000_000, 4_000_000_000_000, PoolReserves.EqualWeight);

    [Test]
    public void Equal_weights_are_the_constant_product()
    {
        Swap swap = s_even.Buy(250_000_000_000, NoFee).Swap!;
        Assert.That(swap.AmountOut, Is.EqualTo(800_000_000_000));
        Assert.That(swap.After, Is.EqualTo(s_even with { Tao = 1_250_000_000_000, Alpha = 3_200_000_000_000 }));
    }

    [TestCase(0.3)]
    [TestCase(0.5)]
    [TestCase(0.77)]
    public void Weighted_output_agrees_with_floating_point(double quoteWeight)
    {
        PoolReserves pool = s_even with { QuoteWeight = (ulong)(quoteWeight * 1e18) };
        foreach (ulong amount in new ulong[] { 1_000_000, 5_000_000_000, 900_000_000_000 })
        {
            double q = Math.Pow(pool.Tao / ((double)pool.Tao + amount), quoteWeight / (1 - quoteWeight));
            double expected = pool.Alpha * (1 - q);
            Assert.That(pool.Buy(amount, NoFee).Swap!.AmountOut, Is.EqualTo(expected).Within(expected * 1e-7 + 1));
        }
    }

    [Test]
    public void A_power_that_is_exact_comes_out_exact()
    {
        BigInteger one = BigInteger.Pow(10, 18);
        Assert.That(RationalPower.ScaledFloor(one, 1, 4, 1, 2), Is.EqualTo(one / 2));
        Assert.That(RationalPower.ScaledFloor(one, 8, 27, 2, 3), Is.EqualTo(one * 4 / 9));
        Assert.That(RationalPower.ScaledFloor(one, 2, 1, 3, 1), Is.EqualTo(8 * one));
        Assert.That(RationalPower.ScaledFloor(one, 5, 5, 1, 7), Is.EqualTo(one));
    }

    [Test]
    public void Narrow_power_answers_as_the_wide_one_or_not_at_all()
    {
        Random random = new(12);
        const int Cases = 20_000;
        int answered = 0;
        for (int i = 0; i < Cases; i++)
        {
            ulong denominator = (ulong)random.NextInt64(2, 1L << random.Next(2, 63));
            ulong most = Math.Max(1, denominator >> random.Next(1, 40));
            ulong numerator = denominator - (ulong)random.NextInt64(1, (long)most + 1);
            ulong weight = (ulong)random.NextInt64((long)PoolReserves.MinimumWeight, (long)(PoolPrice.WeightOne - PoolReserves.MinimumWeight));
            ulong rest = PoolPrice.WeightOne - weight;
            BigInteger wide = RationalPower.ScaledFloor(PoolPrice.WeightOne, numerator, denominator, weight, rest);
            if (NarrowPower.TryScaledFloor(PoolPrice.WeightOne, numerator, denominator, weight, rest, out ulong narrow))
            {
                answered++;
                Assert.That((BigInteger)narrow, Is.EqualTo(wide), $"({numerator}/{denominator})^({weight}/{rest})");
            }
        }

        Assert.That(answered, Is.GreaterThan(Cases * 3 / 4));
    }

    [TestCase(4UL, 9UL, 1UL, 2UL, TestName = "Narrow_power_leaves_below_a_half_to_the_wide_one")]
    [TestCase(16UL, 25UL, 1UL, 2UL, TestName = "Narrow_power_leaves_a_power_that_is_exact_to_the_wide_one")]
    [TestCase(5UL, 5UL, 1UL, 2UL, TestName = "Narrow_power_leaves_one_to_the_wide_one")]
    [TestCase(9UL, 10UL, 256UL, 1UL, TestName = "Narrow_power_leaves_great_exponents_to_the_wide_one")]
    [TestCase((1UL << 63) - 1, 1UL << 63, 1UL, ulong.MaxValue, TestName = "Narrow_power_leaves_what_rounds_to_one_to_the_wide_one")]
    public void Narrow_power_leaves_to_the_wide_one(ulong numerator, ulong denominator, ulong exponentNumerator, ulong exponentDenominator) =>
        Assert.That(
            NarrowPower.TryScaledFloor(PoolPrice.WeightOne, numerator, denominator, exponentNumerator, exponentDenominator, out _), Is.False);

    [Test]
    public void Nobody_gains_by_trading_there_and_back()
    {
        Random random = new(11);
        for (int i = 0; i < 300; i++)
        {
            PoolReserves pool = new(
                (ulong)random.NextInt64(1_000_000_000, 1L << 50),
                (ulong)random.NextInt64(1_000_000_000, 1L << 50),
                (ulong)random.NextInt64((long)PoolReserves.MinimumWeight, (long)(PoolPrice.WeightOne - PoolReserves.MinimumWeight)));
            ulong tao = (ulong)random.NextInt64(1_000_000, 1L << 40);
            if (pool.Buy(tao, NoFee).Swap is { } bought && bought.After.Sell(bought.AmountOut, NoFee).Swap is { } sold)
            {
                Assert.That(sold.AmountOut, Is.LessThanOrEqualTo(tao), pool.ToString());
            }
        }
    }

    [Test]
    public void Refusals_say_why()
    {
        Assert.That(s_even.Buy(0, NoFee).Refusal, Is.EqualTo(SwapRefusal.NothingIn));
        Assert.That(s_even.Buy(ulong.MaxValue / 2, NoFee).Refusal, Is.EqualTo(SwapRefusal.TooMuchIn));
        Assert.That((s_even with { Alpha = 999_999 }).Buy(1_000_000, NoFee).Refusal, Is.EqualTo(SwapRefusal.ReserveTooLow));
        Assert.That((s_even with { Alpha = 1_000_000 }).Buy(1, NoFee).Refusal, Is.EqualTo(SwapRefusal.NothingOut));
        Assert.That((s_even with { Tao = 0 }).BuyUpTo(1, NoFee, U64F64.One, true).Refusal, Is.EqualTo(SwapRefusal.ReserveTooLow));
        Assert.That(s_even.BuyUpTo(1_000_000, NoFee, s_even.Price, true).Refusal, Is.EqualTo(SwapRefusal.LimitPassed));
        Assert.That(s_even.SellDownTo(1_000_000, NoFee, s_even.Price, true).Refusal, Is.EqualTo(SwapRefusal.LimitPassed));
    }

    [Test]
    public void Limit_price_fills_no_further_than_the_limit()
    {
        U64F64 limit = U64F64.FromDouble(0.36);
        const ulong Amount = 900_000_000_000;
        const ushort FeeRate = 33;

        Assert.That(s_even.BuyUpTo(Amount, FeeRate, limit, allowPartial: false).Refusal, Is.EqualTo(SwapRefusal.LimitExceeded));
        Swap swap = s_even.BuyUpTo(Amount, FeeRate, limit, allowPartial: true).Swap!;

        // Price 0.25 to 0.36 at equal weights: TAO grows by the root of 1.44, that is by 20 %.
        Assert.That(swap.AmountIn - swap.Fee, Is.EqualTo(200_000_000_000).Within(1));
        Assert.That(swap.After.Price.ToDouble(), Is.EqualTo(0.36).Within(1e-9));
        Assert.That(s_even.BuyUpTo(1_000_000, FeeRate, limit, allowPartial: false).Swap, Is.Not.Null);
    }

    [Test]
    public void Selling_down_to_a_limit_stops_there_and_zero_is_no_limit()
    {
        Swap swap = s_even.SellDownTo(3_900_000_000_000, 33, U64F64.FromDouble(0.16), allowPartial: true).Swap!;
        Assert.That(swap.AmountIn - swap.Fee, Is.EqualTo(1_000_000_000_000).Within(1));
        Assert.That(swap.After.Price.ToDouble(), Is.EqualTo(0.16).Within(1e-9));
        Assert.That(
            s_even.SellDownTo(5_000_000, 33, U64F64.Zero, allowPartial: false).Swap, Is.EqualTo(s_even.Sell(5_000_000, 33).Swap));
    }

    [Test]
    public void Injection_keeps_the_price_and_refuses_extreme_weights()
    {
        PoolReserves after = s_even.Inject(50_000_000_000, 10_000_000_000)!;
        Assert.That(after.Tao, Is.EqualTo(1_050_000_000_000));
        Assert.That(after.Alpha, Is.EqualTo(4_010_000_000_000));
        Assert.That(after.Price.ToDouble(), Is.EqualTo(s_even.Price.ToDouble()).Within(1e-15));
        Assert.That(s_even.Inject(0, 0), Is.EqualTo(s_even));
        Assert.That(s_even.Inject(1_000_000_000_000_000, 0), Is.Null);
        Assert.That(new PoolReserves(0, 0, PoolReserves.EqualWeight).Inject(0, 0), Is.Null);
    }

    [Test]
    public void Fee_on_top_is_the_fee_contained()
    {
        for (ushort rate = 0; rate <= SwapFee.MaximumRate; rate += 97)
        {
            ulong net = 123_456_789_012UL + rate;
            ulong gross = net + SwapFee.OnTopOf(net, rate);
            Assert.That(gross - SwapFee.Of(gross, rate), Is.EqualTo(net).Within(1));
        }
    }
}
