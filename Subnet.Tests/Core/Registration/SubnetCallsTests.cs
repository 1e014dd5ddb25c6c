using Subnet.Core.Ledger.Calls;
using Subnet.Core.Registration;
using Subnet.Core.State;
using Subnet.Tests.Support;

namespace Subnet.Tests.Core.Registration;

[TestFixture]
internal sealed class SubnetCallsTests
{
    private const ulong Tao = TestLedger.Tao;

    [Test]
    public void Lock_cost_doubles_with_each_subnet_and_falls_with_time()
    {
        GlobalParameters parameters = GlobalParameters.Default;
        GlobalState first = new(0, 0, 0, 0, 1, default, 1);
        GlobalState after = first with { LastLockCost = 1_000 * Tao, LastLockBlock = 50 };
        ulong perBlock = 1_000 * Tao / 100_800;
        Assert.Multiple(() =>
        {
            Assert.That(SubnetCalls.LockCost(first, parameters, 50), Is.EqualTo(1_000 * Tao));
            Assert.That(SubnetCalls.LockCost(after, parameters, 50), Is.EqualTo(2_000 * Tao));
            Assert.That(SubnetCalls.LockCost(after, parameters, 60), Is.EqualTo((2_000 * Tao) - (perBlock * 10)));
            Assert.That(SubnetCalls.LockCost(after, parameters, 10_000_000), Is.EqualTo(1_000 * Tao), "never below the minimum");
        });
    }

    [Test]
    public void Creation_locks_the_cost_into_the_pool_and_makes_the_creator_uid_zero()
    {
        using TestLedger ledger = new();
        ledger.Do("alice", new CreateSubnetCall(TestLedger.Key("alice-hot"), "first", ulong.MaxValue));
        SubnetState subnet = ledger.State.SubnetStates[new SubnetKey(1)];
        Assert.Multiple(() =>
        {
            Assert.That((subnet.TaoReserve, subnet.AlphaReserve, subnet.AlphaOutstanding), Is.EqualTo((100 * Tao, 100 * Tao, 0UL)));
            Assert.That(ledger.State.UidOf(1, TestLedger.Key("alice-hot")), Is.Zero);
            Assert.That(ledger.State.Hyperparameters[new SubnetKey(1)], Is.EqualTo(Hyperparameters.Default));
        });
        ledger.Skip(3);
        Assert.That(ledger.State.SubnetStates[new SubnetKey(1)].AlphaOutstanding, Is.Zero, "no emission before the start call");
    }

    [Test]
    public void Wrong_subnet_calls_are_refused_with_their_reason()
    {
        using TestLedger ledger = new(TestLedger.Quick with { StartDelay = 3, NetworkRateLimit = 3 });
        AccountId hot = TestLedger.Key("alice-hot");
        Assert.Multiple(() =>
        {
            Is_(RejectionReason.LockCostAboveLimit, "alice", new CreateSubnetCall(hot, "x", 5));
            Is_(RejectionReason.NameInvalid, "alice", new CreateSubnetCall(hot, "", ulong.MaxValue));
            Is_(RejectionReason.NameInvalid, "alice", new CreateSubnetCall(hot, "a\nb", ulong.MaxValue));
            Is_(RejectionReason.None, "alice", new CreateSubnetCall(hot, "x", ulong.MaxValue));
            Is_(RejectionReason.RateLimited, "bob", new CreateSubnetCall(TestLedger.Key("bob-hot"), "y", ulong.MaxValue));
            Is_(RejectionReason.TooEarly, "alice", new StartSubnetCall(1));
            Is_(RejectionReason.NotSubnetOwner, "bob", new StartSubnetCall(1));
            Is_(RejectionReason.SubnetNotFound, "bob", new StartSubnetCall(2));
            Is_(RejectionReason.HotkeyOwnedByAnother, "bob", new CreateSubnetCall(hot, "y", ulong.MaxValue));
            Is_(RejectionReason.None, "alice", new StartSubnetCall(1));
            Is_(RejectionReason.SubnetAlreadyStarted, "alice", new StartSubnetCall(1));
        });

        void Is_(RejectionReason expected, string signer, LedgerCall call) => Assert.That(ledger.Submit(signer, call), Is.EqualTo(expected), $"{call}");
    }

