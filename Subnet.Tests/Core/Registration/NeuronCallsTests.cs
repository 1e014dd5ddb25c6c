using Subnet.Core.Analysis;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Tests.Support;

namespace Subnet.Tests.Core.Registration;

[TestFixture]
internal sealed class NeuronCallsTests
{
    [Test]
    public void Registration_pays_the_price_raises_it_and_recycles_the_alpha()
    {
        using TestLedger ledger = new();
        ushort netuid = ledger.CreateSubnet();
        SubnetState before = ledger.State.SubnetStates[new SubnetKey(netuid)];
        ulong balance = ledger.BalanceOf("bob");
        Assert.That(
            ledger.Submit("bob", new RegisterNeuronCall(netuid, TestLedger.Key("bob-hot"), before.BurnPrice / 2)), Is.EqualTo(RejectionReason.BurnAboveLimit));
        ledger.Do("bob", new RegisterNeuronCall(netuid, TestLedger.Key("bob-hot"), ulong.MaxValue));
        SubnetState after = ledger.State.SubnetStates[new SubnetKey(netuid)];
        Assert.Multiple(() =>
        {
            Assert.That(balance - ledger.BalanceOf("bob"), Is.InRange(before.BurnPrice * 9 / 10, before.BurnPrice + 1_000_000));
            Assert.That(after.BurnPrice, Is.EqualTo((ulong)(before.BurnPrice * 1.26)).Within(before.BurnPrice / 100));
            Assert.That(ledger.State.UidOf(netuid, TestLedger.Key("bob-hot")), Is.EqualTo((ushort)1));
            Assert.That(ledger.State.Hotkeys[TestLedger.Key("bob-hot")].OwnerColdkey, Is.EqualTo(TestLedger.Key("bob")));
            Assert.That(after.Neurons, Is.EqualTo(2));
        });
    }

    [Test]
    public void Wrong_registrations_are_refused_with_their_reason()
    {
        using TestLedger ledger = new();
        ushort netuid = ledger.CreateSubnet();
        Assert.Multiple(() =>
        {
            Is_(RejectionReason.RootNotAllowed, "bob", new RegisterNeuronCall(0, TestLedger.Key("bob-hot"), ulong.MaxValue));
            Is_(RejectionReason.SubnetNotFound, "bob", new RegisterNeuronCall(9, TestLedger.Key("bob-hot"), ulong.MaxValue));
            Is_(RejectionReason.HotkeyAlreadyRegistered, "alice", new RegisterNeuronCall(netuid, TestLedger.Key("alice-hot"), ulong.MaxValue));
            Is_(RejectionReason.None, "bob", new RegisterRootCall(TestLedger.Key("bob-hot")));
            Is_(RejectionReason.HotkeyOwnedByAnother, "carol", new RegisterNeuronCall(netuid, TestLedger.Key("bob-hot"), ulong.MaxValue));
            Is_(RejectionReason.NotOwner, "carol", new RegisterRootCall(TestLedger.Key("bob-hot")));
            Is_(RejectionReason.HotkeyAlreadyRegistered, "bob", new RegisterRootCall(TestLedger.Key("bob-hot")));
        });
        ledger.Administer(netuid, "network_registration_allowed", 0);
        Is_(RejectionReason.RegistrationClosed, "bob", new RegisterNeuronCall(netuid, TestLedger.Key("new"), ulong.MaxValue));

        void Is_(RejectionReason expected, string signer, LedgerCall call) => Assert.That(ledger.Submit(signer, call), Is.EqualTo(expected), $"{call}");
    }

