using Subnet.Core.Ledger.Calls;
using Subnet.Core.Numerics;
using Subnet.Core.Staking;
using Subnet.Core.State;
using Subnet.Tests.Support;

namespace Subnet.Tests.Core.Staking;

[TestFixture]
internal sealed class StakeCallsTests
{
    private const ulong Tao = TestLedger.Tao;

    [Test]
    public void Stake_bought_and_sold_again_costs_fees_and_slippage_only()
    {
        using TestLedger ledger = new();
        ushort netuid = ledger.CreateSubnet();
        ulong before = ledger.BalanceOf("bob");
        ledger.Do("bob", new AddStakeCall(netuid, TestLedger.Key("alice-hot"), 10 * Tao, 0, false));
        ulong alpha = ledger.StakeOf(netuid, "alice-hot", "bob");
        Assert.That(alpha, Is.InRange(8 * Tao, 10 * Tao));
        ledger.Do("bob", new RemoveStakeCall(netuid, TestLedger.Key("alice-hot"), ulong.MaxValue, 0, false));
        Assert.Multiple(() =>
        {
            Assert.That(ledger.StakeOf(netuid, "alice-hot", "bob"), Is.Zero);
            Assert.That(ledger.State.PositionsOf(TestLedger.Key("bob")), Is.Empty);
            Assert.That(before - ledger.BalanceOf("bob"), Is.InRange(1UL, Tao / 50));
        });
    }

    [Test]
    public void Root_stake_is_one_to_one()
    {
        using TestLedger ledger = new();
        ledger.Do("bob", new RegisterRootCall(TestLedger.Key("bob-hot")));
        ledger.Do("carol", new AddStakeCall(0, TestLedger.Key("bob-hot"), 7 * Tao, 0, false));
        Assert.That(ledger.StakeOf(0, "bob-hot", "carol"), Is.EqualTo(7 * Tao));
        ledger.Do("carol", new RemoveStakeCall(0, TestLedger.Key("bob-hot"), 3 * Tao, 0, false));
        Assert.That(ledger.StakeOf(0, "bob-hot", "carol"), Is.EqualTo(4 * Tao));
        Assert.That((ulong)ledger.State.StakedOn(0), Is.EqualTo(4 * Tao));
    }

    [Test]
    public void Limit_price_refuses_or_fills_up_to_itself()
    {
        using TestLedger ledger = new();
        ushort netuid = ledger.CreateSubnet();
        AccountId hotkey = TestLedger.Key("alice-hot");
        UInt128 price = Price(ledger, netuid).Bits;
        UInt128 limit = price + (price / 10);
        Assert.That(ledger.Submit("bob", new AddStakeCall(netuid, hotkey, 100 * Tao, limit, false)), Is.EqualTo(RejectionReason.SlippageTooHigh));
        Assert.That(ledger.Submit("bob", new AddStakeCall(netuid, hotkey, Tao, price / 2, true)), Is.EqualTo(RejectionReason.SlippageTooHigh));
        ulong before = ledger.BalanceOf("bob");
        ledger.Do("bob", new AddStakeCall(netuid, hotkey, 100 * Tao, limit, true));
        ulong paid = before - ledger.BalanceOf("bob");
        Assert.That(paid, Is.InRange(Tao, 20 * Tao));
        Assert.That(Price(ledger, netuid).ToDouble(), Is.EqualTo(new U64F64(limit).ToDouble()).Within(1e-3));

        ulong held = ledger.StakeOf(netuid, "alice-hot", "bob");
        Assert.That(ledger.Submit("bob", new RemoveStakeCall(netuid, hotkey, held, limit - (limit / 100), false)), Is.EqualTo(RejectionReason.SlippageTooHigh));
        ledger.Do("bob", new RemoveStakeCall(netuid, hotkey, held, limit - (limit / 100), true));
        Assert.That(ledger.StakeOf(netuid, "alice-hot", "bob"), Is.InRange(1UL, held - 1));
    }

    [Test]
    public void Stake_moves_between_hotkeys_without_a_trade_and_between_subnets_with_two()
    {
        using TestLedger ledger = new();
        ushort one = ledger.CreateSubnet();
        ushort two = ledger.CreateSubnet("bob");
        AccountId from = TestLedger.Key("alice-hot"), to = TestLedger.Key("bob-hot");
        ledger.Do("carol", new AddStakeCall(one, from, 10 * Tao, 0, false));
        ulong alpha = ledger.StakeOf(one, "alice-hot", "carol");
        ledger.Do("carol", new MoveStakeCall(one, from, to, alpha / 2));
        Assert.That(ledger.StakeOf(one, "bob-hot", "carol"), Is.EqualTo(alpha / 2));
        ulong rest = ledger.StakeOf(one, "alice-hot", "carol");
        Assert.That(rest, Is.EqualTo(alpha - (alpha / 2)).Within(2));
        Assert.That(ledger.Submit("carol", new SwapStakeCall(from, one, two, rest, ulong.MaxValue)), Is.EqualTo(RejectionReason.SlippageTooHigh));
        Assert.That(ledger.StakeOf(one, "alice-hot", "carol"), Is.EqualTo(rest));
        ledger.Do("carol", new SwapStakeCall(from, one, two, rest, 1));
        Assert.That(ledger.StakeOf(two, "alice-hot", "carol"), Is.InRange(rest / 2, rest * 2));
        ledger.Do("carol", new SwapStakeCall(from, two, 0, ulong.MaxValue, 1));
        Assert.That(ledger.StakeOf(0, "alice-hot", "carol"), Is.Positive);
    }

