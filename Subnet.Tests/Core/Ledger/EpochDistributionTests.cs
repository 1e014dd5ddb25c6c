using Subnet.Core.Ledger;
using Subnet.Core.Staking;
using Subnet.Core.State;
using Subnet.Tests.Support;

namespace Subnet.Tests.Core.Ledger;

/// <summary>One subnet of an owner, a miner and a validator with a nominator; amounts by hand.</summary>
[TestFixture]
internal sealed class EpochDistributionTests
{
    private const ulong Unit = 1_000_000_000;

    private static readonly AccountId Owner = TestLedger.Key("owner"), OwnerHot = TestLedger.Key("owner-hot");
    private static readonly AccountId Miner = TestLedger.Key("miner"), MinerHot = TestLedger.Key("miner-hot");
    private static readonly AccountId Validator = TestLedger.Key("validator"), ValidatorHot = TestLedger.Key("validator-hot");
    private static readonly AccountId Nominator = TestLedger.Key("nominator");
    private static readonly AccountId[] Hotkeys = [OwnerHot, MinerHot, ValidatorHot];

    [Test]
    public void Every_part_arrives_where_it_belongs()
    {
        using LedgerState state = Make();
        BlockContext block = new(state, 100, default);
        EpochDistribution.Run(block, 1, Hotkeys, [0, 40 * Unit, 0], [0, 0, 60 * Unit]);
        SubnetState subnet = state.SubnetStates[new SubnetKey(1)];
        ulong nominator = StakeLedger.ValueOf(state, 1, ValidatorHot, Nominator), validator = StakeLedger.ValueOf(state, 1, ValidatorHot, Validator);
        Assert.Multiple(() =>
        {
            Assert.That(StakeLedger.ValueOf(state, 1, OwnerHot, Owner), Is.EqualTo(18 * Unit), "owner's cut");
            Assert.That(StakeLedger.ValueOf(state, 1, MinerHot, Miner), Is.EqualTo(40 * Unit), "exactly the server emission");

            // A take of half: 15 of 30 to the owner of the hotkey, and 15 to all holders, who had 3 to 1.
            Assert.That((double)(nominator + validator - (40 * Unit)), Is.EqualTo(30.0 * Unit).Within(200));
            Assert.That((double)nominator, Is.EqualTo(30.0 * Unit * 70 / 55).Within(0.02 * Unit));
            Assert.That((subnet.PendingOwner, subnet.PendingServer, subnet.PendingValidator, subnet.PendingRoot), Is.EqualTo((0UL, 0UL, 0UL, 0UL)));
            Assert.That(subnet.DustAlpha, Is.LessThan(1_000UL));
        });
        Assert.That(() => ConservationCheck.Demand(state), Throws.Nothing);
    }

    [Test]
    public void Root_part_becomes_claimable_by_root_stakers()
    {
        using LedgerState state = Make();
        StakeLedger.Credit(state, 0, ValidatorHot, Nominator, 50 * Unit);
        state.Global.Set(default, state.Global[default] with { Issuance = 50 * Unit });
        EpochDistribution.Run(new BlockContext(state, 100, default), 1, Hotkeys, [0, 40 * Unit, 0], [0, 0, 60 * Unit]);
        ulong claimable = RootClaims.Claimable(state, 1, ValidatorHot, Nominator);
        Assert.That((double)claimable, Is.EqualTo(5.0 * Unit).Within(100_000), "half of the root pot of 10, after a take of half");
        Assert.That(state.SubnetStates[new SubnetKey(1)].ClaimableAlpha, Is.GreaterThanOrEqualTo(claimable));
        Assert.That(() => ConservationCheck.Demand(state), Throws.Nothing);
    }

    /// <summary>
    /// The owner's hotkey validates with root stake alone. Its cut becomes alpha stake only after the dividends were divided, so its dividend is all of the
    /// root pot's.
    /// </summary>
    [Test]
    public void Dividends_are_divided_by_stake_from_before_the_epochs_payments()
    {
        using LedgerState state = Make();
        StakeLedger.Credit(state, 0, OwnerHot, Nominator, 50 * Unit);
        state.Global.Set(default, state.Global[default] with { Issuance = 50 * Unit });
        EpochDistribution.Run(new BlockContext(state, 100, default), 1, Hotkeys, [0, 40 * Unit, 0], [30 * Unit, 0, 30 * Unit]);
        Assert.Multiple(() =>
        {
            Assert.That(StakeLedger.TotalOf(state, 1, OwnerHot), Is.EqualTo(18 * Unit), "the owner's cut and nothing of the alpha pot");
            Assert.That(StakeLedger.TotalOf(state, 1, ValidatorHot), Is.EqualTo(70 * Unit).Within(1), "40 and the alpha pot whole, take and rest each rounded down");
            Assert.That((double)RootClaims.Claimable(state, 1, OwnerHot, Nominator), Is.EqualTo(10.0 * Unit).Within(100), "the root pot whole");
        });
        Assert.That(() => ConservationCheck.Demand(state), Throws.Nothing);
    }