    [Test]
    public void Full_subnet_replaces_the_lowest_and_weights_towards_the_slot_become_zero()
    {
        using TestLedger ledger = new();
        ushort netuid = ledger.CreateSubnet();
        ledger.Administer(netuid, "max_allowed_uids", 4);
        ledger.Administer(netuid, "min_non_immune_uids", 0);
        ledger.Administer(netuid, "max_allowed_validators", 4);
        foreach (string name in (string[])["n1", "n2", "n3"])
        {
            ledger.Do("bob", new RegisterNeuronCall(netuid, TestLedger.Key(name), ulong.MaxValue));
        }

        ledger.Skip(8);
        ledger.Do("alice-hot", new SetWeightsCall(netuid, new ushort[] { 2, 3 }, new ushort[] { 7, 9 }, 0));
        ledger.Skip(8);
        ledger.Do("carol", new RegisterNeuronCall(netuid, TestLedger.Key("newcomer"), ulong.MaxValue));
        Assert.Multiple(() =>
        {
            Assert.That(ledger.State.UidOf(netuid, TestLedger.Key("n1")), Is.Null, "n1 earned nothing and was first of those");
            Assert.That(ledger.State.UidOf(netuid, TestLedger.Key("newcomer")), Is.EqualTo((ushort)1));
            Assert.That(ledger.State.UidOf(netuid, TestLedger.Key("alice-hot")), Is.Zero, "the owner's hotkey is never pruned");
        });
        ledger.Administer(netuid, "immunity_period", 1);
        ledger.Do("carol", new AddStakeCall(netuid, TestLedger.Key("newcomer"), 500 * TestLedger.Tao, 0, false));
        ledger.Skip(8);
        ledger.Do("newcomer", new SetWeightsCall(netuid, new ushort[] { 3 }, new ushort[] { 1 }, 0));
        ledger.Skip(8);
        ledger.Do("carol", new RegisterNeuronCall(netuid, TestLedger.Key("second"), ulong.MaxValue));
        Assert.That(ledger.State.UidOf(netuid, TestLedger.Key("second")), Is.EqualTo((ushort)2));
        SparseRow row = ledger.State.Weights[new NeuronKey(netuid, 0)];
        Assert.That(row.Values.ToArray(), Is.EqualTo((ushort[])[0, 65_535]));
    }

    [Test]
    public void Immune_neuron_outlives_an_older_one_until_too_few_are_left()
    {
        using TestLedger ledger = new();
        ushort netuid = ledger.CreateSubnet();
        ledger.Administer(netuid, "max_allowed_uids", 4);
        ledger.Administer(netuid, "immunity_period", 40);
        ledger.Administer(netuid, "min_non_immune_uids", 0);
        Register("old 1");
        Register("old 2");
        ledger.Skip(40);
        Register("young");
        Register("newcomer 1");
        Assert.That(Uid("old 1"), Is.Null, "the oldest of those no longer immune");
        ledger.Administer(netuid, "min_non_immune_uids", 1);
        Register("newcomer 2");
        Assert.Multiple(() =>
        {
            Assert.That(Uid("old 2"), Is.EqualTo((ushort)2), "one that is not immune has to stay");
            Assert.That(Uid("young"), Is.Null, "so the least of the immune goes");
            Assert.That(Uid("newcomer 2"), Is.EqualTo((ushort)3));
        });

        void Register(string name) => ledger.Do("bob", new RegisterNeuronCall(netuid, TestLedger.Key(name), ulong.MaxValue));

        ushort? Uid(string name) => ledger.State.UidOf(netuid, TestLedger.Key(name));
    }

    [Test]
    public void Uid_used_again_inherits_nothing_and_old_weights_on_it_do_not_count()
    {
        using TestLedger ledger = new();
        ushort netuid = ledger.CreateSubnet();
        ledger.Administer(netuid, "max_allowed_uids", 4);
        ledger.Administer(netuid, "min_non_immune_uids", 0);
        ledger.Administer(netuid, "max_allowed_validators", 2);
        foreach (string name in (string[])["validator", "miner", "other"])
        {
            ledger.Do("bob", new RegisterNeuronCall(netuid, TestLedger.Key(name), ulong.MaxValue));
        }

        ledger.Do("bob", new AddStakeCall(netuid, TestLedger.Key("validator"), 500 * TestLedger.Tao, 0, false));
        ledger.Skip(6);
        ledger.Do("validator", new SetWeightsCall(netuid, new ushort[] { 2, 3 }, new ushort[] { 1, 65_535 }, 0));
        ledger.Skip(12);
        Assert.That(ledger.State.Bonds[new NeuronKey(netuid, 1)].Uids.ToArray(), Is.EqualTo((ushort[])[2, 3]));
        Assert.That(ledger.State.Neurons[new NeuronKey(netuid, 2)].Incentive, Is.LessThan(ledger.State.Neurons[new NeuronKey(netuid, 3)].Incentive));

        // The least earner makes room; in the next epoch the validator's weights are older than its successor.
        ledger.Do("carol", new RegisterNeuronCall(netuid, TestLedger.Key("successor"), ulong.MaxValue));
        Assert.That(ledger.State.UidOf(netuid, TestLedger.Key("successor")), Is.EqualTo((ushort)2));
        Neuron fresh = ledger.State.Neurons[new NeuronKey(netuid, 2)];
        Assert.That((fresh.LastUpdate, fresh.RegisteredBlock, fresh.ValidatorPermit, fresh.Emission), Is.EqualTo((ledger.Engine.Height, ledger.Engine.Height, false, 0UL)));
        ledger.Skip(6);
        Subnet.Core.Ledger.EpochRecord record = ledger.Engine.ReadEpoch(netuid, ledger.Engine.EpochIndexes(netuid)[^1])!;
        EpochExplanation why = EpochExplanation.Of(record.Input);
        Assert.Multiple(() =>
        {
            Assert.That(record.Input.Weights.ValuesOf(1).ToArray(), Is.EqualTo((ushort[])[0, 65_535]), "the weight towards the slot was cleared");
            Assert.That(why.PairsOf(1).Single(static p => p.Miner == 2).Mask, Is.EqualTo(WeightMask.MinerNewerThanWeights));
            Assert.That(ledger.State.Neurons[new NeuronKey(netuid, 2)].Incentive, Is.Zero);
            Assert.That(ledger.State.Bonds[new NeuronKey(netuid, 1)].Uids.ToArray(), Is.EqualTo((ushort[])[3]), "nor the bond on who was there before");
        });
    }