    [Test]
    public void Wrong_calls_are_refused_with_their_reason()
    {
        using TestLedger ledger = new();
        ushort netuid = ledger.CreateSubnet();
        ledger.Do("dave", new CreateSubnetCall(TestLedger.Key("dave-hot"), "not started", ulong.MaxValue));
        ushort unstarted = ledger.State.Netuids.Max();
        AccountId hot = TestLedger.Key("alice-hot"), other = TestLedger.Key("dave-hot"), nobody = TestLedger.Key("nobody");
        ledger.Do("bob", new AddStakeCall(netuid, hot, Tao, 0, false));
        Assert.Multiple(() =>
        {
            Is_(RejectionReason.SubnetNotFound, new AddStakeCall(99, hot, Tao, 0, false));
            Is_(RejectionReason.SubnetNotStarted, new AddStakeCall(unstarted, hot, Tao, 0, false));
            Is_(RejectionReason.HotkeyNotFound, new AddStakeCall(netuid, nobody, Tao, 0, false));
            Is_(RejectionReason.AmountTooLow, new AddStakeCall(netuid, hot, 1_999_999, 0, false));
            Is_(RejectionReason.InsufficientLiquidity, new AddStakeCall(netuid, hot, 900_000 * Tao, 0, false));
            Is_(RejectionReason.InsufficientBalance, new AddStakeCall(0, hot, 2_000_000 * Tao, 0, false));
            Is_(RejectionReason.StakeNotFound, new RemoveStakeCall(netuid, other, Tao, 0, false));
            Is_(RejectionReason.InsufficientStake, new RemoveStakeCall(netuid, hot, 5 * Tao, 0, false));
            Is_(RejectionReason.AmountIsZero, new RemoveStakeCall(netuid, hot, 0, 0, false));
            Is_(RejectionReason.SameHotkey, new MoveStakeCall(netuid, hot, hot, 1));
            Is_(RejectionReason.SameSubnet, new SwapStakeCall(hot, netuid, netuid, 1, 0));
            Is_(RejectionReason.NothingToClaim, new ClaimRootCall(netuid, hot, false));
            Is_(RejectionReason.RootNotAllowed, new ClaimRootCall(0, hot, false));
            Is_(RejectionReason.AmountIsZero, new TransferCall(hot, 0));
            Is_(RejectionReason.SameAccount, new TransferCall(TestLedger.Key("bob"), 1));
        });

        void Is_(RejectionReason expected, LedgerCall call) => Assert.That(ledger.Submit("bob", call), Is.EqualTo(expected), $"{call}");
    }

    [Test]
    public void Rest_below_the_minimum_goes_along_for_a_nominator_and_stays_for_the_owner()
    {
        using TestLedger ledger = new();
        ledger.Do("bob", new RegisterRootCall(TestLedger.Key("bob-hot")));
        ledger.Do("carol", new AddStakeCall(0, TestLedger.Key("bob-hot"), Tao, 0, false));
        ledger.Do("bob", new AddStakeCall(0, TestLedger.Key("bob-hot"), Tao, 0, false));
        ledger.Do("carol", new RemoveStakeCall(0, TestLedger.Key("bob-hot"), Tao - 5, 0, false));
        ledger.Do("bob", new RemoveStakeCall(0, TestLedger.Key("bob-hot"), Tao - 5, 0, false));
        Assert.That((ledger.StakeOf(0, "bob-hot", "carol"), ledger.StakeOf(0, "bob-hot", "bob")), Is.EqualTo((0UL, 5UL)));
    }

    [Test]
    public void Random_staking_never_creates_or_loses_anything()
    {
        // Conservation is demanded by the engine after every block; this drives it through many corners.
        using TestLedger ledger = new();
        ushort[] netuids = [0, ledger.CreateSubnet(), ledger.CreateSubnet("bob")];
        AccountId[] hotkeys = [TestLedger.Key("alice-hot"), TestLedger.Key("bob-hot")];
        string[] people = ["alice", "bob", "carol", "dave"];
        Random random = new(11);
        int accepted = 0;
        for (int i = 0; i < 300; i++)
        {
            ushort netuid = netuids[random.Next(3)];
            AccountId hotkey = hotkeys[random.Next(2)];
            ulong amount = (ulong)random.NextInt64(1, (long)(20 * Tao));
            LedgerCall call = random.Next(6) switch
            {
                0 or 1 => new AddStakeCall(netuid, hotkey, amount, 0, false),
                2 => new RemoveStakeCall(netuid, hotkey, random.Next(3) == 0 ? ulong.MaxValue : amount / 3, 0, false),
                3 => new MoveStakeCall(netuid, hotkey, hotkeys[random.Next(2)], amount / 2),
                4 => new SwapStakeCall(hotkey, netuid, netuids[random.Next(3)], amount / 2, 0),
                _ => new ClaimRootCall(netuid, hotkey, random.Next(2) == 0),
            };
            accepted += ledger.Submit(people[random.Next(4)], call) == RejectionReason.None ? 1 : 0;
        }

        Assert.That(accepted, Is.GreaterThan(100));
        using Subnet.Core.Ledger.LedgerEngine again = ledger.Reopen();
        Assert.That(again.State.Hash, Is.EqualTo(ledger.State.Hash));
    }

