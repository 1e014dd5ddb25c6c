using Subnet.Core.Ledger.Calls;
using Subnet.Core.Staking;
using Subnet.Core.State;
using Subnet.Tests.Support;

namespace Subnet.Tests.Core.Staking;

[TestFixture]
internal sealed class DelegateCallsTests
{
    private static readonly AccountId Hot = TestLedger.Key("alice-hot");

    [Test]
    public void Take_is_lowered_freely_and_raised_only_after_the_limit()
    {
        using TestLedger ledger = new();
        ledger.CreateSubnet();
        Assert.That(ledger.State.Hotkeys[Hot].Take, Is.EqualTo(11_796));
        ledger.Do("alice", new SetTakeCall(Hot, 5));
        ledger.Do("alice", new SetTakeCall(Hot, 3));
        ledger.Do("alice", new SetTakeCall(Hot, 4));
        Assert.That(ledger.Submit("alice", new SetTakeCall(Hot, 5)), Is.EqualTo(RejectionReason.RateLimited));
        ledger.Skip(4);
        Assert.That(ledger.Submit("alice", new SetTakeCall(Hot, 5)), Is.EqualTo(RejectionReason.None), "allowed once more than the limit has passed");
        Assert.That(ledger.Submit("alice", new SetTakeCall(Hot, 11_797)), Is.EqualTo(RejectionReason.TakeTooHigh));
        Assert.That(ledger.Submit("bob", new SetTakeCall(Hot, 1)), Is.EqualTo(RejectionReason.NotOwner));
        Assert.That(ledger.Submit("bob", new SetTakeCall(TestLedger.Key("nobody"), 1)), Is.EqualTo(RejectionReason.HotkeyNotFound));
    }

    [Test]
    public void Children_take_effect_at_the_first_epoch_after_the_delay_and_move_the_stake_weight()
    {
        using TestLedger ledger = new();
        ushort netuid = ledger.CreateSubnet();
        ledger.Do("bob", new RegisterNeuronCall(netuid, TestLedger.Key("bob-hot"), ulong.MaxValue));
        ledger.Do("carol", new RegisterNeuronCall(netuid, TestLedger.Key("carol-hot"), ulong.MaxValue));
        ledger.Do("bob", new AddStakeCall(netuid, TestLedger.Key("bob-hot"), 20 * TestLedger.Tao, 0, false));
        ledger.Do("bob", new SetChildrenCall(netuid, TestLedger.Key("bob-hot"), [new ChildLink(TestLedger.Key("carol-hot"), ulong.MaxValue / 2)]));
        Assert.That(ledger.State.Children.Count, Is.Zero);
        ledger.Skip(10);
        (ulong parent, _) = StakeWeight.Inherited(ledger.State, netuid, TestLedger.Key("bob-hot"));
        (ulong child, _) = StakeWeight.Inherited(ledger.State, netuid, TestLedger.Key("carol-hot"));
        ulong own = StakeLedger.TotalOf(ledger.State, netuid, TestLedger.Key("bob-hot"));
        ulong childOwn = StakeLedger.TotalOf(ledger.State, netuid, TestLedger.Key("carol-hot"));
        Assert.Multiple(() =>
        {
            Assert.That((double)parent, Is.EqualTo(own / 2.0).Within(2 + (own >> 30)));
            Assert.That((double)(child - childOwn), Is.EqualTo(own / 2.0).Within(2 + (own >> 30)));
        });
        ledger.Do("bob", new SetChildrenCall(netuid, TestLedger.Key("bob-hot"), []));
        ledger.Skip(10);
        Assert.That(ledger.State.Children.Count, Is.Zero);
        Assert.That(ledger.State.ParentsOf(netuid, TestLedger.Key("carol-hot")), Is.Empty);
    }

    [Test]
    public void Wrong_children_are_refused_with_their_reason()
    {
        using TestLedger ledger = new();
        ushort netuid = ledger.CreateSubnet();
        AccountId child = TestLedger.Key("child");
        Assert.Multiple(() =>
        {
            Is_(RejectionReason.ChildIsParent, [new ChildLink(Hot, 1)]);
            Is_(RejectionReason.DuplicateChild, [new ChildLink(child, 1), new ChildLink(child, 1)]);
            Is_(RejectionReason.ProportionTooHigh, [new ChildLink(child, ulong.MaxValue), new ChildLink(TestLedger.Key("x"), 1)]);
            Is_(RejectionReason.TooManyChildren, [.. Enumerable.Range(0, 6).Select(i => new ChildLink(TestLedger.Key($"child {i}"), 1))]);
            Is_(RejectionReason.None, [new ChildLink(child, ulong.MaxValue)]);
            Is_(RejectionReason.RateLimited, [new ChildLink(child, 1)]);
        });
        Assert.That(ledger.Submit("alice", new SetChildrenCall(0, Hot, [])), Is.EqualTo(RejectionReason.RootNotAllowed));
        Assert.That(ledger.Submit("bob", new SetChildrenCall(netuid, Hot, [])), Is.EqualTo(RejectionReason.NotOwner));
        ledger.Skip(10);
        Assert.That(ledger.State.ParentsOf(netuid, child), Is.EqualTo((List<(AccountId, ulong)>)[(Hot, ulong.MaxValue)]));
        ledger.Do("bob", new RegisterNeuronCall(netuid, child, ulong.MaxValue));
        Assert.That(
            ledger.Submit("bob", new SetChildrenCall(netuid, child, [new ChildLink(TestLedger.Key("y"), 1)])),
            Is.EqualTo(RejectionReason.ChildIsParent),
            "a child has no children");

        void Is_(RejectionReason expected, ChildLink[] links) =>
            Assert.That(ledger.Submit("alice", new SetChildrenCall(netuid, Hot, links)), Is.EqualTo(expected));
    }

    [Test]
    public void Parent_without_the_threshold_is_refused_unless_it_owns_the_subnet()
    {
        using TestLedger ledger = new(TestLedger.Quick with { StakeThreshold = 1_000_000 * TestLedger.Tao });
        ushort netuid = ledger.CreateSubnet();
        ledger.Do("bob", new RegisterNeuronCall(netuid, TestLedger.Key("bob-hot"), ulong.MaxValue));
        ChildLink[] links = [new ChildLink(TestLedger.Key("child"), 1)];
        Assert.That(
            ledger.Submit("bob", new SetChildrenCall(netuid, TestLedger.Key("bob-hot"), links)), Is.EqualTo(RejectionReason.NotEnoughStakeForChildren));
        ledger.Do("alice", new SetChildrenCall(netuid, Hot, links));
    }

    [Test]
    public void Child_take_has_a_range_and_a_limit()
    {
        using TestLedger ledger = new();
        ushort netuid = ledger.CreateSubnet();
        ledger.Administer(netuid, "min_child_take", 10);
        Assert.That(ledger.Submit("alice", new SetChildTakeCall(netuid, Hot, 9)), Is.EqualTo(RejectionReason.TakeTooLow));
        Assert.That(ledger.Submit("alice", new SetChildTakeCall(netuid, Hot, 11_797)), Is.EqualTo(RejectionReason.TakeTooHigh));
        ledger.Do("alice", new SetChildTakeCall(netuid, Hot, 10));
        Assert.That(ledger.Submit("alice", new SetChildTakeCall(netuid, Hot, 11)), Is.EqualTo(RejectionReason.RateLimited));
        Assert.That(ledger.Submit("alice", new SetChildTakeCall(0, Hot, 11)), Is.EqualTo(RejectionReason.RootNotAllowed));
    }
}