    [Test]
    public void Subnet_whose_every_slot_is_the_owners_takes_nobody()
    {
        using TestLedger ledger = new();
        ushort netuid = ledger.CreateSubnet();
        ledger.Administer(netuid, "max_allowed_uids", 1);
        Assert.That(
            ledger.Submit("bob", new RegisterNeuronCall(netuid, TestLedger.Key("bob-hot"), ulong.MaxValue)), Is.EqualTo(RejectionReason.NoSlotAvailable));
    }

    [Test]
    public void Root_seat_goes_to_whoever_has_more_stake_than_the_least()
    {
        using TestLedger ledger = new(TestLedger.Quick with { RootSlots = 2 });
        foreach (string name in (string[])["r1", "r2"])
        {
            ledger.Do("bob", new RegisterRootCall(TestLedger.Key(name)));
            ledger.Do("bob", new AddStakeCall(0, TestLedger.Key(name), 5 * TestLedger.Tao, 0, false));
        }

        ledger.Do("bob", new AddStakeCall(0, TestLedger.Key("r1"), TestLedger.Tao, 0, false));
        Assert.That(ledger.Submit("carol", new RegisterRootCall(TestLedger.Key("r3"))), Is.EqualTo(RejectionReason.RootStakeTooLow));
        ushort netuid = ledger.CreateSubnet("carol");
        ledger.Do("carol", new AddStakeCall(0, TestLedger.Key("carol-hot"), 6 * TestLedger.Tao, 0, false));
        ledger.Do("carol", new RegisterRootCall(TestLedger.Key("carol-hot")));
        Assert.Multiple(() =>
        {
            Assert.That(ledger.State.UidOf(0, TestLedger.Key("carol-hot")), Is.EqualTo((ushort)1));
            Assert.That(ledger.State.UidOf(0, TestLedger.Key("r2")), Is.Null);
            Assert.That(ledger.State.UidOf(netuid, TestLedger.Key("carol-hot")), Is.Zero);
        });
    }

    [Test]
    public void Endpoint_is_announced_by_a_registered_hotkey_free_of_charge()
    {
        using TestLedger ledger = new();
        ushort netuid = ledger.CreateSubnet();
        Assert.That(ledger.Submit("mallory", new ServeEndpointCall(netuid, "https://miner.example")), Is.EqualTo(RejectionReason.HotkeyNotRegistered));
        Assert.That(ledger.Submit("alice-hot", new ServeEndpointCall(netuid, "miner.example")), Is.EqualTo(RejectionReason.AddressInvalid));
        Subnet.Core.Ledger.BlockOutcome outcome = ledger.Block(("alice-hot", new ServeEndpointCall(netuid, "https://miner.example")));
        Assert.That((outcome.Reasons[0], outcome.Receipts[1].Fee), Is.EqualTo((RejectionReason.None, 0UL)));
        Assert.That(ledger.State.Endpoints[new HotkeyKey(netuid, TestLedger.Key("alice-hot"))].Address, Is.EqualTo("https://miner.example"));
        outcome = ledger.Block(("alice-hot", new ServeEndpointCall(netuid, "https://other.example")));
        Assert.That((outcome.Reasons[0], outcome.Included[0]), Is.EqualTo((RejectionReason.RateLimited, false)), "a free call that fails is in no block");
    }
}