    [Test]
    public void Owner_sets_what_is_the_owners_within_range_and_rate()
    {
        using TestLedger ledger = new(TestLedger.Quick with { OwnerParameterTempos = 2, OwnerFreezeBlocks = 1 });
        ushort netuid = ledger.CreateSubnet();
        ledger.Administer(netuid, "tempo", 100);
        ushort N(string name) => HyperparameterCatalog.Find(name)!.Number;
        Assert.Multiple(() =>
        {
            Is_(RejectionReason.NotSubnetOwner, "bob", N("immunity_period"), 9);
            Is_(RejectionReason.RootOnlyParameter, "alice", N("kappa"), 9);
            Is_(RejectionReason.ParameterNotFound, "alice", 999, 9);
        });
        Is_(RejectionReason.ParameterOutOfRange, "alice", N("immunity_period"), 70_000);
        Is_(RejectionReason.None, "alice", N("immunity_period"), 9);
        Assert.That(ledger.State.Hyperparameters[new SubnetKey(netuid)].ImmunityPeriod, Is.EqualTo(9));
        Is_(RejectionReason.RateLimited, "alice", N("immunity_period"), 10);
        ulong last = ledger.State.SubnetStates[new SubnetKey(netuid)].LastEpochBlock;
        ledger.Skip((int)(last + 98 - ledger.Engine.Height));
        Is_(RejectionReason.TooCloseToEpoch, "alice", N("rho"), 7);

        void Is_(RejectionReason expected, string signer, ushort number, Int128 value) =>
            Assert.That(ledger.Submit(signer, new SetHyperparameterCall(netuid, number, value)), Is.EqualTo(expected), $"{number}");
    }

    [Test]
    public void Every_hyperparameter_reads_back_what_was_set_and_refuses_what_is_out_of_range()
    {
        Hyperparameters liquid = Hyperparameters.Default with { LiquidAlphaOn = true };
        foreach (Hyperparameter parameter in HyperparameterCatalog.All)
        {
            Int128 value = parameter.Get(liquid);
            Assert.Multiple(() =>
            {
                Assert.That(HyperparameterCatalog.Find(parameter.Number), Is.SameAs(parameter));
                Assert.That(HyperparameterCatalog.Find(parameter.Name), Is.SameAs(parameter));
                Assert.That(parameter.RootRange(liquid, GlobalParameters.Default, 5, value), $"{parameter.Name}: the default is in range");
                Assert.That(parameter.RootRange(liquid, GlobalParameters.Default, 5, Int128.MaxValue), Is.False, parameter.Name);
                Assert.That(parameter.RootRange(liquid, GlobalParameters.Default, 5, -100_000), Is.False, parameter.Name);
                Assert.That(parameter.Get(parameter.Set(liquid, value)), Is.EqualTo(value), parameter.Name);
            });
        }
    }

    [Test]
    public void Full_network_dissolves_the_cheapest_mature_subnet_and_pays_its_holders()
    {
        using TestLedger ledger = new(TestLedger.Quick with { SubnetLimit = 2, NetworkImmunityPeriod = 12 });
        ushort one = ledger.CreateSubnet();
        ledger.Do("dave", new AddStakeCall(one, TestLedger.Key("alice-hot"), 30 * Tao, 0, false));
        ushort two = ledger.CreateSubnet("bob");
        ledger.Do("dave", new AddStakeCall(two, TestLedger.Key("bob-hot"), 300 * Tao, 0, false));
        ulong pot = ledger.State.SubnetStates[new SubnetKey(one)].TaoReserve, alice = ledger.BalanceOf("alice"), dave = ledger.BalanceOf("dave");
        ulong alices = ledger.StakeOf(one, "alice-hot", "alice"), daves = ledger.StakeOf(one, "alice-hot", "dave");
        Subnet.Core.Ledger.BlockOutcome outcome = ledger.Block(("carol", new CreateSubnetCall(TestLedger.Key("carol-hot"), "third", ulong.MaxValue)));
        Assert.That(outcome.Reasons[0], Is.EqualTo(RejectionReason.None));
        LedgerEvent dissolved = outcome.Receipts[1].Events.Single(static e => e.Kind == EventKind.SubnetDissolved);

        // The block's own emission came before, so that the shares are those of the stake then; nobody traded in between.
        double all = (alices + daves) * 1.0;
        Assert.Multiple(() =>
        {
            Assert.That(dissolved.Amount, Is.InRange(pot - 10, pot + (2 * Tao)), "all of the pool but what rounding leaves");
            Assert.That((double)(ledger.BalanceOf("dave") - dave), Is.EqualTo(dissolved.Amount * (daves / all)).Within(dissolved.Amount / 20.0));
            Assert.That((double)(ledger.BalanceOf("alice") - alice), Is.EqualTo(dissolved.Amount * (alices / all)).Within(dissolved.Amount / 20.0));
            Assert.That(ledger.State.Subnets[new SubnetKey(one)].OwnerColdkey, Is.EqualTo(TestLedger.Key("carol")), "its number is used again");
            Assert.That(ledger.StakeOf(one, "alice-hot", "dave"), Is.Zero);
            Assert.That(ledger.State.UidOf(one, TestLedger.Key("alice-hot")), Is.Null);
            Assert.That(ledger.State.Subnets.Contains(new SubnetKey(two)), "the dearer one stays");
        });
    }

