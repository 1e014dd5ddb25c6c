using Subnet.Core.Emission;
using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.Numerics;
using Subnet.Core.Pools;
using Subnet.Core.Staking;
using Subnet.Core.State;
using Subnet.Tests.Support;

namespace Subnet.Tests.Core.Ledger;

[TestFixture]
internal sealed class CoinbaseTests
{
    /// <summary>The moving price follows at once: with the reference's rate it is 0 for the first blocks, and so is the emission.</summary>
    private static readonly GlobalParameters Fast = TestLedger.Quick with { SubnetMovingAlpha = 1L << 31, MovingPriceHalving = 1 };

    [TestCase(1_000_000UL, 1_000_000_000UL)]
    [TestCase(2_100_000UL, 500_000_000UL)]
    [TestCase(3_150_000UL, 250_000_000UL)]
    [TestCase(4_200_000UL, 0UL)]
    public void Block_mints_what_the_halving_of_its_issuance_allows(ulong taoEach, ulong expected)
    {
        // Five accounts: at 10.5 million TAO the emission is halved, at 15.75 million again, at 21 million it ends.
        using TestLedger ledger = new(Fast, taoEach: taoEach);
        ledger.CreateSubnet();
        ledger.Skip(3);
        ulong before = ledger.State.Global[default].Issuance;
        ledger.Block();
        ulong minted = ledger.State.Global[default].Issuance - before;
        Assert.That(minted, Is.LessThanOrEqualTo(expected));
        Assert.That(minted, Is.GreaterThanOrEqualTo(expected - Math.Min(expected, 2)), "only fractions of a rao are not minted");
    }

    [Test]
    public void Subnet_without_emission_gets_no_tao_and_others_share_all_of_it()
    {
        using TestLedger ledger = new(Fast);
        ushort one = ledger.CreateSubnet();
        ushort two = ledger.CreateSubnet("bob");
        ledger.Administer(two, "subnet_emission_enabled", 0);
        ulong oneBefore = Tao(one), twoBefore = Tao(two);
        ledger.Skip(1);
        Assert.Multiple(() =>
        {
            Assert.That(Tao(one) - oneBefore, Is.EqualTo(1_000_000_000UL).Within(2));
            Assert.That(Tao(two), Is.EqualTo(twoBefore));
        });

        ulong Tao(ushort netuid) => ledger.State.SubnetStates[new SubnetKey(netuid)].TaoReserve;
    }

    [TestCase(500_000UL, false)]
    [TestCase(40UL, true)]
    public void Emission_moves_the_price_only_by_what_the_protocol_buys(ulong rootTao, bool buys)
    {
        using TestLedger ledger = new(Fast);
        ushort netuid = ledger.CreateSubnet();
        ledger.Do("alice", new AddStakeCall(0, TestLedger.Key("alice-hot"), rootTao * TestLedger.Tao, 0, false));
        SubnetState before = ledger.State.SubnetStates[new SubnetKey(netuid)];
        U96F32 tao = U96F32.FromInteger(1_000_000_000);
        SubnetInjection injection = SubnetInjection.Compute(
            tao, Price(before), before.AlphaReserve + before.AlphaOutstanding, (ulong)ledger.State.StakedOn(0), Fast.TaoWeight);
        ledger.Skip(1);
        SubnetState after = ledger.State.SubnetStates[new SubnetKey(netuid)];
        ulong bought = after.ProtocolAlpha - before.ProtocolAlpha, injected = injection.AlphaIn.FloorToUInt64();
        double priceBefore = Price(before).ToDouble(), priceAfter = Price(after).ToDouble();
        Assert.Multiple(() =>
        {
            Assert.That(after.TaoReserve - before.TaoReserve, Is.EqualTo(1_000_000_000UL).Within(2), "what joins the pool and what buys");
            Assert.That(after.AlphaReserve + bought - before.AlphaReserve, Is.EqualTo(injected), "alpha joins at the price");
            Assert.That(bought > 0, Is.EqualTo(buys));
            Assert.That(injected, Is.Positive);

            // A purchase of d moves a constant product of y by (1 + d/y)^2.
            double excess = injection.ExcessTao.ToDouble() / (before.TaoReserve + injection.TaoIn.ToDouble());
            Assert.That(priceAfter / priceBefore, Is.EqualTo((1 + excess) * (1 + excess)).Within(1e-9));
        });
    }