    [Test]
    public void Root_dividends_go_to_those_who_held_root_stake_while_they_were_earned()
    {
        using LedgerState state = new();
        AccountId hotkey = TestLedger.Key("hot"), early = TestLedger.Key("early"), late = TestLedger.Key("late");
        state.Subnets.Set(new SubnetKey(1), new SubnetInfo(early, hotkey, 1, 1, 0, "one"));
        state.SubnetStates.Set(
            new SubnetKey(1), new SubnetState(0, 0, 0, 0, 0, 1_000_000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
        StakeLedger.Credit(state, 0, hotkey, early, 1_000);
        Assert.That(RootClaims.Distribute(state, 1, hotkey, 5_000), Is.EqualTo(5_000UL));
        StakeLedger.Credit(state, 0, hotkey, late, 3_000);
        Assert.That((Claim(early), Claim(late)), Is.EqualTo((5_000UL, 0UL)));
        RootClaims.Distribute(state, 1, hotkey, 8_000);
        Assert.That((Claim(early), Claim(late)), Is.EqualTo((7_000UL, 5_999UL)));
        RootClaims.Pay(state, 1, hotkey, early, 7_000);
        StakeLedger.Debit(state, 0, hotkey, late, 3_000);
        Assert.That((Claim(early), Claim(late)), Is.EqualTo((0UL, 5_999UL)), "what was earned stays claimable after leaving");
        StakeLedger.Credit(state, 0, hotkey, late, 3_000);
        Assert.That(Claim(late), Is.LessThanOrEqualTo(5_999UL), "coming back earns nothing");

        ulong Claim(AccountId who) => RootClaims.Claimable(state, 1, hotkey, who);
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Root_claim_is_paid_as_alpha_or_as_root_stake_bought_with_what_the_pool_gives_for_it(bool asAlpha)
    {
        using TestLedger ledger = new(TestLedger.Quick with { SubnetMovingAlpha = 1L << 31, MovingPriceHalving = 1 });
        ushort netuid = ledger.CreateSubnet(), other = ledger.CreateSubnet("dave");
        AccountId hotkey = TestLedger.Key("alice-hot");
        ledger.Administer(netuid, "max_allowed_validators", 1);
        ledger.Do("bob", new AddStakeCall(netuid, hotkey, 400 * Tao, 0, false));
        ledger.Do("bob", new AddStakeCall(other, TestLedger.Key("dave-hot"), 400 * Tao, 0, false));
        ledger.Do("carol", new AddStakeCall(0, hotkey, 900 * Tao, 0, false));
        ledger.Skip(12);
        ulong claimable = ledger.Engine.ClaimableOf(netuid, hotkey, TestLedger.Key("carol"));
        Assert.That(claimable, Is.Positive, "the moving prices add up to more than 1, so root takes part");
        ulong held = ledger.State.SubnetStates[new SubnetKey(netuid)].ClaimableAlpha;
        Subnet.Core.Ledger.BlockOutcome outcome = ledger.Block(("carol", new ClaimRootCall(netuid, hotkey, !asAlpha)));
        Assert.That(outcome.Reasons[0], Is.EqualTo(RejectionReason.None));
        ulong paid = held - ledger.State.SubnetStates[new SubnetKey(netuid)].ClaimableAlpha;
        Assert.Multiple(() =>
        {
            Assert.That(ledger.Engine.ClaimableOf(netuid, hotkey, TestLedger.Key("carol")), Is.Zero);
            if (asAlpha)
            {
                Assert.That(paid, Is.GreaterThanOrEqualTo(claimable), "an epoch of the same block may have added to it");
                Assert.That(ledger.StakeOf(netuid, "alice-hot", "carol"), Is.EqualTo(paid).Within(2));
            }
            else
            {
                double price = Price(ledger, netuid).ToDouble();
                // The block's emission bought alpha after the price was read, and the pool takes its fee.
                double received = ledger.StakeOf(0, "alice-hot", "carol") - (900 * Tao);
                Assert.That(received, Is.EqualTo(paid * price).Within(paid * price / 10));
                Assert.That(ledger.StakeOf(netuid, "alice-hot", "carol"), Is.Zero);
            }
        });
    }

    private static U64F64 Price(TestLedger ledger, ushort netuid) =>
        PoolTrades.ReservesOf(ledger.State.SubnetStates[new SubnetKey(netuid)]).Price;
}
