using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Tests.Support;

namespace Subnet.Tests.Core.Ledger;

[TestFixture]
internal sealed class SupplyCheckTests
{
    private static readonly SubnetKey One = new(1);

    [Test]
    public void Emission_above_the_curve_is_noticed()
    {
        using LedgerState state = Make();
        SupplyCheck check = new();
        check.Begin(state);
        Issue(state, 1_000_000_000);
        Assert.That(() => check.AfterEmission(state), Throws.Nothing);
        Issue(state, 1_000_000_001);
        Assert.That(() => check.AfterEmission(state), Throws.InvalidOperationException.With.Message.Contains("1000000000 may be emitted"));
    }

    [Test]
    public void Alpha_above_the_curve_is_noticed_in_the_pool_and_outside_it()
    {
        foreach (Func<SubnetState, ulong, SubnetState> add in new Func<SubnetState, ulong, SubnetState>[]
                 {
                     static (s, x) => s with { AlphaReserve = s.AlphaReserve + x }, static (s, x) => s with { AlphaOutstanding = s.AlphaOutstanding + x },
                 })
        {
            using LedgerState state = Make();
            SupplyCheck check = new();
            check.Begin(state);
            state.SubnetStates.Set(One, add(state.SubnetStates[One], 2_000_000_000));
            Assert.That(() => check.AfterEmission(state), Throws.Nothing);
            state.SubnetStates.Set(One, add(state.SubnetStates[One], 2_000_000_001));
            Assert.That(() => check.AfterEmission(state), Throws.InvalidOperationException.With.Message.Contains("the alpha of subnet 1"));
        }
    }

    [Test]
    public void After_the_emission_only_what_is_recycled_may_go()
    {
        using LedgerState state = Make();
        BlockContext block = new(state, 5, default);
        SupplyCheck check = new();
        check.Begin(state);
        check.AfterEmission(state);
        (int Events, int Recycled) before = block.Savepoint();
        state.SubnetStates.Set(One, state.SubnetStates[One] with { AlphaOutstanding = 90 });
        Assert.That(() => check.Demand(block), Throws.InvalidOperationException, "10 are gone and nobody said so");
        block.Recycle(1, 10);
        Assert.That(() => check.Demand(block), Throws.Nothing);
        block.ForgetAfter(before);
        Assert.That(() => check.Demand(block), Throws.InvalidOperationException, "what was taken back does not count");
        state.SubnetStates.Set(One, state.SubnetStates[One] with { AlphaOutstanding = 100, AlphaReserve = 1_001 });
        Assert.That(() => check.Demand(block), Throws.InvalidOperationException, "one came from nowhere, into the pool");
        state.SubnetStates.Set(One, state.SubnetStates[One] with { AlphaReserve = 1_000 });
        Issue(state, 1);
        Assert.That(() => check.Demand(block), Throws.InvalidOperationException.With.Message.Contains("issuance"));
    }

    [Test]
    public void Dissolution_and_a_new_owner_of_the_number_in_one_block_pass()
    {
        using TestLedger ledger = new(TestLedger.Quick with { SubnetLimit = 1, NetworkImmunityPeriod = 1 });
        ushort netuid = ledger.CreateSubnet();
        ledger.Do("dave", new AddStakeCall(netuid, TestLedger.Key("alice-hot"), 30 * TestLedger.Tao, 0, false));
        ledger.Do("bob", new CreateSubnetCall(TestLedger.Key("bob-hot"), "next", ulong.MaxValue));
        Assert.That(ledger.State.Subnets[new SubnetKey(netuid)].OwnerColdkey, Is.EqualTo(TestLedger.Key("bob")));
    }

    private static void Issue(LedgerState state, ulong rao) =>
        state.Global.Set(default, state.Global[default] with { Issuance = state.Global[default].Issuance + rao });

    private static LedgerState Make()
    {
        LedgerState state = new();
        state.Global.Set(default, new GlobalState(1_000, 0, 0, 0, 1, default, 1));
        state.Parameters.Set(default, GlobalParameters.Default);
        state.Subnets.Set(One, new SubnetInfo(default, default, 1, 1, 0, "one"));
        state.SubnetStates.Set(One, new SubnetState(0, 1_000, 0, 100, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
        return state;
    }
}
