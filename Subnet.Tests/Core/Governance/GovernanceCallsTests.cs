using Subnet.Core.Governance;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.Registration;
using Subnet.Core.State;
using Subnet.Tests.Support;

namespace Subnet.Tests.Core.Governance;

[TestFixture]
internal sealed class GovernanceCallsTests
{
    private const ulong Tao = TestLedger.Tao;
    private const byte No = 0;
    private const byte Yes = 1;
    private const byte Abstain = 2;

    [Test]
    public void Accepted_proposal_takes_effect_after_its_delay_and_returns_the_deposit()
    {
        using TestLedger ledger = Ready();
        ledger.Do("alice", new ProposeCall(Global("max_children", 3), Hash256.Of("why"u8)));
        ulong afterDeposit = ledger.BalanceOf("alice");
        ledger.Do("alice", new CastVoteCall(1, Yes));
        ledger.Do("bob", new CastVoteCall(1, No));
        ledger.Do("carol", new CastVoteCall(1, Yes));
        ledger.Skip(2);
        Assert.That(ledger.State.Proposals[new ProposalKey(1)].Status, Is.EqualTo((byte)ProposalStatus.Accepted));
        Assert.That(ledger.BalanceOf("alice"), Is.GreaterThan(afterDeposit + (Tao / 2)), "the deposit is back");
        Assert.That(ledger.State.Parameters[default].MaxChildren, Is.EqualTo(5), "not yet");
        Assert.That(ledger.Submit("bob", new CastVoteCall(1, Yes)), Is.EqualTo(RejectionReason.ProposalClosed));
        ledger.Skip(3);
        Proposal proposal = ledger.State.Proposals[new ProposalKey(1)];
        Assert.Multiple(() =>
        {
            Assert.That(ledger.State.Parameters[default].MaxChildren, Is.EqualTo(3));
            Assert.That(proposal.Status, Is.EqualTo((byte)ProposalStatus.Executed));
            Assert.That((proposal.Yes, proposal.No, proposal.Total), Is.EqualTo((70 * Tao, 30 * Tao, 100 * Tao)));
            Assert.That(ledger.State.Votes.Count, Is.Zero);
            Assert.That(ledger.State.OpenProposals, Is.Empty);
        });
    }

    [Test]
    public void Proposal_without_quorum_fails_and_burns_its_deposit()
    {
        using TestLedger ledger = Ready();
        ledger.Do("alice", new ProposeCall(Global("max_children", 3), default));
        ledger.Do("bob", new CastVoteCall(1, Yes));
        ledger.Skip(10);
        Assert.That(ledger.State.Proposals[new ProposalKey(1)].Status, Is.EqualTo((byte)ProposalStatus.Rejected));
        Assert.That(ledger.State.Global[default].Burned, Is.EqualTo(Tao));
        Assert.That(ledger.State.Parameters[default].MaxChildren, Is.EqualTo(5));
    }

    [Test]
    public void Tie_does_not_pass_and_abstention_counts_for_the_quorum_only()
    {
        using TestLedger ledger = Ready();
        ledger.Do("alice", new ProposeCall(Global("max_children", 3), default));
        ledger.Do("bob", new CastVoteCall(1, Yes));
        ledger.Do("carol", new CastVoteCall(1, No));
        ledger.Do("alice", new CastVoteCall(1, Abstain));
        ledger.Skip(10);
        Assert.That(ledger.State.Proposals[new ProposalKey(1)].Status, Is.EqualTo((byte)ProposalStatus.Rejected));
        Assert.That(ledger.State.Global[default].Burned, Is.Zero);
    }