    [Test]
    public void Full_network_of_young_subnets_takes_no_other()
    {
        using TestLedger ledger = new(TestLedger.Quick with { SubnetLimit = 2, NetworkImmunityPeriod = 1_000 });
        ledger.CreateSubnet();
        ledger.CreateSubnet("bob");
        Assert.That(
            ledger.Submit("carol", new CreateSubnetCall(TestLedger.Key("carol-hot"), "third", ulong.MaxValue)), Is.EqualTo(RejectionReason.SubnetLimitReached));
    }

    // Each range of section 12 with a value inside at its edges and one outside, for the owner and for root.
    [TestCase("tempo", 360, 50_400, 359, 50_401, true)]
    [TestCase("min_allowed_weights", 0, 65_535, -1, 65_536, true)]
    [TestCase("activity_cutoff_factor_milli", 1_000, 50_000, 999, 50_001, true)]
    [TestCase("immunity_period", 0, 65_535, -1, 65_536, true)]
    [TestCase("bonds_moving_average", 0, 975_000, -1, 975_001, true)]
    [TestCase("bonds_moving_average", 0, 1_000_000, -1, 1_000_001, false)]
    [TestCase("bonds_penalty", 0, 65_535, -1, 65_536, true)]
    [TestCase("alpha_sigmoid_steepness", 0, 32_767, -1, 32_768, true)]
    [TestCase("alpha_sigmoid_steepness", -32_768, 32_767, -32_769, 32_768, false)]
    [TestCase("reveal_period_epochs", 1, 100, 0, 101, true)]
    [TestCase("min_burn", 0, 999_999_999, -1, 1_000_000_000, true)]
    [TestCase("max_burn", 100_000_001, long.MaxValue, 100_000_000, 500_000, true)]
    [TestCase("burn_half_life", 1, 36_100, 0, 36_101, true)]
    [TestCase("burn_increase_mult", 1, 3, 0, 4, true)]
    [TestCase("max_allowed_uids", 64, 256, 63, 257, true)]
    [TestCase("max_allowed_uids", 5, 256, 4, 257, false)]
    [TestCase("max_allowed_validators", 0, 256, -1, 257, false)]
    [TestCase("fee_rate", 0, 10_000, -1, 10_001, false)]
    [TestCase("kappa", 0, 65_535, -1, 65_536, false)]
    [TestCase("yuma3_on", 0, 1, -1, 2, true)]
    public void Range_of_a_hyperparameter_is_that_of_the_document(string name, long least, long greatest, long below, long above, bool owner)
    {
        Hyperparameter parameter = HyperparameterCatalog.Find(name)!;
        HyperparameterRange range = owner ? parameter.OwnerRange! : parameter.RootRange;
        bool Allows(long value) => range(Hyperparameters.Default, GlobalParameters.Default, neurons: 5, value);
        Assert.That((Allows(least), Allows(greatest), Allows(below), Allows(above)), Is.EqualTo((true, true, false, false)));
    }

    [Test]
    public void Owner_sets_exactly_what_the_document_gives_the_owner()
    {
        string[] rootOnly =
        [
            "kappa", "max_allowed_validators", "weights_set_rate_limit", "min_non_immune_uids", "network_registration_allowed", "subnet_emission_enabled", "fee_rate",
        ];
        Assert.That(HyperparameterCatalog.All.Where(static p => p.IsRootOnly).Select(static p => p.Name), Is.EquivalentTo(rootOnly));
    }

    [TestCase((1_637 << 16) + 2_000, false, true)]
    [TestCase((1_638 << 16) + 1_638, true, true)]
    [TestCase((2_000 << 16) + 1_999, false, true)]
    [TestCase((1_638 << 16) + 1_638, false, false)]
    public void Alpha_values_need_liquid_alpha_and_an_order(int value, bool allowed, bool liquid)
    {
        Hyperparameter parameter = HyperparameterCatalog.Find("alpha_values")!;
        Hyperparameters subnet = Hyperparameters.Default with { LiquidAlphaOn = liquid };
        Assert.That(parameter.OwnerRange!(subnet, GlobalParameters.Default, 5, value), Is.EqualTo(allowed));
    }
}