    [Test]
    public void Dividend_of_a_child_goes_to_its_parent_by_what_each_brings_less_the_childs_take()
    {
        using LedgerState state = Make();
        AccountId parent = TestLedger.Key("parent"), parentHot = TestLedger.Key("parent-hot");
        state.Hotkeys.Set(parentHot, new HotkeyInfo(parent, 0, 1));
        StakeLedger.Credit(state, 1, parentHot, parent, 120 * Unit);
        SubnetKey key = new(1);
        state.SubnetStates.Set(key, state.SubnetStates[key] with { AlphaOutstanding = (138 + 120) * Unit });
        state.Children.Set(new HotkeyKey(1, parentHot), new ChildSet([new ChildLink(ValidatorHot, ulong.MaxValue / 2)]));
        state.ChildTakes.Set(new HotkeyKey(1, ValidatorHot), new ChildTake(6_554));

        // Half of the parent's 120 joins the child's own 40: of 30 in dividends 18 are the parent's, of which the child takes a tenth.
        EpochDistribution.Run(new BlockContext(state, 100, default), 1, Hotkeys, [0, 40 * Unit, 0], [0, 0, 60 * Unit]);
        ulong parents = StakeLedger.ValueOf(state, 1, parentHot, parent) - (120 * Unit);
        ulong childs = StakeLedger.TotalOf(state, 1, ValidatorHot) - (40 * Unit);
        Assert.Multiple(() =>
        {
            Assert.That((double)parents, Is.EqualTo(30.0 * Unit * 0.6 * 0.9).Within(Unit / 1_000.0));
            Assert.That((double)childs, Is.EqualTo(30.0 * Unit * (0.4 + 0.06)).Within(Unit / 1_000.0));
        });
        Assert.That(() => ConservationCheck.Demand(state), Throws.Nothing);
    }

    [TestCase(true)]
    [TestCase(false)]
    public void What_the_owners_miners_earn_is_withheld(bool recycle)
    {
        using LedgerState state = Make(recycle);
        ulong outstanding = state.SubnetStates[new SubnetKey(1)].AlphaOutstanding;
        EpochDistribution.Run(new BlockContext(state, 100, default), 1, Hotkeys, [10 * Unit, 30 * Unit, 0], [0, 0, 60 * Unit]);
        SubnetState subnet = state.SubnetStates[new SubnetKey(1)];
        Assert.Multiple(() =>
        {
            Assert.That(subnet.BurnedAlpha, Is.EqualTo(recycle ? 0 : 10 * Unit));
            Assert.That(outstanding - subnet.AlphaOutstanding, Is.EqualTo(recycle ? 20 * Unit : 10 * Unit), "the root pot nobody earned is recycled too");
            Assert.That(subnet.MinerBurned, Is.EqualTo((UInt128)1 << 30), "a quarter");
        });
        Assert.That(() => ConservationCheck.Demand(state), Throws.Nothing);
    }

    [Test]
    public void Epoch_that_nobody_earned_is_recycled()
    {
        using LedgerState state = Make();
        ulong outstanding = state.SubnetStates[new SubnetKey(1)].AlphaOutstanding;
        EpochDistribution.Run(new BlockContext(state, 100, default), 1, Hotkeys, [0, 0, 0], [0, 0, 0]);
        Assert.That(outstanding - state.SubnetStates[new SubnetKey(1)].AlphaOutstanding, Is.EqualTo(80 * Unit));
        Assert.That(() => ConservationCheck.Demand(state), Throws.Nothing);
    }

    [Test]
    public void Surplus_of_the_miners_is_taken_from_dust_and_then_from_the_validators()
    {
        using LedgerState state = Make();
        EpochDistribution.Run(new BlockContext(state, 100, default), 1, Hotkeys, [0, (40 * Unit) + 7, 0], [0, 0, 60 * Unit]);
        Assert.That(StakeLedger.ValueOf(state, 1, MinerHot, Miner), Is.EqualTo((40 * Unit) + 7));
        Assert.That(() => ConservationCheck.Demand(state), Throws.Nothing);
    }

    [Test]
    public void Check_notices_a_single_unit_too_much_or_too_little()
    {
        using LedgerState state = Make();
        SubnetKey key = new(1);
        SubnetState subnet = state.SubnetStates[key];
        state.SubnetStates.Set(key, subnet with { DustAlpha = subnet.DustAlpha + 1 });
        Assert.That(() => ConservationCheck.Demand(state), Throws.InvalidOperationException.With.Message.Contains("alpha of subnet 1"));
        state.SubnetStates.Set(key, subnet);
        state.Accounts.Set(Owner, new Account(1, 0));
        Assert.That(() => ConservationCheck.Demand(state), Throws.InvalidOperationException.With.Message.Contains("TAO is not conserved"));
    }

    /// <summary>Pending: owner 18, server 40, validators 30, root 10; behind the validator 30 of a nominator and 10 of its own.</summary>
    private static LedgerState Make(bool recycle = false)
    {
        LedgerState state = new();
        SubnetKey key = new(1);
        state.Global.Set(default, new GlobalState(0, 0, 0, 0, 1, default, 1));
        state.Parameters.Set(default, GlobalParameters.Default);
        state.Subnets.Set(key, new SubnetInfo(Owner, OwnerHot, 1, 1, 0, "one"));
        state.Hyperparameters.Set(key, Hyperparameters.Default with { RecycleOwnerEmission = recycle });
        state.SubnetStates.Set(
            key,
            new SubnetState(0, 0, 0, 138 * Unit, 0, 0, 0, 0, 40 * Unit, 30 * Unit, 10 * Unit, 18 * Unit, 0, 0, 0, 0, 0, 0, 0, 3));
        state.Hotkeys.Set(OwnerHot, new HotkeyInfo(Owner, 0, 1));
        state.Hotkeys.Set(MinerHot, new HotkeyInfo(Miner, 0, 1));
        state.Hotkeys.Set(ValidatorHot, new HotkeyInfo(Validator, 32_768, 1));
        StakeLedger.Credit(state, 1, ValidatorHot, Nominator, 30 * Unit);
        StakeLedger.Credit(state, 1, ValidatorHot, Validator, 10 * Unit);
        return state;
    }
}