    [Test]
    public void Stake_borrowed_for_a_moment_decides_nothing()
    {
        using TestLedger ledger = Ready();
        AccountId hotkey = TestLedger.Key("alice-hot");
        ledger.Do("alice", new ProposeCall(Global("max_children", 3), default));
        // Dave stakes, votes, and takes the stake away: at the tally his vote weighs nothing.
        ledger.Do("dave", new AddStakeCall(0, hotkey, 500 * Tao, 0, false));
        ledger.Do("dave", new CastVoteCall(1, Yes));
        ledger.Do("dave", new RemoveStakeCall(0, hotkey, ulong.MaxValue, 0, false));
        ledger.Skip(10);
        Assert.That(ledger.State.Proposals[new ProposalKey(1)].Yes, Is.Zero);

        // And stake added after the vote does not raise it.
        using TestLedger other = Ready();
        other.Do("alice", new ProposeCall(Global("max_children", 3), default));
        other.Do("bob", new CastVoteCall(1, Yes));
        other.Do("bob", new AddStakeCall(0, hotkey, 500 * Tao, 0, false));
        other.Skip(10);
        Assert.That(other.State.Proposals[new ProposalKey(1)].Yes, Is.EqualTo(30 * Tao));
    }

    [Test]
    public void Wrong_proposals_and_votes_are_refused_with_their_reason()
    {
        using TestLedger ledger = Ready(votingPeriod: 7);
        Assert.Multiple(() =>
        {
            Is_(RejectionReason.ParameterNotFound, "alice", new ProposeCall(new ProposalAction((byte)ProposalKind.SetGlobalParameter, 0, 999, 1, default, default), default));
            Is_(RejectionReason.ParameterOutOfRange, "alice", new ProposeCall(Global("max_children", 17), default));
            Is_(RejectionReason.ProposalInvalid, "alice", new ProposeCall(new ProposalAction(99, 0, 0, 0, default, default), default));
            Is_(RejectionReason.SubnetNotFound, "alice", new ProposeCall(new ProposalAction((byte)ProposalKind.RetireSubnet, 9, 0, 0, default, default), default));
            Is_(RejectionReason.SubnetNotFound, "alice", new ProposeCall(new ProposalAction((byte)ProposalKind.SetHyperparameter, 9, 1, 5, default, default), default));
            Is_(RejectionReason.VersionNotNewer, "alice", new ProposeCall(new ProposalAction((byte)ProposalKind.SetProtocolVersion, 0, 0, 1, default, default), default));
            Is_(RejectionReason.ProposalStakeTooLow, "dave", new ProposeCall(Global("max_children", 3), default));
            Is_(RejectionReason.None, "alice", new ProposeCall(Global("max_children", 3), default));
            Is_(RejectionReason.ProposalCooldown, "bob", new ProposeCall(Global("max_children", 4), default));
            Is_(RejectionReason.ProposalNotFound, "bob", new CastVoteCall(2, Yes));
            Is_(RejectionReason.ChoiceInvalid, "bob", new CastVoteCall(1, 3));
            Is_(RejectionReason.NoStake, "dave", new CastVoteCall(1, Yes));
            Is_(RejectionReason.None, "bob", new CastVoteCall(1, Yes));
            Is_(RejectionReason.AlreadyVoted, "bob", new CastVoteCall(1, Yes));
            Is_(RejectionReason.ProposalClosed, "bob", new CastVoteCall(1, Yes));
            Is_(RejectionReason.NotAdministrator, "alice", new AdministerCall(Global("max_children", 3)));
        });

        void Is_(RejectionReason expected, string signer, LedgerCall call) => Assert.That(ledger.Submit(signer, call), Is.EqualTo(expected), $"{call}");
    }

    [Test]
    public void Vote_creates_and_retires_subnets()
    {
        using TestLedger ledger = Ready();
        int before = ledger.State.Netuids.Count;
        Pass(ledger, 1, new ProposalAction((byte)ProposalKind.CreateSubnet, 0, 0, 0, TestLedger.Key("dave"), TestLedger.Key("dave-hot")));
        Assert.That(ledger.State.Netuids, Has.Count.EqualTo(before + 1));
        ushort netuid = ledger.State.Netuids.Max();
        Assert.That(ledger.State.Subnets[new SubnetKey(netuid)].OwnerColdkey, Is.EqualTo(TestLedger.Key("dave")));
        Pass(ledger, 2, new ProposalAction((byte)ProposalKind.RetireSubnet, netuid, 0, 0, default, default));
        Assert.That(ledger.State.Netuids, Has.Count.EqualTo(before));
        Assert.That(ledger.State.Hyperparameters.Contains(new SubnetKey(netuid)), Is.False);
    }