    /// <summary>Root stake of the block before counts at once, and the issuance that divides is the one with this block's alpha in it.</summary>
    [Test]
    public void Root_part_is_of_the_issuance_with_the_alpha_of_this_block()
    {
        using TestLedger ledger = new(Fast);
        ushort netuid = ledger.CreateSubnet(), other = ledger.CreateSubnet("bob");
        ledger.Administer(netuid, "tempo", 1_000);
        ledger.Administer(other, "tempo", 1_000);
        ledger.Do("alice", new AddStakeCall(0, TestLedger.Key("alice-hot"), 300 * TestLedger.Tao, 0, false));
        SubnetState before = ledger.State.SubnetStates[new SubnetKey(netuid)];
        EmissionOutlook outlook = EmissionOutlook.Of(ledger.State, netuid);
        ulong rootTao = (ulong)ledger.State.StakedOn(0), issuance = before.AlphaReserve + before.AlphaOutstanding;
        SubnetInjection injection = SubnetInjection.Compute(
            EmissionShares.TaoEmission(outlook.Share, 1_000_000_000), Price(before), issuance, rootTao, Fast.TaoWeight);
        ulong expected = RootPart(rootTao, issuance + injection.AlphaIn.FloorToUInt64() + injection.AlphaOut.FloorToUInt64());
        ledger.Skip(1);
        Assert.Multiple(() =>
        {
            Assert.That(outlook.RootTakesPart, "the moving prices add up to more than 1");
            Assert.That(ledger.State.SubnetStates[new SubnetKey(netuid)].PendingRoot - before.PendingRoot, Is.EqualTo(expected));
            Assert.That(RootPart(rootTao, issuance), Is.GreaterThan(expected), "the figures tell the two issuances apart");
            Assert.That(AlphaSplit.Compute(injection.AlphaOut, Fast.SubnetOwnerCut, true, new U96F32(before.RootProportion)).Root, Is.LessThan(expected));
        });

        ulong RootPart(ulong tao, ulong alpha) =>
            AlphaSplit.Compute(injection.AlphaOut, Fast.SubnetOwnerCut, true, TaoWeight.RootProportion(tao, alpha, Fast.TaoWeight)).Root;
    }

    [Test]
    public void Moving_price_follows_where_a_subnet_takes_part_and_rests_where_it_does_not()
    {
        using TestLedger ledger = new(Fast);
        ushort netuid = ledger.CreateSubnet();
        Int128 started = Moving();
        ledger.Skip(1);
        Int128 followed = Moving();
        ledger.Administer(netuid, "network_registration_allowed", 0);
        Int128 closed = Moving();
        ledger.Skip(3);
        Assert.Multiple(() =>
        {
            Assert.That(followed, Is.Not.EqualTo(started));
            Assert.That(Moving(), Is.EqualTo(closed));
        });

        Int128 Moving() => ledger.State.SubnetStates[new SubnetKey(netuid)].MovingPrice;
    }

    [Test]
    public void Injection_alone_leaves_the_price_where_it_is()
    {
        PoolReserves pool = new(5_000_000_000_000, 9_000_000_000_000, PoolReserves.EqualWeight);
        PoolReserves grown = pool.Inject(700_000_000, 900_000_000)!;
        Assert.That(grown.Price.ToDouble() / pool.Price.ToDouble(), Is.EqualTo(1).Within(1e-15));
        Assert.That((grown.Tao, grown.Alpha), Is.EqualTo((5_000_700_000_000UL, 9_000_900_000_000UL)));
    }

    private static U64F64 Price(SubnetState subnet) => PoolTrades.ReservesOf(subnet).Price;
}