    [Test]
    public void Proposal_that_is_no_longer_possible_when_due_fails_without_a_trace()
    {
        using TestLedger ledger = Ready();
        ushort netuid = ledger.CreateSubnet("bob");
        ushort parameter = HyperparameterCatalog.Find("kappa")!.Number;
        ledger.Do("alice", new ProposeCall(new ProposalAction((byte)ProposalKind.SetHyperparameter, netuid, parameter, 9, default, default), default));
        ledger.Do("alice", new CastVoteCall(1, Yes));
        ledger.Do("administrator", new AdministerCall(new ProposalAction((byte)ProposalKind.RetireSubnet, netuid, 0, 0, default, default)));
        ledger.Skip(10);
        Assert.That(ledger.State.Proposals[new ProposalKey(1)].Status, Is.EqualTo((byte)ProposalStatus.Failed));
    }

    [Test]
    public void Every_global_parameter_reads_back_what_was_set()
    {
        foreach (GlobalParameter parameter in GlobalParameterCatalog.All)
        {
            Assert.Multiple(() =>
            {
                Assert.That(GlobalParameterCatalog.Find(parameter.Number), Is.SameAs(parameter));
                Assert.That(parameter.Allows(parameter.Get(GlobalParameters.Default)), parameter.Name);
                Assert.That(parameter.Get(parameter.Set(GlobalParameters.Default, parameter.Maximum)), Is.EqualTo(parameter.Maximum), parameter.Name);
            });
        }
    }

    [Test]
    public void Every_global_parameter_is_refused_one_below_and_one_above_its_range()
    {
        foreach (GlobalParameter parameter in GlobalParameterCatalog.All)
        {
            Assert.Multiple(() =>
            {
                Assert.That(parameter.Allows(parameter.Minimum) && parameter.Allows(parameter.Maximum), parameter.Name);
                Assert.That(parameter.Allows(parameter.Minimum - 1) || parameter.Allows(parameter.Maximum + 1), Is.False, parameter.Name);
                Assert.That(parameter.Get(parameter.Set(GlobalParameters.Default, parameter.Minimum)), Is.EqualTo(parameter.Minimum), parameter.Name);
            });
        }
    }

    private static ProposalAction Global(string name, Int128 value) =>
        new((byte)ProposalKind.SetGlobalParameter, 0, GlobalParameterCatalog.Find(name)!.Number, value, default, default);

    private static void Pass(TestLedger ledger, ulong id, ProposalAction action)
    {
        ledger.Do("alice", new ProposeCall(action, default));
        ledger.Do("alice", new CastVoteCall(id, Yes));
        ledger.Do("bob", new CastVoteCall(id, Yes));
        ledger.Skip(8);
        Assert.That(ledger.State.Proposals[new ProposalKey(id)].Status, Is.EqualTo((byte)ProposalStatus.Executed));
    }

    /// <summary>On root alice has 40 TAO of 100, bob and carol 30 each.</summary>
    private static TestLedger Ready(ulong votingPeriod = 5)
    {
        TestLedger ledger = new(TestLedger.Quick with { VotingPeriod = votingPeriod });
        ledger.Do("alice", new RegisterRootCall(TestLedger.Key("alice-hot")));
        ledger.Do("alice", new AddStakeCall(0, TestLedger.Key("alice-hot"), 40 * Tao, 0, false));
        ledger.Do("bob", new AddStakeCall(0, TestLedger.Key("alice-hot"), 30 * Tao, 0, false));
        ledger.Do("carol", new AddStakeCall(0, TestLedger.Key("alice-hot"), 30 * Tao, 0, false));
        return ledger;
    }
}
